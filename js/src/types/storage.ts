// The contract of every store, from a browser tab to a cluster. Prove an adapter of your own with
// `testStorageAdapter` of `varve/testing`.
//
// A repository is one journal and a heap of objects, with logs and one checkpoint beside them. A store
// keeps bytes: it does not interpret entries, objects or checkpoints, and does not check that they are
// what their hashes say. Readers do.
import type { JsonObject } from "./json.js";

/** Given directly, or promised. */
export type Awaitable<T> = T | Promise<T>;

/**
 * What a resolved write survives: `memory` nothing, `relaxed` the end of the process, `strict` the loss
 * of power.
 */
export type Durability = "memory" | "relaxed" | "strict";

/** What a store can do. */
export interface StorageCapabilities {
  readonly durability: Durability;
  /** Whether others can write the same repository. */
  readonly multiWriter: boolean;
  /** Whether the entry, objects and logs of a batch become visible together. */
  readonly multiKeyAtomic: boolean;
  /** The largest object or entry, in bytes. Larger ones are refused with `TooLarge`. */
  readonly maxObjectBytes: number;
  /** Whether `write` wants `projection`: rows for tables that people query. Default: false. */
  readonly projects?: boolean;
}

/** The name of a repository. Both are any text that is not empty and has no lone surrogates. */
export interface RepositoryAddress {
  /** The customer or user. */
  readonly workspace: string;
  /** The repository's id within it. */
  readonly id: string;
}

/** One repository, as long as it lives. */
export interface RepositoryKey extends RepositoryAddress {
  /** Tells it from one of the same name that was deleted: 16 lower-case hex digits. */
  readonly incarnation: string;
}

/** An entry of the journal. */
export interface StoredEntry {
  /** 1, 2, 3 … */
  readonly seq: number;
  /** 64 lower-case hex digits. Stored beside the entry, not derived from `bytes`. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Bytes under their hash. */
export interface StoredObject {
  /** 64 lower-case hex digits. */
  readonly hash: string;
  /** May be empty. */
  readonly bytes: Uint8Array;
}

/** A row of a log: an append-only stream beside the journal. */
export interface LogRow {
  /** The name of the log. */
  readonly log: string;
  /** UTC milliseconds. */
  readonly at: number;
  /** A JSON object. What is read has the same value, not necessarily the same text. */
  readonly fields: string;
}

/** What is written at once: all of it or nothing. */
export interface WriteBatch {
  readonly entry: StoredEntry;
  /** When: UTC milliseconds, never less than in the batch before. The repository's `updatedAt`. */
  readonly at: number;
  /** One that is there already stays as it is. */
  readonly objects: readonly StoredObject[];
  /** Objects to take away; those that are not there are no error. None of them is in `objects`. */
  readonly deleteObjects: readonly string[];
  readonly logs: readonly LogRow[];
  /**
   * What `listRepositories` shows from now on: a JSON text, of which the value counts. Absent: what it
   * showed before.
   */
  readonly summary?: string | undefined;
  /** There if the capabilities say `projects`. */
  readonly projection?: Projection | undefined;
}

/**
 * How a write ended. `conflict`: the number is taken, nothing was written; the entries from it on, in
 * order, without gaps: at least one, not necessarily all.
 */
export type WriteResult =
  | { readonly conflict?: undefined }
  | { readonly conflict: readonly StoredEntry[] };

/** A cache of what the journal says, up to one entry. */
export interface StoredCheckpoint {
  /** The last entry it holds. */
  readonly seq: number;
  readonly manifest: Uint8Array;
  /** All segments that the manifest lists, in order, each once. Kept apart from objects. */
  readonly segments: readonly StoredObject[];
}

/** A checkpoint to keep. A segment without bytes is one that the store should have already. */
export interface CheckpointToWrite {
  readonly seq: number;
  readonly manifest: Uint8Array;
  readonly segments: readonly { readonly hash: string; readonly bytes?: Uint8Array | undefined }[];
}

/** Which repositories to list. */
export interface RepositoryQuery {
  /** Only ids that begin with it. */
  readonly prefix?: string | undefined;
  /** `updatedAt` and `createdAt`: newest first, then by id. Default: `id`, by UTF-8 bytes. */
  readonly orderBy?: "id" | "updatedAt" | "createdAt" | undefined;
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
  /** The most rows, 1 or more. */
  readonly limit: number;
}

/** A repository in a list. */
export interface RepositoryRow {
  readonly id: string;
  readonly incarnation: string;
  /** UTC milliseconds. */
  readonly createdAt: number;
  /** That of the last batch; before the first one `createdAt`. */
  readonly updatedAt: number;
  /** What the last batch with a summary said. */
  readonly summary?: string | undefined;
}

/**
 * Repositories, and where the next page begins; no cursor: there is none. Rows that stay are seen once,
 * also while others come and go; after a cursor the last page may be empty.
 */
export interface RepositoryPage {
  readonly repositories: readonly RepositoryRow[];
  readonly cursor?: string | undefined;
}

/** Which rows of a log to read. Rows have the order in which they were written. */
export interface LogQuery {
  /** `at` of this or later. */
  readonly since?: number | undefined;
  /** `at` before this. */
  readonly until?: number | undefined;
  /** Members of `fields` that must be equal: a text, number, true, false or null. Absent is not null. */
  readonly where?: { readonly [field: string]: string | number | boolean | null } | undefined;
  /** The most rows, 1 or more. */
  readonly limit: number;
  /** The newest first. */
  readonly reverse?: boolean | undefined;
  readonly cursor?: string | undefined;
}

/**
 * Rows of a log, and where the next page begins; no cursor: there is none. After a cursor the last page
 * may be empty.
 */
export interface LogPage {
  readonly rows: readonly { readonly at: number; readonly fields: string }[];
  readonly cursor?: string | undefined;
}

/** What every call may be given. */
export interface CallOptions {
  /**
   * Aborted before the call: it rejects with the signal's reason and does nothing. Aborted meanwhile: it
   * may reject with it; a write is all or nothing then as well, and which of both is not told.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A store. Calls may come at any time, many at once; methods may be called before the store was opened,
 * and open it then.
 *
 * Errors: throw a `VarveError` (`storageError` makes one) with one of these codes. `Closed`: the
 * repository was deleted, or the store closed. `TooLarge`, `Quota`, `Blocked`: nothing was written.
 * `Corrupt`: what is stored makes no sense. `VersionTooNew`: made by a newer version. `Unavailable`: no
 * answer for now; a write may have happened, and is repeated as it was. Whatever else is thrown counts as
 * `Unavailable`, with it as the cause.
 */
export interface StorageAdapter {
  /** For messages, like "sqlite". */
  readonly name: string;
  /** What it promises beyond the contract, and how large an object may be. */
  readonly capabilities: StorageCapabilities;

