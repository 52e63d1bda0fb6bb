// Small helpers: a repository with a clock that stands still, messages as text, errors as values.
import {
  type AnyVarveError,
  createVarve,
  isVarveError,
  type Message,
  type Repository,
} from "varve";

export const NOW = Date.UTC(2025, 9, 14, 12);

/** A fresh repository in memory; nothing is counted, and time stands still unless it is moved. */
export async function open(): Promise<Repository & { clock: { now: number } }> {
  const clock = { now: NOW };
  const varve = createVarve({ counter: null, clock: () => clock.now });
  return Object.assign(await varve.open("test"), { clock });
}

/** What a message says. */
export function text({ parts }: Pick<Message, "parts">): string {
  return parts
    .map((part) => {
      if (part.type === "text" || part.type === "reasoning") return part.text;
      if (part.type === "tool-call") return `${part.toolName}(${part.callId})`;
      if (part.type !== "tool-result") return part.type;
      const { output } = part;
      return `${part.callId}: ${"value" in output ? JSON.stringify(output.value) : output.type}`;
    })
    .join(" | ");
}

export const texts = (messages: readonly Message[]): string[] => messages.map(text);

/** The messages of a plain compile, as text. */
export async function view(chat: Pick<Repository, "compile">): Promise<string[]> {
  return texts((await chat.compile()).messages);
}

/** The error of varve that something fails with. */
export async function failure(run: Promise<unknown> | (() => unknown)): Promise<AnyVarveError> {
  try {
    await (typeof run === "function" ? run() : run);
  } catch (error) {
    if (isVarveError(error)) return error;
    throw error;
  }
  throw new Error("nothing failed");
}
