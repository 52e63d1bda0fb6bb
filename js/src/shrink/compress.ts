// Compression: the module plans what can go, somebody writes the summaries, the module commits them.
import { VarveError } from "../errors.js";
import { later } from "../later.js";
import { own } from "../plain.js";
import type { OperationOptions, Receipt } from "../types/commit.js";
import type { Summarizer } from "../types/compress.js";
import type { SummaryPayload } from "../types/content.js";
import type { JsonObject } from "../types/json.js";
import type { EntryInfo, Status } from "../types/repository.js";
import type {
  Compression,
  CompressOptions,
  CompressPlan,
  PendingCompression,
  ProposedSummary,
  Summarized,
  SummaryText,
} from "../types/shrink.js";
import type { Place } from "./shrinker.js";
import {
  checkGiven,
  countTokens,
  isTooLong,
  type NativeRun,
  payloadOf,
  type SizedRun,
  sourceOf,
  summarise,
  type Written,
} from "./summary.js";
import { occurring, textOf } from "./texts.js";

/** A plan, as the module makes it. */
interface NativePlan {
  tokens: number;
  lost: number;
  runs: NativeRun[];
}

/** A plan whose runs were weighed. */
interface Planned {
  readonly plan: NativePlan;
  readonly runs: SizedRun[];
  /** Just these runs were asked for: none may be left out. */
  readonly exact: boolean;
}

/** What the module gives for a compaction. */
type Done = [receipts: Receipt[], operation: string | undefined];

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

/** A summary has to be worth its frame by so many tokens, or its entries are left as they are. */
const WORTH = 8;

/** See `Shrinker.compress`. */
export async function compress(
  place: Place,
  given: CompressOptions,
): Promise<CompressPlan | Compression | PendingCompression | null> {
  const options = own(given);
  const { summarize: _, content, mustKeep, autoCommit = true, plan: plans, ...rest } = options;
  const { ids, from, to, preserveRecent, instructions, targetTokens, ...more } = rest;
  const { signal, ...fields } = more;
  check(options);
  signal?.throwIfAborted();
  await place.link.call("refresh");
  // Nothing to compact: what is wrong with the options is told before anybody is asked for a summary.
  const before = await place.link.call<Done>("compact", { ...fields, runs: [] });
  if (plans) return described(await planned(place, options));
  const parameters = { ids, from, to, preserveRecent, instructions, targetTokens };
  if (!autoCommit) {
    const { proposed, propose } = await later(import("./pending.js"));
    const known = await proposed(place, fields.operationId);
    if (known !== undefined) return known;
    const { plan, made } = await summaries(place, options);
    if (made.length === 0) return null;
    const { operationId, expectedHead, ...commit } = fields;
    return propose(place, plan.tokens, made, { ...parameters, operationId, commit });
  }
  if (before[0].length > 0) return doneBefore(place, before);
  const { plan, made } = await summaries(place, options);
  if (made.length > 0) return commitAll(place, made, plan.tokens, fields);
  return { tokensBefore: plan.tokens, tokensAfter: plan.tokens, summaries: [] };
}

/** What can go, and how long each summary may be. `isExact`: what `ids` name goes, or it is an error. */
async function planned(place: Place, options: CompressOptions, isExact = true): Promise<Planned> {
  const { ids, from, to, preserveRecent, content, targetTokens, plan: plans } = options;
  const asked = { ids, from, to, preserveRecent, messages: plans !== true };
  const plan = await place.link.call<NativePlan>("planCompress", asked);
  const exact = isExact && (ids !== undefined || content !== undefined);
  const { maxSummaryTokens } = options as { maxSummaryTokens?: number };
  return { plan, exact, runs: await sized(place, plan, { targetTokens, maxSummaryTokens, exact }) };
}

/** Has summaries written of all that can go. */
async function summaries(
  place: Place,
  options: CompressOptions,
  isExact?: boolean,
): Promise<{ plan: NativePlan; made: NativeCompaction[] }> {
  const { content, summarize, instructions, mustKeep = [], signal } = options;
  const { plan, runs, exact } = await planned(place, options, isExact);
  const given = typeof content === "string" ? { text: content } : content;
  const demands = { instructions, mustKeep, signal };
  const written = given
    ? await fromContent(place, runs, given, mustKeep)
    : await fromSummarizer(place, runs, summarize, demands, exact);
  signal?.throwIfAborted();
  return { plan, made: written.map(([run, summary]) => compactionOf(run, summary)) };
}

/**
 * Compresses on behalf of a policy or a proposal: as the action says, with the summaries that it brings, or with new
 * ones. Without a guard it only tells what would happen.
 */
