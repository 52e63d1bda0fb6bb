// Looking for texts, and for who wrote them.
import type { TranscriptEntry } from "./chat.js";
import type { CommitInfo } from "./commit.js";
import type { EntryInfo } from "./repository.js";

/** What `search` takes. */
export interface SearchOptions {
  /** A branch, or whatever else `resolve` knows. Default: where the handle stands. */
  branch?: string | undefined;
  /** The `cursor` of the page before, or any entry: only what stands before it. */
  before?: string | undefined;
  /** At most this many entries. Default: 20. */
  limit?: number | undefined;
  /** Of a text to look for: whether `A` differs from `a`. Default: it does not. */
  caseSensitive?: boolean | undefined;
  /** Stops the search: it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** An entry in which something was found. */
export interface SearchMatch {
  /** As the transcript has it. */
  entry: TranscriptEntry;
  /** Where, in order. */
  found: {
    /** The text's place in the payload: a JSON pointer (RFC 6901). */
    pointer: string;
    /** All of the text. */
    text: string;
    /** Beginning and end of each occurrence, in UTF-16 units. */
    ranges: [start: number, end: number][];
  }[];
}

/** A page of a search. */
export interface SearchResult {
  /** The newest first. */
  matches: SearchMatch[];
  /** Give it as `before` for the next page; absent where there is no more to look through. */
  cursor?: string;
}

/** Where an entry of a message comes from. */
export interface Blame {
  /** The entry. */
  id: string;
  /** The commit that gave it what it says now; absent where it is not in the history of the branch. */
  says?: EntryInfo;
  /**
   * The commits that were about it, the first one first: its append, edits and deletions, what reverted
   * these, what compacted it. Along first parents, as in `history`.
   */
  commits: CommitInfo[];
  /** Of a summary: the entries that it stands for. */
  of?: string[];
}
