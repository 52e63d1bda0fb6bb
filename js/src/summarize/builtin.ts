// The summarizer that is meant where the application names none.
import { later } from "../later.js";
import type { SummarizeRequest, SummarizeResult } from "../types/compress.js";
import { summarizerModule } from "./source.js";

/**
 * Summarizes without a model: deterministic, offline, in milliseconds. It picks sentences and facts rather than writing
 * new ones: identifiers, numbers, names, decisions, what failed, the latest state of what changed. Texts of the summary
 * are those of the source; facts are lines of a subject and its fields. The facts of `earlier` come first.
 *
 * Tokens are counted roughly: now and then an answer has some more than `targetTokens` by an exact count. The module
 * is loaded at the first call.
 *
 * Rejects with `Validation` where `targetTokens` is no whole number from 0 on; `Internal` if the module cannot be loaded.
 */
export async function builtinSummarizer(request: SummarizeRequest): Promise<SummarizeResult> {
  const { extract } = await later(import("./extract.js"));
  return extract(request, summarizerModule);
}
