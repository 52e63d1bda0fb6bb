// Compression: the module plans what can go, somebody writes the summaries, the module commits them.
import { VarveError } from "../errors.js";
import { later } from "../later.js";
import { own } from "../plain.js";
import type { Summarizer } from "../types/compress.js";
import type { JsonObject } from "../types/json.js";
import type {
  Compression,
  CompressOptions,
  CompressPlan,
  PendingCompression,
  SummaryText,
} from "../types/shrink.js";
import {
  commitAll,
  compactionOf,
  type Done,
  doneBefore,
  type NativeCompaction,
  savedBy,
} from "./compaction.js";
import { compiledTokens, type Place } from "./place.js";
import { described, type NativePlan, planned } from "./plan.js";
import {
  checkGiven,
  isTooLong,
  type SizedRun,
  sourceOf,
  summarise,
  type Written,
} from "./summary.js";
import { occurring } from "./texts.js";

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

function nothing(): VarveError<"Compression"> {
  return new VarveError("Compression", "there is nothing that could be compressed", {
    reason: "nothing",
  });
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
