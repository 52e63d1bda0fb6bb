// Commits: what writing takes and gives.

import type { Author } from "./author.js";
import type { ErasedMark } from "./care.js";
import type { JsonInput, JsonObject, JsonValue } from "./json.js";

/** What every write takes. */
export interface OperationOptions {
  /** Who asks. */
  author?: Author | undefined;
  /**
   * Names the operation: repeating it gives the first result instead of doing it twice. Make one
   * per intent (`crypto.randomUUID()`), and repeat the call with it after `OutcomeUnknown`.
   */
  operationId?: string | undefined;
  /** Checked before anything happens. A write under way is not torn down. */
  signal?: AbortSignal | undefined;
}

/** What every commit takes. All of it but `expectedHead`, `operationId` and `signal` is hashed. */
export interface ChangeOptions extends OperationOptions {
  /** What this amounts to, in a line: what the `notes` strategy of a compile shows. */
  note?: string | undefined;
  /** The application's own data. */
  metadata?: { readonly [name: string]: JsonInput | undefined } | undefined;
  /** The entry it answers. */
  replyTo?: string | undefined;
  labels?: readonly string[] | undefined;
  /** Groups the entries of one turn of the agent: the assistant's become one message. */
  turn?: string | undefined;
  /** How the model made it: model, finish reason, parameters. */
  generation?: JsonInput | undefined;
  /** Fails with `Conflict` unless the branch stands on this commit; null: unless it has none. */
  expectedHead?: string | null | undefined;
}

/** What adding an entry takes. */
export interface CommitOptions extends ChangeOptions {
  /**
   * The entry's id, 1 to 512 bytes (a chat UI's message id): what stays the same when the entry is
   * edited, merged, copied. Default: a ULID. The same id with the same payload is a retry, and gives
   * what the first call gave.
   */
  id?: string | undefined;
}

/** What a commit's caller gets. */
export interface Receipt {
  /** The entry that was added or changed; undefined for a revert of something without one. */
  readonly id: string;
  /** The commit: 64 lower-case hex digits. */
  readonly hash: string;
  /** Commits on the longest way to the beginning, this one included. */
  readonly height: number;
  /** Tokens of the payload's texts. */
  readonly tokenCount: number;
}

/** What a commit does. Entries are named by id, commits by hash. */
export type EntryOperation =
  | { kind: "append" }
  | { kind: "edit"; target: string }
  | { kind: "delete"; target: string }
  | { kind: "compact"; targets: string[] }
  | { kind: "merge"; resolutions?: Resolution[] }
  | { kind: "revert"; target: string };

/** How a merge decided one conflict. */
export interface Resolution {
  /** The commits whose operations lose. */
  deactivate: string[];
  /** The entry they were about. */
  entry: string;
}

/** A commit, as `history` lists it. */
export interface CommitInfo {
  hash: string;
  /** The entry it adds or changes. */
  id?: string;
  contentType?: string;
  /** SHA-256 of the payload's canonical JSON, and how many bytes that has. */
  contentHash?: string;
  byteSize?: number;
  /** There where the payload was erased. */
  erased?: ErasedMark;
  /** There where `gc` freed the payload. */
  freed?: true;
  operation: EntryOperation;
  parents: string[];
  /** UTC milliseconds. */
  createdAt: number;
  height: number;
  /** Tokens of its payload. */
  tokenCount: number;
  /** Its parent's, plus its own: raw history. What a model sees is the compile's `tokenCount`. */
  cumulativeTokens: number;
  author?: Author;
  note?: string;
  labels?: string[];
  metadata?: JsonObject;
  turn?: string;
  replyTo?: string;
  generation?: JsonValue;
  /** The commit it is a copy of. */
  copiedFrom?: string;
}
