// What `sync` makes of an array, and what a handle remembers of the last one.
import { VarveError } from "../errors.js";
import { sameBytes } from "../files/files.js";
import { isBytes } from "../plain.js";
import type { SyncOptions } from "../types/chat.js";
import type { Receipt } from "../types/commit.js";

/** The id that a message's entry gets, if it has one, and its payload. */
export type Pair = readonly [id: string | null, payload: unknown];

/** What the module gives. */
export type Done = [
  appended: Receipt[],
  edited: Receipt[],
  rest: { divergedAt: number | null; head: string | null },
];

/** What a branch says at a commit. */
export interface Known {
  readonly head: string;
  /** Copies: what the application changes in place must be seen. */
  readonly pairs: readonly unknown[];
}

/** The members of an object, in their order. */
class Members {
  readonly names: readonly string[];
  readonly values: readonly unknown[];

  constructor(of: object) {
    this.names = Object.keys(of);
    this.values = Object.values(of).map(keep);
  }
}

/** A copy that only `isKept` understands: texts are shared, and no member's name means anything. */
export function keep(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isBytes(value)) return value.slice();
  return Array.isArray(value) ? value.map(keep) : new Members(value);
}

/** Runs over every message of the array each time: hence the loops. */
function isKept(value: unknown, kept: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === kept;
  if (Array.isArray(value)) {
    if (!Array.isArray(kept) || value.length !== kept.length) return false;
    for (let index = 0; index < value.length; index++)
      if (!isKept(value[index], kept[index])) return false;
    return true;
  }
  if (!(kept instanceof Members)) return isBytes(value) && isBytes(kept) && sameBytes(value, kept);
  const { names, values } = kept;
  const found = Object.keys(value);
  if (found.length !== names.length) return false;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    if (found[index] !== name || !isKept((value as never)[name], values[index])) return false;
  }
  return true;
}

/** Whether these begin with those that are known. */
export function startsWith(given: readonly Pair[], known: readonly unknown[] = []): boolean {
  return known.length <= given.length && known.every((kept, index) => isKept(given[index], kept));
}

/** The payloads of messages, and the ids of those that have one. */
export function pairsOf<M, P>(messages: readonly M[], format: SyncOptions<M, P>["format"]): Pair[] {
  if (!Array.isArray(messages)) throw wrong("expected an array of messages", "");
  const { from, id } =
    typeof format === "function" ? { from: format, id: undefined } : (format ?? {});
  if (typeof from !== "function")
    throw invalid('format must be a converter, such as fromOpenAI of "varve/formats/openai"');
  const payloads = from(messages);
  if (!Array.isArray(payloads)) throw invalid("the converter must give an array of payloads");
  // Where one message gives several payloads, or several one, ids belong to nothing in particular.
  const each = payloads.length === messages.length;
  const seen = new Map<string, number>();
  return payloads.map((payload: P, index) => {
    const message = messages[index] as M;
    const found = each ? (id ? id(message, index) : idOf(message)) : null;
    if (typeof found !== "string" || found === "") return [null, payload];
    const other = seen.get(found);
    if (other !== undefined) {
      const both = `messages[${index}] has the id of messages[${other}], ${JSON.stringify(found)}`;
      throw wrong(`${both}; ids must be unique`, `/${index}/id`, index);
    }
    seen.set(found, index);
    return [found, payload];
  });
}

/** A message's own id: what others put into Object.prototype is none. */
function idOf(message: unknown): unknown {
  if (typeof message !== "object" || message === null) return undefined;
  return Object.hasOwn(message, "id") ? (message as { id: unknown }).id : undefined;
}

function wrong(message: string, pointer: string, index?: number): VarveError<"Format"> {
  return new VarveError("Format", message, index === undefined ? { pointer } : { index, pointer });
}

function invalid(message: string): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer: "/format" });
}
