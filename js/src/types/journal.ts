// What is stored, as JSON: entries of the journal and the records they consist of. The precise
// formats, and what is hashed, are told in docs/format.md. Hashes are 64 lower-case hex digits, times
// UTC milliseconds.

import type { AnnotationFields } from "./annotation.js";
import type { Author } from "./author.js";
import type { EntryOperation } from "./commit.js";
import type { InputUsage, OutputUsage } from "./compile.js";
import type { RegisteredType } from "./content-types.js";
import type { JsonObject, JsonValue } from "./json.js";

/** One batch of operations. Its hash is the SHA-256 of its canonical JSON. */
export interface JournalEntry {
  /** When it was written; never before the entry before. */
  at: number;
  format: 1;
  /** A nonce: tells this entry from another writer's at the same place. */
  id: string;
  operations: JournalOperation[];
  /** The hash of the entry before; absent in the first. */
  previous?: string;
  /** 1, 2, 3 … */
  seq: number;
}

/** What one call did. */
export interface JournalOperation {
  author?: Author;
  /** The caller's `operationId`. Without one it is called `<seq>.<index>`. */
  id?: string;
  /** The name of the call. */
  kind: string;
  records: JournalRecord[];
  /** The operation that this one undoes. */
  undoes?: string;
}

/** One change of a repository. */
export type JournalRecord =
  | { repository: RepositoryRecord }
  | { commit: CommitRecord }
  | { annotation: AnnotationFields }
  | { branch: RefRecord }
  | { tag: RefRecord }
  | { defaultBranch: DefaultBranchRecord }
  | { type: TypeRecord }
  | { note: NoteRecord }
  | { sent: SentRecord }
  | { freed: FreedRecord }
  | { erased: ErasedRecord };

/** The first record of a journal. */
export interface RepositoryRecord {
  defaultBranch: string;
  /** What its tokens were counted with. */
  tokens: string;
}

/** A commit; its branch moves to it. */
export interface CommitRecord {
  /** Absent: the default branch. */
  branch?: string;
  /** The fields that its place does not imply. */
  commit: CommitFields;
  /** What is known of the payload without its text. */
  outline?: Outline;
  /** Bytes of the payload's canonical JSON. */
  size?: number;
  /** What its tokens were counted with, where that is not what the repository began with. */
  tokens?: string;
}

/**
 * The immutable fields of a commit. With `createdAt`, `format`, `operation` and `parents` filled in
 * it is the preimage: the commit's hash is the SHA-256 of its canonical JSON.
 */
export interface CommitFields {
  author?: Author;
  contentHash?: string;
  contentType?: string;
  copiedFrom?: string;
  createdAt?: number;
  format?: number;
  generation?: JsonValue;
  id?: string;
  labels?: string[];
  metadata?: JsonObject;
  note?: string;
  operation?: EntryOperation;
  parents?: string[];
  replyTo?: string;
  turn?: string;
}

/** Role, calls, results and tokens of a payload. Keys are the first 16 digits of SHA-256. */
export interface Outline {
  /** Whether there is anything besides results. Default: true. */
  body?: boolean;
  calls?: [key: string, tokens: number][];
  results?: [key: string, tokens: number][];
  /** Of instructions: whether it stands where it was committed, and the key of its name. */
  here?: boolean;
  name?: string;
  reasoning?: number;
  role?: string;
  text?: number;
}

/** A branch or tag: from `old` to `new`; absent is "there is none". */
export interface RefRecord {
  name: string;
  new?: string;
  old?: string;
}

/** The default branch: from `old` to `new`. */
export interface DefaultBranchRecord {
  new: string;
  old: string;
}

/** A content type: from `old` to `new`. */
export interface TypeRecord {
  name: string;
  new?: RegisteredType;
  old?: RegisteredType;
}

/** A note on an entry, or without one on the repository: from `old` to `new`. */
export interface NoteRecord {
  entry?: string;
  name: string;
  new?: JsonValue;
  old?: JsonValue;
}

/** A compile that was sent to a model, and what it cost. */
export interface SentRecord {
  /** Names the compile. */
  digest: string;
  /** The count that varve gave it. */
  estimate: number;
  head?: string;
  input?: InputUsage;
  model: string;
  output?: OutputUsage;
  raw?: JsonValue;
  responseId?: string;
}

/** Objects that nothing needed, taken away with this entry. */
export interface FreedRecord {
  contents: string[];
}

/** An object that was taken away with this entry, and is not taken in again. */
export interface ErasedRecord {
  hash: string;
  reason: string;
}
