// Ids for calls that came without one: Gemini's calls go by their function's name in varve, `f`, `f#2`.
// The SDK hands ids on as they are, and Anthropic refuses other characters, and an id that comes twice.
import type { FormatWarning } from "../warnings.js";
import type { Members } from "./hints.js";

/** A message on its way out, and the varve message it came from. */
export interface Written {
  readonly message: Members;
  readonly index: number;
}

/** The messages, with an id of `a-z A-Z 0-9 _ -` of its own for each of the nameless calls. */
export function withIds(
  written: readonly Written[],
  nameless: ReadonlySet<Members>,
  warnings: FormatWarning[],
): readonly Written[] {
  if (nameless.size === 0) return written;
  const used = new Set<unknown>();
  for (const part of written.flatMap(partsOf)) {
    if (part.type === "tool-call" && !nameless.has(part)) used.add(part.toolCallId);
  }
  /** What calls are called that wait for their result, by the id they had. */
  const waiting = new Map<unknown, unknown[]>();
  return written.map(({ message, index }) => {
    if (!Array.isArray(message.content)) return { message, index };
    const content = partsOf({ message, index }).map((part) => {
      const { type, toolCallId: id } = part;
      if (type !== "tool-call" && type !== "tool-result") return part;
      const name = type === "tool-result" ? waiting.get(id)?.pop() : nameOf(part);
      return name === undefined || name === id ? part : { ...part, toolCallId: name };
    });
    return { message: { ...message, content }, index };

    function nameOf(part: Members): unknown {
      const id = part.toolCallId;
      const name = nameless.has(part) ? unused(String(id), used) : id;
      used.add(name);
      waiting.set(id, [...(waiting.get(id) ?? []), name]);
      if (name !== id) {
        const text = `a call without an id, ${JSON.stringify(id)} here, is sent as ${name}`;
        warnings.push({ kind: "changed-id", index, message: text });
      }
      return name;
    }
  });
}

function partsOf({ message }: Written): Members[] {
  return Array.isArray(message.content) ? (message.content as Members[]) : [];
}

function unused(id: string, used: ReadonlySet<unknown>): string {
  const plain = id.replace(/[^\w-]/g, "_");
  let name = plain;
  for (let number = 2; used.has(name); number++) name = `${plain}_${number}`;
  return name;
}
