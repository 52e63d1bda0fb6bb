// Compression: summaries in the place of entries, results of tools that are cleared.
import type { ChangeOptions, OperationOptions } from "./commit.js";
import type { Usage } from "./compile.js";
import type { Summarizer } from "./compress.js";

/**
 * What `compress` takes. Pinned entries, the current turn (from the last message of the user on) and the
 * last `preserveRecent` entries stay in any case; steps go whole. Each run of entries between those that
 * stay gets a summary of its own. The fields of a commit hold for every summary.
 */
export interface CompressOptions extends Omit<ChangeOptions, "generation" | "replyTo" | "turn"> {
  /** Just these entries: `EditTarget` for one that cannot go. Default: all that can. */
  ids?: readonly string[] | undefined;
  /** Only entries from this one on, in reading order. */
  from?: string | undefined;
  /** Only entries up to this one. */
  to?: string | undefined;
  /** How many of the last entries stay. Default: 0. */
  preserveRecent?: number | undefined;
  /** Who writes the summaries. Default: that of `createVarve`, or the built-in one, which asks nobody. */
  summarize?: Summarizer | undefined;
  /** The summary itself, or text and facts. For one run only. */
  content?: string | SummaryText | undefined;
  /** What the summarizer is told, in words. */
  instructions?: string | undefined;
  /**
   * Tokens of all summaries together, as summarizers are asked for them. Default: of each those that it extends, and a
   * quarter of what is new.
   */
  targetTokens?: number | undefined;
  /**
   * What occurs in the entries has to occur in their summary: texts, and all that expressions match. What is
   * missing is asked for once more; then it is `Compression`, and nothing is stored.
   */
  mustKeep?: readonly (string | RegExp)[] | undefined;
  /** False: keep the summaries until somebody approves them. */
  autoCommit?: boolean | undefined;
  /** True: only tell what would happen. Nobody is asked for a summary. */
  plan?: boolean | undefined;
}

/** What a summary says. */
export interface SummaryText {
  readonly text: string;
  /** Short statements that later summaries carry over. */
  readonly facts?: readonly string[] | undefined;
}

/** What `compress` would do. Figures are in tokens. */
export interface CompressPlan {
  /** Of a plain compile. */
  tokensBefore: number;
  /** Of a plain compile with summaries as long as they are asked for. */
  tokensAfter: number;
  /** Of what this handle sent last, and would have to be sent anew. 0 where `sent` was never called. */
  cachedTokensLost: number;
  runs: PlannedRun[];
}

/** Entries that would get one summary. */
export interface PlannedRun {
  /** In reading order. */
  entries: string[];
  /** By how many tokens a compile is shorter without them. */
  tokens: number;
  /** How long the summary is to be at most. */
  targetTokens: number;
  /** Earlier summaries among the entries: the new one extends them. */
  extends: string[];
}

/** What `compress` did. Figures are in tokens. */
export interface Compression {
  /** What `undo` takes; absent where nothing could go. */
  operation?: string | undefined;
  /** Of a plain compile. */
  tokensBefore: number;
  tokensAfter: number;
  /** Empty where nothing could go. */
  summaries: Summarized[];
}

/** A summary that stands for entries. */
export interface Summarized {
  /** The summary's entry, and the commit that put it there: `revert` of either brings everything back. */
  id: string;
  hash: string;
  text: string;
  facts: readonly string[];
  /** What it stands for, in reading order. */
  entries: string[];
  /** By how many tokens a compile is shorter without them. */
  tokensBefore: number;
  /** Of the summary. */
  tokensAfter: number;
  /** Who wrote it: `builtin`, `openai`, a name of the application's; `content` where it was given. */
  summarizer: string;
  model?: string | undefined;
  /** What it cost. */
  usage?: Usage | undefined;
}

/** A summary that waits for somebody's word. */
export type ProposedSummary = Omit<Summarized, "id" | "hash">;

/**
 * Summaries that wait until somebody approves them: what `compress` gives with `autoCommit: false`, and `pending`
 * lists, in every process. They are bound to what they show, and used once.
 */
export interface PendingCompression {
  readonly id: string;
  /** UTC milliseconds. */
  readonly createdAt: number;
  /** The branch it is about. */
  readonly branch: string;
  /** Of a plain compile, when it was made, and as it would be then. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly summaries: readonly ProposedSummary[];
  /**
   * Puts another text in the place of a summary, by its place among the summaries. Who has the one before cannot
   * approve it any more.
   *
   * @throws `Compression` for one that is empty, or longer than what it stands for; `StaleProposal`; `Validation`.
   */
  editSummary(index: number, to: string | SummaryText): Promise<void>;
  /**
   * Puts the summaries in their place, as they are shown here.
   *
   * @throws `StaleProposal` where an entry that they stand for, or its priority, changed; where a summary was edited
   * by others; where it was approved or rejected already. That the branch grew is no reason. Nothing is stored then.
   */
  approve(options?: Pick<OperationOptions, "author" | "signal">): Promise<Compression>;
  /**
   * Says no.
   *
   * @throws `StaleProposal` where it was approved or rejected already.
   */
  reject(reason?: string): Promise<void>;
}

/** What `clearToolResults` takes. */
export interface ClearOptions extends OperationOptions {
  /** How many of the last results stay. Default: 3; with `olderThan` 0. */
  keepLast?: number | undefined;
  /** Only results of entries that were added before: a Date, or UTC milliseconds. */
  olderThan?: Date | number | undefined;
  /** True: only tell what would happen. */
  plan?: boolean | undefined;
}

/** What `clearToolResults` did, or would do. Figures are tokens of a plain compile. */
export interface Cleared {
  /** The entries whose results are marks now. */
  entries: string[];
  tokensBefore: number;
  tokensAfter: number;
}