  /** Makes the repository, unless it is there already, and tells which incarnation is there. */
  createRepository(
    address: RepositoryAddress,
    incarnation: string,
    at: number,
    options?: CallOptions,
  ): Awaitable<string>;

  /** Which incarnation is there. */
  findRepository(address: RepositoryAddress, options?: CallOptions): Awaitable<string | undefined>;

  /**
   * Deletes a repository and all that belongs to it; false where that incarnation is not there. Every
   * other call on it but this one fails with `Closed` from then on, also where one of the same name was
   * made since.
   */
  deleteRepository(repository: RepositoryKey, options?: CallOptions): Awaitable<boolean>;

  /** Repositories of a workspace, in pages. */
  listRepositories(
    workspace: string,
    query: RepositoryQuery,
    options?: CallOptions,
  ): Awaitable<RepositoryPage>;

  /**
   * Writes a batch, all of it or nothing, as entry n + 1 where entry n is the last one: the only
   * compare-and-swap there is. A number that is taken is a conflict, whatever the entry there is;
   * where entry n is missing, `Corrupt`, and nothing is written.
   */
  write(
    repository: RepositoryKey,
    batch: WriteBatch,
    options?: CallOptions,
  ): Awaitable<WriteResult>;

  /**
   * Up to `limit` entries behind number `after`, in order, without gaps; fewer only where there are no
   * more.
   */
  readJournal(
    repository: RepositoryKey,
    query: { readonly after: number; readonly limit: number },
    options?: CallOptions,
  ): Awaitable<readonly StoredEntry[]>;

  /** Objects in the order asked for; null for those that are not there. Hashes may repeat. */
  readObjects(
    repository: RepositoryKey,
    hashes: readonly string[],
    options?: CallOptions,
  ): Awaitable<readonly (Uint8Array | null)[]>;

