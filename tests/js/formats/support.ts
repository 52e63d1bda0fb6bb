// What the tests of formats share.
import { existsSync, readFileSync } from "node:fs";
import canonicalize from "canonicalize";
import { type Compiled, createVarve, type MessagePayload } from "varve";
import { copyOf, given } from "../../../js/src/files/files.js";

const recorded = new URL("../../../../shared/data/airline-sessions.jsonl", import.meta.url);

/** The recorded sessions, as Chat Completions messages; none where they are not on this machine. */
export const sessions: readonly (readonly unknown[])[] = existsSync(recorded)
  ? readFileSync(recorded, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).messages)
  : [];

/** What `run` throws. */
export function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** JSON text with the order of keys taken out: tells own `__proto__` members, unlike `toEqual`. */
export const exact = (value: unknown): string | undefined =>
  canonicalize(JSON.parse(JSON.stringify(value)));

/** Payloads as they are stored. */
export const stored = (payloads: readonly MessagePayload[]): MessagePayload[] =>
  payloads.map((payload) => copyOf(given(payload)) as MessagePayload);

/** Payloads, committed and compiled. */
export async function compiled(payloads: readonly MessagePayload[]): Promise<Compiled> {
  const chat = await createVarve({ counter: null }).open("x");
  for (const payload of payloads) await chat.commit(payload);
  return chat.compile();
}
