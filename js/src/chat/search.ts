// Looking for texts in what a branch says.
import { VarveError } from "../errors.js";
import type { Transcript, TranscriptEntry, TranscriptOptions } from "../types/chat.js";
import type { SearchMatch, SearchOptions, SearchResult } from "../types/search.js";

/** Entries that are read at once. */
const PAGE = 200;
/** Members of payloads, their parts and outputs that hold no text that anybody said. */
const MARKS = new Set(
  "contentType type role provider callId direction place mediaType data format kind".split(" "),
);
/** Members whose own members are of varve's form as well. */
const OURS = new Set(["parts", "output"]);

type Read = (options: TranscriptOptions) => Promise<Transcript>;
type Found = SearchMatch["found"];

/** Entries that hold a text, or match an expression, the newest first. */
export async function search(
  read: Read,
  text: string | RegExp,
  { branch, before, limit = 20, caseSensitive = false, signal }: SearchOptions,
): Promise<SearchResult> {
  const pattern = patternOf(text, caseSensitive);
  if (!(limit >= 1)) throw invalid("/limit", "limit must be a number from 1 on");
  const matches: SearchMatch[] = [];
  let cursor = before;
  do {
    signal?.throwIfAborted();
    const page: Transcript = await read({ branch, before: cursor, limit: PAGE });
    for (const [place, entry] of [...page.entries.entries()].reverse()) {
      const found = foundIn(entry, pattern);
      if (found.length === 0) continue;
      matches.push({ entry, found });
      if (matches.length < limit) continue;
      const isLast = place === 0 && page.cursor === undefined;
      return isLast ? { matches } : { matches, cursor: entry.id };
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { matches };
}

function patternOf(text: string | RegExp, caseSensitive: boolean): RegExp {
  if (text instanceof RegExp) {
    // Of its own, so that `lastIndex` is nobody else's.
    return new RegExp(text.source, `${text.flags.replace(/[gy]/g, "")}g`);
  }
  if (typeof text !== "string" || text === "") {
    throw invalid("/text", "search takes a text that is not empty, or a regular expression");
  }
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), caseSensitive ? "gu" : "giu");
}

function foundIn({ payload }: TranscriptEntry, pattern: RegExp): Found {
  const found: Found = [];
  /** `isOurs`: its members are those of varve's types, not of the application's data. */
  const look = (value: unknown, pointer: string, isOurs: boolean): void => {
    if (typeof value === "string") {
      const ranges = rangesOf(value, pattern);
      if (ranges.length > 0) found.push({ pointer, text: value, ranges });
    } else if (Array.isArray(value)) {
      for (const [place, item] of value.entries()) look(item, `${pointer}/${place}`, isOurs);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (isOurs && MARKS.has(name)) continue;
        look(member, `${pointer}/${escaped(name)}`, isOurs && OURS.has(name));
      }
    }
  };
  look(payload, "", true);
  return found;
}

const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

function rangesOf(text: string, pattern: RegExp): [number, number][] {
  const ranges: [number, number][] = [];
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (found !== "") ranges.push([index, index + found.length]);
  }
  return ranges;
}

function invalid(pointer: string, message: string): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer });
}
