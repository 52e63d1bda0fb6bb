// What a repository answers when it is asked.

import type { Priority } from "./annotation.js";
import type { Author } from "./author.js";
import type { CommitInfo } from "./commit.js";
import type { StoredPayload } from "./content.js";
import type { JsonObject } from "./json.js";

/** What `history` takes. */
export interface HistoryOptions {
  /** At most this many commits. Default: 100. */
  limit?: number | undefined;
  /** The `cursor` of the page before. */
  before?: string | undefined;
  /** Where to begin: anything `resolve` knows. Default: the head. */
  from?: string | undefined;
}

/** A page of history, the newest first. */
export interface History {
  commits: CommitInfo[];
  /** Give it as `before` for the next page; absent on the last. */
  cursor?: string;
}

/**
 * Whether an entry is in the view of the branch. `withdrawn`: a summary whose compaction was
 * reverted. `absent`: not in the history of this branch.
 */
export type EntryStatus = "live" | "deleted" | "compacted" | "withdrawn" | "absent";

/** What `get` gives: a commit, its payload, and how its entry stands on this handle's branch. */
export interface EntryInfo extends CommitInfo {
  /** What the commit brought; asked for by entry id, what the entry says now. Null: it was erased. */
  payload?: StoredPayload | null;
  status?: EntryStatus;
  /** As annotated, or the default of the type. */
  priority?: Priority;
  /** When it was compacted: UTC milliseconds. */
  compactedAt?: number;
  /** The summary that stands for it. */
  compactedInto?: string;
  /** The summary's height on the branch. */
  compactedIntoVersion?: number;
}

/** One operation of the journal. */
export interface OperationInfo {
  /** The caller's `operationId`, or `<seq>.<index>`. */
  id: string;
  /** The name of the call. */
  kind: string;
  /** The journal entry it stands in. */
  seq: number;
  /** UTC milliseconds. */
  at: number;
  author?: Author;
  /** The operation that this one undoes. */
  undoes?: string;
  /** How many records it consists of. */
  records: number;
}

/** What `operations` takes. */
export interface OperationsOptions {
  /** At least this many, if there are: those of one journal entry come together. Default: 100. */
  limit?: number | undefined;
  /** Only those of journal entries before this `seq`: the last one's, for the next page. */
  before?: number | undefined;
}

/** What `branches` takes. */
export interface BranchesOptions {
  /** Also those that nobody named, which keep alternatives: their names begin with `@/`. */
  anonymous?: boolean | undefined;
}

/** A branch. */
export interface BranchInfo {
  name: string;
  /** Its newest commit; absent while it has none. */
  head?: string;
  /** Whether this handle stands on it. */
  current: boolean;
  /** Whether new handles start on it. */
  default: boolean;
}

/** A tag. */
export interface TagInfo {
  name: string;
  hash: string;
}

/** How many entries, and tokens of their texts. */
export interface Share {
  entries: number;
  tokens: number;
}

/** Where a handle stands, and how full its context is. */
export interface Status {
  /** Null where the handle is detached. */
  branch: string | null;
  /** Null where there is no commit yet. */
  head: string | null;
  /** What lists show of the repository: see `varve.update`. */
  title?: string;
  metadata?: JsonObject;
  commits: number;
  /** Entries that a compile shows. */
  entries: number;
  /** Tokens of their texts, without what a chat format adds. */
  tokens: number;
  /** Tokens of a plain compile: what the budget is held against. */
  compiledTokens: number;
  pinned: number;
  skipped: number;
  deleted: number;
  compacted: number;
  /** Entries that would be in the view, but that their payload was erased. */
  erased: number;
  /**
   * The last journal entry that the newest checkpoint known here holds; 0: none is known. `rebuilt`: the
   * one that was there could not be used, for this reason; the state was made from the journal, and the
   * next write puts another checkpoint in its place.
   */
  checkpoint: { seq: number; rebuilt?: string };
  byType: Record<string, Share>;
  byRole: Record<string, Share>;
  /** Where the handle has a budget: tokens allowed and used, and used as a share of allowed. */
  budget?: { limit: number; used: number; share: number };
}

/** What `diff` gives: entries by id; `tokens` are those of the texts. */
export interface Diff {
  added: { id: string; contentType: string; tokens: number }[];
  removed: { id: string; contentType: string; tokens: number }[];
  /** `tokens` is the difference; `words` the texts, word by word. */
  changed: { id: string; tokens: number; words: WordRun[] }[];
  /** The difference in all. */
  tokens: number;
}

/** Words that two texts share, or that only one of them has. */
export interface WordRun {
  kind: "same" | "added" | "removed";
  text: string;
}

/** What `undo` and `redo` did. */
export interface Undone {
  /** The operation that was made. */
  operation: string;
  /** The operation that it inverts. */
  undid: string;
}

/** What `getSnapshot` gives: the same object until something changes. */
export interface Snapshot {
  readonly head: string | undefined;
  readonly branch: string | undefined;
  /** Counts the changes that this process made or saw. */
  readonly version: number;
}
