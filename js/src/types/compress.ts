// Summaries: what is asked of whoever writes one.
import type { Message, Usage } from "./compile.js";

/** A summary to write. */
export interface SummarizeRequest {
  /** What is to be summarised, in order, as the model would have read it. */
  readonly messages: readonly Message[];
  /** At most this many tokens. */
  readonly targetTokens: number;
  /** What the application wants of it, in words. */
  readonly instructions?: string | undefined;
  /** The summary that this one extends, and replaces: its text and facts. */
  readonly earlier?: EarlierSummary | undefined;
  /** What the last answer lost, and must be in this one, word for word. */
  readonly mustKeep?: readonly string[] | undefined;
  /** Counts tokens as `targetTokens` means them, where that takes no waiting. */
  readonly countTokens?: ((text: string) => number) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The summary that a new one extends. */
export interface EarlierSummary {
  readonly text: string;
  readonly facts: readonly string[];
}

/** A summary. */
export interface SummarizeResult {
  readonly text: string;
  /** Short statements that later summaries carry over, each complete in itself. */
  readonly facts?: readonly string[] | undefined;
  /** Who wrote it: `builtin`, `openai`, a name of the application's. */
  readonly summarizer?: string | undefined;
  /** The model that wrote it. */
  readonly model?: string | undefined;
  /** What it cost. */
  readonly usage?: Usage | undefined;
}

/** Writes a summary. What it throws reaches the caller as the `cause` of an error. */
export type Summarizer = (
  request: SummarizeRequest,
) => string | SummarizeResult | Promise<string | SummarizeResult>;
