// Clearing what tools gave back: each result becomes a mark that names the commit with the full one.

import type { Transaction } from "../batch.js";
import { VarveError } from "../errors.js";
import { own } from "../plain.js";
import type { Transcript, TranscriptEntry, TranscriptOptions } from "../types/chat.js";
import type { OperationOptions } from "../types/commit.js";
import type { MessagePayload, Part, ToolIoPayload, ToolOutput } from "../types/content.js";
import type { Cleared, ClearOptions } from "../types/shrink.js";
import { compiledTokens, type Place } from "./place.js";

/** How many results stay where nothing else is said. */
const KEEP = 3;
/** Entries that are read at once. */
const PAGE = 200;

/** What the handle does for it. */
interface Chat<P> {
  transcript(options: TranscriptOptions): Promise<Transcript>;
  batch<R>(run: (tx: Transaction<P>) => Promise<R>, options: OperationOptions): Promise<R>;
}

/** An entry, and what it is to say. */
interface Edit {
  readonly id: string;
  /** Tokens of what it says now. */
  readonly tokens: number;
  readonly payload: object;
}

/** See `Shrinker.clearToolResults`. */
export async function clearToolResults<P>(
  chat: Chat<P>,
  place: Place,
  begin: () => Transaction<P>,
  given: ClearOptions,
): Promise<Cleared> {
  const { keepLast, olderThan, plan = false, ...options } = own(given);
  const before = olderThan instanceof Date ? olderThan.getTime() : olderThan;
  if (before !== undefined && !Number.isFinite(before)) {
    throw invalid("/olderThan", "olderThan must be a time: a Date, or UTC milliseconds");
  }
  const keep = keepLast ?? (before === undefined ? KEEP : 0);
  if (!(Number.isSafeInteger(keep) && keep >= 0)) {
    throw invalid(
      "/keepLast",
      `keepLast must be a whole number from 0 on, found ${String(keepLast)}`,
    );
  }
  const run = async (tx: Transaction<P>): Promise<Cleared> => {
    const tokensBefore = await compiledTokens(place);
    let tokensAfter = tokensBefore;
    const edits = await editsOf(chat, keep, before);
    for (const { id, tokens, payload } of edits) {
      const { tokenCount } = await tx.edit(id, payload as P);
      tokensAfter += tokenCount - tokens;
    }
    return { entries: edits.map(({ id }) => id), tokensBefore, tokensAfter };
  };
  await place.link.call("refresh");
  if (!plan) return chat.batch(run, options);
  options.signal?.throwIfAborted();
  return run(begin());
}

/** What to edit, in reading order. */
async function editsOf<P>(chat: Chat<P>, keep: number, before = Infinity): Promise<Edit[]> {
  const edits: Edit[] = [];
  let left = keep;
  let cursor: string | undefined;
  do {
    const page: Transcript = await chat.transcript({ before: cursor, limit: PAGE });
    for (const entry of page.entries.reverse()) {
      if (entry.compactedInto !== undefined || entry.priority === "skip") continue;
      const mark = `[tool result cleared; get ${entry.hash.slice(0, 16)}]`;
      const stays = entry.priority === "pinned" || entry.createdAt >= before;
      const payload = cleared(entry.payload, mark, () => left-- > 0 || stays);
      if (payload !== undefined) edits.push({ id: entry.id, tokens: entry.tokenCount, payload });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return edits.reverse();
}

/** The payload with marks for results; undefined where all of it stays as it is. `stays` is asked for the last first. */
function cleared(
  payload: TranscriptEntry["payload"],
  mark: string,
  stays: () => boolean,
): object | undefined {
  if (payload?.contentType === "tool_io") {
    const { payload: data, rawPayload, ...rest } = payload as unknown as ToolIoPayload;
    if (rest.direction !== "result" || stays()) return undefined;
    return isShort(rawPayload ?? data, mark) ? undefined : { ...rest, payload: mark };
  }
  if (payload?.contentType !== "message") return undefined;
  const message = payload as unknown as MessagePayload;
  const changed = [...message.parts] as Part[];
  for (const [index, part] of [...changed.entries()].reverse()) {
    changed[index] = clearedPart(part, mark, stays);
  }
  return changed.some((part, index) => part !== message.parts[index])
    ? { ...message, parts: changed }
    : undefined;
}

function clearedPart(part: Part, mark: string, stays: () => boolean): Part {
  if (part.type !== "tool-result" || stays()) return part;
  const { output } = part;
  if (output.type === "execution-denied" || isShort(output.value, mark)) return part;
  const type = output.type.startsWith("error") ? "error-text" : "text";
  return { ...part, output: { type, value: mark } as ToolOutput };
}

/** Whether a mark would not be shorter; so marks stay as they are. */
function isShort(value: unknown, mark: string): boolean {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length <= mark.length;
}

function invalid(pointer: string, message: string): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer });
}
