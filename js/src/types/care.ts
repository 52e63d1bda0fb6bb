// Looking after a repository: checking it, freeing space, erasing.
import type { Author } from "./author.js";

/** How far something is: in entries and objects, `total` as far as it is known. */
export interface CareProgress {
  readonly done: number;
  readonly total: number;
}

/** What `verify` takes. */
export interface VerifyOptions {
  /** Called now and then. */
  onProgress?: ((progress: CareProgress) => void) | undefined;
  /** Ends the check: it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * What can be wrong. Of the journal: `entry-missing` (its number is not there), `entry-number` (it says
 * that it has another), `entry-hash` (its bytes have another hash), `entry-chain` (it continues another
 * entry), `entry-unreadable`, `version` (written by a newer version), `record` (it names a commit or
 * entry that is not there, or makes no sense), `ref` (a branch or tag points to nothing). Of objects:
 * `object-missing`, `object-damaged` (its bytes have another hash, or cannot be read), `object-erased` (it was
 * erased, and is there). `checkpoint`: it cannot be read, or is not of this journal.
 */
export type StorageFaultKind =
  | "entry-missing"
  | "entry-number"
  | "entry-hash"
  | "entry-chain"
  | "entry-unreadable"
  | "version"
  | "record"
  | "ref"
  | "object-missing"
  | "object-damaged"
  | "object-erased"
  | "checkpoint";

/** Something that is wrong with what is stored. */
export interface StorageFault {
  kind: StorageFaultKind;
  /** For people. */
  message: string;
  /** The number of the journal entry. */
  seq?: number;
  /** The hash of the object, or of the commit that a branch or tag was to point to. */
  hash?: string;
  /** The name of the branch or tag. */
  ref?: string;
}

/** What `verify` found. */
export interface Verification {
  /** Whether there are no faults. */
  ok: boolean;
  /** Entries of the journal. */
  entries: number;
  commits: number;
  objects: number;
  /** Objects that nothing refers to, which `gc` takes away: no fault. */
  unreferenced: number;
  /** The last entry that the checkpoint holds; absent where there is none. */
  checkpoint?: number;
  /** In the order in which they were found. What is behind a broken entry may be faulty because of it. */
  faults: StorageFault[];
}

/** What `gc` takes. */
export interface GcOptions {
  /**
   * Only what no branch or tag led to at this time or since (a Date, or UTC milliseconds). Default: 14
   * days ago.
   */
  olderThan?: Date | number | undefined;
  /** Only tells what would be freed. */
  dryRun?: boolean | undefined;
  /** Who asks. */
  author?: Author | undefined;
  /** Checked before anything happens. */
  signal?: AbortSignal | undefined;
}

/** What `gc` freed, or would. */
export interface GcReport {
  objects: number;
  /** Of these objects. */
  bytes: number;
  /** Commits whose payload is gone. */
  commits: number;
  /** The last operation that did it; absent where nothing was to be done. */
  operation?: string;
}

/** What `erase` did, and what it concerns. */
export interface EraseReport {
  /** Absent where it was erased before, and nothing was left of it. */
  operation?: string;
  /** The ids of the entries of which a version showed it, on any branch. */
  entries: string[];
  /** The ids of the summaries that were made from it: they may repeat what it said. */
  summaries: string[];
  /** The ids of the proposals and pending compressions that rested on it: they are `stale`, what they showed is gone. */
  proposals: string[];
}

/** How a payload was erased. */
export interface ErasedMark {
  reason: string;
  /** UTC milliseconds. */
  at: number;
}
