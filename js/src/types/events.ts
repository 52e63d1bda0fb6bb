// What a repository tells those who listen.
import type { BudgetEvent } from "./budget.js";
import type { Receipt } from "./commit.js";
import type { PolicyEvent, ProposalEvent } from "./policies.js";

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

/** A checkpoint that could not be used was replaced. */
export interface CheckpointEvent {
  readonly type: "checkpoint";
  /** The last entry that the new one holds. */
  readonly seq: number;
  /** What was wrong with the one before. */
  readonly rebuilt: string;
}

/** A payload was erased, here or by others: what the application has of it should go as well. */
export interface ErasedEvent {
  readonly type: "erased";
  /** The `contentHash`. */
  readonly hash: string;
  readonly reason: string;
}

/** What `on` can listen to. */
export interface RepositoryEvents {
  commit: CommitEvent;
  budget: BudgetEvent;
  conflict: ConflictEvent;
  checkpoint: CheckpointEvent;
  erased: ErasedEvent;
  proposal: ProposalEvent;
  policy: PolicyEvent;
}
