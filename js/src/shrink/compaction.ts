// Summaries as the module commits them, and as people see them.
import type { OperationOptions, Receipt } from "../types/commit.js";
import type { SummaryPayload } from "../types/content.js";
import type { JsonObject } from "../types/json.js";
import type { EntryInfo } from "../types/repository.js";
import type { Compression, ProposedSummary, Summarized } from "../types/shrink.js";
import { compiledTokens, type Place } from "./place.js";
import type { NativeRun, Written } from "./summary.js";

/** What the module gives for a compaction. */
export type Done = [receipts: Receipt[], operation: string | undefined];

/** A run with its summary, as the module commits it. */
export interface NativeCompaction {
  readonly targets: readonly string[];
  readonly basis: readonly string[];
  readonly payload: SummaryPayload;
  readonly generation: Generation;
}

/** What the commit of a summary says of how it was made. */
export interface Generation {
  readonly summarizer: string;
  readonly model?: string | undefined;
  readonly usage?: Summarized["usage"];
  /** Of what it stands for, and of the summary. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

/** A run with the summary that was written of it. */
export function compactionOf(run: NativeRun, written: Written): NativeCompaction {
  const { payload, tokens, summarizer, model, usage } = written;
  const generation = {
    summarizer,
    model,
    usage,
    tokensBefore: run.tokens,
    tokensAfter: tokens,
  };
  return { targets: run.targets, basis: run.basis, payload, generation };
}

/** A summary, for people. */
export function summarized({ targets, payload, generation }: NativeCompaction): ProposedSummary {
  const { text, facts = [] } = payload;
  return { text, facts, entries: [...targets], ...generation };
}

/** Tokens that a compile is shorter by. */
export const savedBy = ({ tokensBefore, tokensAfter }: Generation): number =>
  tokensBefore - tokensAfter;

/** Has the module put summaries in their place; with a guard on behalf of a policy or a proposal. */
export async function commitAll(
  place: Place,
  runs: readonly NativeCompaction[],
  tokensBefore: number,
  options: OperationOptions & { guard?: object },
): Promise<Compression> {
  const [receipts, operation] = (await place.change("compact", { ...options, runs })) as Done;
  const summaries = receipts.map(({ id, hash }, index) => ({
    id,
    hash,
    ...summarized(runs[index] as NativeCompaction),
  }));
  return { operation, tokensBefore, tokensAfter: await compiledTokens(place), summaries };
}

/** What the operation of this name did when it was done. */
export async function doneBefore(
  { link }: Place,
  [receipts, operation]: Done,
): Promise<Compression> {
  const summaries: Summarized[] = [];
  for (const { id, hash } of receipts) {
    const info = await link.call<EntryInfo>("get", { ref: hash });
    const targets = info.operation.kind === "compact" ? info.operation.targets : [];
    const { payload, generation } = info as unknown as {
      payload: SummaryPayload;
      generation: Generation & JsonObject;
    };
    summaries.push({ id, hash, ...summarized({ targets, basis: [], payload, generation }) });
  }
  const tokensAfter = await compiledTokens({ link });
  const saved = summaries.reduce((sum, made) => sum + savedBy(made), 0);
  return { operation, tokensBefore: tokensAfter + saved, tokensAfter, summaries };
}