  /**
   * The objects there are, ordered by hash, up to `limit` behind `after`; fewer only where there are no
   * more. Segments of checkpoints are none of them.
   */
  listObjects(
    repository: RepositoryKey,
    query: { readonly after?: string | undefined; readonly limit: number },
    options?: CallOptions,
  ): Awaitable<readonly { readonly hash: string; readonly byteSize: number }[]>;

  /** Rows of a log, in pages. A log that nobody wrote is empty. */
  readLog(
    repository: RepositoryKey,
    log: string,
    query: LogQuery,
    options?: CallOptions,
  ): Awaitable<LogPage>;

  /** The newest checkpoint, if it is whole. */
  readCheckpoint(
    repository: RepositoryKey,
    options?: CallOptions,
  ): Awaitable<StoredCheckpoint | undefined>;

  /**
   * Puts a checkpoint in the place of the one before, whose segments go unless this one lists them too.
   * False, and nothing happens: one of this number or a later one is there, or a segment without bytes
   * is not. It is a cache: a store may keep none.
   */
  writeCheckpoint(
    repository: RepositoryKey,
    checkpoint: CheckpointToWrite,
    options?: CallOptions,
  ): Awaitable<boolean>;

  /** Takes the checkpoint away. */
  deleteCheckpoint(repository: RepositoryKey, options?: CallOptions): Awaitable<void>;

  /**
   * Makes sure that no byte of deleted objects is left in what the store wrote, as far as it can:
   * called after an erasure.
   */
  scrub?(repository: RepositoryKey, options?: CallOptions): Awaitable<void>;

  /** Brings the tables up to date. What is up to date already is left alone. */
  migrate?(): Awaitable<void>;

  /**
   * Takes rows of `projection` again that were written before. `start`: first takes away what the
   * tables hold of the repository. A row of a batch that was written meanwhile is never overwritten by
   * an older one.
   */
  reproject?(
    repository: RepositoryKey,
    projections: readonly Projection[],
    start: boolean,
  ): Awaitable<void>;

  /** Calls `listener` when others may have written. A hint: reading is the truth. Returns how to stop. */
  watch?(address: RepositoryAddress, listener: () => void): () => void;

  /** Lets go of what it holds. Later calls fail with `Closed`. */
  close(): Awaitable<void>;
}

/** What a batch means for tables that people query. Can be made again from the journal. */
export interface Projection {
  /** The journal entry, and when it was written. */
  readonly seq: number;
  readonly at: number;
  /** There where it is new or changed. */
  readonly defaultBranch?: string | undefined;
  /** There where it was set; null: it was taken away. */
  readonly policyConfig?: JsonObject | null | undefined;
  readonly commits: readonly ProjectedCommit[];
  /** Where branches and tags point now; null: it is gone, or has no commits. */
  readonly refs: readonly {
    readonly kind: "branch" | "tag";
    readonly name: string;
    readonly commit: string | null;
  }[];
  readonly annotations: readonly ProjectedAnnotation[];
  /** Commits whose entries were compacted, or are no longer, on the default branch. */
  readonly compacted: readonly {
    /** The commit that added the entry: its `number`. */
    readonly number: number;
    /** When, into which entry, and the height of the commit that did it. All null: no longer. */
    readonly at: number | null;
    readonly into: string | null;
    readonly version: number | null;
  }[];
}

/** A commit, for a table. */
export interface ProjectedCommit {
  /** 0, 1, 2 … in the order of the journal. */
  readonly number: number;
  /** 64 lower-case hex digits, as all hashes here. */
  readonly hash: string;
  /** `append`, `edit`, `delete`, `compact`, `merge` or `revert`. */
  readonly operation: string;
  /** The entry it adds, edits or deletes. */
  readonly entry: string | null;
  readonly contentHash: string | null;
  readonly contentType: string | null;
  readonly role: string | null;
  /** Numbers of the parents. */
  readonly parent: number | null;
  readonly secondParent: number | null;
  /** Commits on the longest way to the first one, it included. */
  readonly height: number;
  readonly tokenCount: number;
  /** Its own tokens and those of its first parents. */
  readonly cumulativeTokens: number;
  readonly authorKind: string | null;
  readonly authorName: string | null;
  readonly turn: string | null;
  readonly createdAt: number;
}

/** An annotation, for a table. */
export interface ProjectedAnnotation {
  /** Its identity. */
  readonly hash: string;
  /** The entry. */
  readonly entry: string;
  readonly priority: string;
  readonly reason: string | null;
  readonly authorKind: string | null;
  readonly authorName: string | null;
  readonly createdAt: number;
}
