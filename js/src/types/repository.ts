// What a repository answers when it is asked.
import type { Author, CommitInfo, EntryOperation, Receipt } from "./commit.js";
import type { StoredPayload } from "./content.js";
import type { JsonObject, JsonValue } from "./json.js";

/** What `history` takes. */
export interface HistoryOptions {
  /** At most this many commits. */
  limit?: number | undefined;
  /** Goes on behind this commit: the `cursor` of the page before. */
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

/** What `get` gives: a commit, its entry, and the payload the entry has now. */
export interface EntryInfo {
  hash: string;
  id?: string;
  contentType?: string;
  payload?: StoredPayload;
  operation: EntryOperation;
  parents: string[];
  /** UTC milliseconds. */
  createdAt: number;
  height: number;
  tokenCount: number;
  cumulativeTokens?: number;
  author?: Author;
  note?: string;
  labels?: string[];
  metadata?: JsonObject;
  turn?: string;
  replyTo?: string;
  generation?: JsonValue;
  status?: EntryStatus;
  /** As annotated, or the default of the type. */
  priority?: "skip" | "normal" | "pinned";
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
  limit?: number | undefined;
  /** Only what came before this operation. */
  before?: string | undefined;
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

/** Where a handle stands, and how full its context is. */
export interface Status {
  branch?: string;
  head?: string;
  [name: string]: JsonValue | undefined;
}

/** An entry that differs between two commits. */
export interface DiffEntry {
  id: string;
  [name: string]: JsonValue | undefined;
}

/** What `diff` gives: entries by id. */
export interface Diff {
  added: DiffEntry[];
  removed: DiffEntry[];
  changed: DiffEntry[];
}

/** What `undo` and `redo` did. */
export interface Undone {
  /** The operation that was made. */
  operation: string;
  /** The operation that it inverts. */
  undid: string;
}

/** How much a model may be given, in tokens. */
export type Budget = (
  | { maxTokens: number; contextWindow?: never; reserveOutput?: never; margin?: never }
  | {
      maxTokens?: never;
      /** The model's window. */
      contextWindow: number;
      /** Kept free for the answer. */
      reserveOutput?: number;
      /** Kept free for what counting gets wrong, as a share of the window: 0.05 is 5 %. */
      margin?: number;
    }
) &
  (
    | {
        /** `warn`: the event `budget`. `reject`: input that would burst it fails with `BudgetExceeded`. */
        action: "warn" | "reject";
      }
    | { action: "callback"; callback: (event: BudgetEvent) => void }
  );

/** A branch has more than its budget. */
export interface BudgetEvent {
  readonly type: "budget";
  readonly branch: string;
  /** Tokens allowed. */
  readonly limit: number;
  /** Tokens of the compile. */
  readonly used: number;
}

/** A commit was made through this process. */
export interface CommitEvent {
  readonly type: "commit";
  /** In order; several for a batch. */
  readonly receipts: readonly Receipt[];
  readonly branch: string | undefined;
}

/** A write lost a race and was planned again, or gave up. */
export interface ConflictEvent {
  readonly type: "conflict";
  readonly [name: string]: unknown;
}

/** What `on` can listen to. */
export interface RepositoryEvents {
  commit: CommitEvent;
  budget: BudgetEvent;
  conflict: ConflictEvent;
}

/** What `getSnapshot` gives: the same object until something changes. */
export interface Snapshot {
  readonly head: string | undefined;
  readonly branch: string | undefined;
  /** Counts the changes that this process made or saw. */
  readonly version: number;
}