export async function compressFor(
  place: Place,
  action: { readonly type: string },
  guard: object | undefined,
): Promise<{ operation?: string | undefined; ids: string[]; plan: CompressPlan | Compression }> {
  await place.link.call("refresh");
  const {
    type: _,
    summaries: brought,
    commit = {},
    ...options
  } = action as { type: string } & JsonObject;
  const asked = options as CompressOptions;
  const made = brought as unknown as NativeCompaction[] | undefined;
  if (guard === undefined && made === undefined) {
    const plan = described(await planned(place, { ...asked, plan: true }));
    if (plan.runs.length === 0) throw nothing();
    return { ids: plan.runs.flatMap(({ entries }) => entries), plan };
  }
  const found = made
    ? { made, plan: { tokens: await compiledTokens(place) } }
    : await summaries(place, asked, false); // ids are what was shown: what gets no shorter stays
  if (found.made.length === 0) throw nothing();
  const ids = found.made.flatMap(({ targets }) => targets);
  const { tokens } = found.plan;
  if (guard === undefined) {
    const saved = found.made.reduce((sum, { generation }) => sum + savedBy(generation), 0);
    const plan = { tokensBefore: tokens, tokensAfter: tokens - saved, summaries: [] };
    return { ids, plan };
  }
  const plan = await commitAll(place, found.made, tokens, { ...(commit as object), guard });
  return { operation: plan.operation, ids, plan };
}

/** Tokens that a compile is shorter by. */
export const savedBy = ({ tokensBefore, tokensAfter }: Generation): number =>
  tokensBefore - tokensAfter;

function nothing(): VarveError<"Compression"> {
  return new VarveError("Compression", "there is nothing that could be compressed", {
    reason: "nothing",
  });
}

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

function compactionOf(run: NativeRun, written: Written): NativeCompaction {
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

function described({ plan, runs }: Planned): CompressPlan {
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

async function fromContent(
  place: Place,
  runs: readonly SizedRun[],
  given: SummaryText,
  mustKeep: readonly (string | RegExp)[],
): Promise<[SizedRun, Written][]> {
  const [run, ...others] = runs;
  if (run === undefined || others.length > 0) {
    const found = run === undefined ? "nothing can go" : `${runs.length} runs can go`;
    const message = `content stands for one run of entries, and ${found}; name others with ids, or from and to`;
    throw invalid("/content", message);
  }
  const kept = { ...given, facts: [...new Set([...run.facts, ...(given.facts ?? [])])] };
  const { payload, tokens } = await checkGiven(
    place,
    run,
    kept,
    occurring(mustKeep, sourceOf(run)),
  );
  const written = { payload, tokens, summarizer: "content", model: undefined, usage: undefined };
  return [[run, written]];
}

async function fromSummarizer(
  place: Place,
  runs: readonly SizedRun[],
  given: Summarizer | undefined,
  demands: Parameters<typeof summarise>[3],
  exact: boolean,
): Promise<[SizedRun, Written][]> {
  const summarize = given ?? place.link.home.summarize ?? place.link.home.builtIn;
  const written: [SizedRun, Written][] = [];
  let refused: unknown;
  for (const run of runs) {
    try {
      written.push([run, await summarise(place, run, summarize, demands)]);
    } catch (error) {
      // Where everything was to go that can, what gets no shorter stays.
      if (exact || !isTooLong(error)) throw error;
      refused ??= error;
    }
  }
  if (written.length === 0 && refused !== undefined) throw refused;
  return written;
}

/** What the operation of this name did when it was done. */
async function doneBefore({ link }: Place, [receipts, operation]: Done): Promise<Compression> {
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

/** Tokens of a plain compile. */
export async function compiledTokens({ link }: Pick<Place, "link">): Promise<number> {
  return (await link.call<Status>("status")).compiledTokens;
}

function check({
  ids,
  from,
  to,
  content,
  summarize,
  targetTokens,
  mustKeep,
}: CompressOptions): void {
  if (ids !== undefined && (from !== undefined || to !== undefined)) {
    throw invalid("/ids", "name entries by ids, or from and to, not both");
  }
  if (content !== undefined && summarize !== undefined) {
    throw invalid("/content", "give the summary as content, or who writes it, not both");
  }
  const text = typeof content === "object" && content !== null ? content.text : content;
  if (content !== undefined && typeof text !== "string") {
    throw invalid("/content", "content must be a text, or { text, facts? }");
  }
  if (summarize !== undefined && typeof summarize !== "function") {
    throw invalid("/summarize", "summarize must be a function that gives a summary");
  }
  if (targetTokens !== undefined && !(Number.isSafeInteger(targetTokens) && targetTokens > 0)) {
    throw invalid(
      "/targetTokens",
      `targetTokens must be a whole number from 1 on, found ${String(targetTokens)}`,
    );
  }
  const known = (value: unknown) => typeof value === "string" || value instanceof RegExp;
  if (mustKeep !== undefined && !(Array.isArray(mustKeep) && mustKeep.every(known))) {
    throw invalid("/mustKeep", "mustKeep must be an array of texts and regular expressions");
  }
}

function invalid(pointer: string, message: string): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer });
}
