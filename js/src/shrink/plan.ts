// Which entries a compression takes, and how long each of its summaries may be.
import type { CompressOptions, CompressPlan, SummaryText } from "../types/shrink.js";
import type { Place } from "./place.js";
import { countTokens, type NativeRun, payloadOf, type SizedRun } from "./summary.js";
import { textOf } from "./texts.js";

/** A plan, as the module makes it. */
export interface NativePlan {
  tokens: number;
  lost: number;
  runs: NativeRun[];
}

/** A plan whose runs were weighed. */
export interface Planned {
  readonly plan: NativePlan;
  readonly runs: SizedRun[];
  /** Just these runs were asked for: none may be left out. */
  readonly exact: boolean;
}

/** A summary has to be worth its frame by so many tokens, or its entries are left as they are. */
const WORTH = 8;

/** What can go, and how long each summary may be. `isExact`: what `ids` name goes, or it is an error. */
export async function planned(
  place: Place,
  options: CompressOptions,
  isExact = true,
): Promise<Planned> {
  const { ids, from, to, preserveRecent, content, targetTokens, plan: plans } = options;
  const asked = { ids, from, to, preserveRecent, messages: plans !== true };
  const plan = await place.link.call<NativePlan>("planCompress", asked);
  const exact = isExact && (ids !== undefined || content !== undefined);
  const { maxSummaryTokens } = options as { maxSummaryTokens?: number };
  return { plan, exact, runs: await sized(place, plan, { targetTokens, maxSummaryTokens, exact }) };
}

/**
 * How long each summary may be: as long as those that it extends, and a quarter of what is new, or its share of
 * `targetTokens`. What is not worth a summary is left out, unless just it was asked for.
 */
async function sized(
  place: Place,
  plan: NativePlan,
  {
    targetTokens,
    maxSummaryTokens = Number.POSITIVE_INFINITY,
    exact,
  }: {
    targetTokens: number | undefined;
    maxSummaryTokens: number | undefined;
    exact: boolean;
  },
): Promise<SizedRun[]> {
  const sized: { run: NativeRun; block: number; tokens: number; wanted: number }[] = [];
  for (const run of plan.runs) {
    const count = (said: SummaryText) => countTokens(place, payloadOf(run, said));
    const block = await count({ text: "" });
    if (!exact && run.tokens > 0 && run.tokens <= block + WORTH) continue;
    // Where nothing is counted, summarizers are still asked for a length.
    const tokens = run.tokens || Math.ceil(textOf(run.messages).length / 4);
    const earlier = { text: run.texts.join("\n\n"), facts: run.facts };
    const kept = run.extends.length > 0 ? Math.min(tokens, await count(earlier)) : 0;
    sized.push({ run, block, tokens, wanted: kept + Math.ceil((tokens - kept) / 4) });
  }
  const all = sized.reduce((sum, { tokens }) => sum + tokens, 0);
  const asked = targetTokens ?? sized.reduce((sum, { wanted }) => sum + wanted, 0);
  const less = Math.min(1, maxSummaryTokens / Math.max(1, asked));
  return sized.map(({ run, block, tokens, wanted }) => {
    const share = targetTokens === undefined ? wanted : Math.ceil((tokens * targetTokens) / all);
    const target = Math.max(Math.ceil(share * less), block + WORTH);
    return { ...run, block, target: Math.min(tokens, target) };
  });
}

/** A plan, for people. */
export function described({ plan, runs }: Planned): CompressPlan {
  const saved = runs.reduce((sum, { tokens, target }) => sum + Math.max(0, tokens - target), 0);
  return {
    tokensBefore: plan.tokens,
    tokensAfter: plan.tokens - saved,
    cachedTokensLost: runs.length > 0 ? plan.lost : 0,
    runs: runs.map(({ targets, tokens, target, extends: earlier }) => ({
      entries: targets,
      tokens,
      targetTokens: target,
      extends: earlier,
    })),
  };
}
