// From a run of entries to its summary: who writes it is asked, and what comes back is checked.

import { isVarveError, VarveError } from "../errors.js";
import { toPlainJson } from "../plain.js";
import type { Message, Usage } from "../types/compile.js";
import type { SummarizeRequest, SummarizeResult, Summarizer } from "../types/compress.js";
import type { SummaryPayload } from "../types/content.js";
import type { SummaryText } from "../types/shrink.js";
import type { Place } from "./place.js";
import { occurring, textOf } from "./texts.js";

/** A run, as the module plans it. */
export interface NativeRun {
  readonly targets: string[];
  readonly basis: string[];
  readonly tokens: number;
  readonly of: SummaryPayload["of"];
  /** Earlier summaries among the targets; what they say, and the facts that they keep. */
  readonly extends: string[];
  readonly texts: string[];
  readonly facts: string[];
  readonly messages: Message[];
}

/** A run, and how long its summary may be. */
export interface SizedRun extends NativeRun {
  /** Tokens of a summary without a word. */
  readonly block: number;
  /** Tokens that the summary is to have at most. */
  readonly target: number;
}

/** What a summary has to be. */
export interface Demands {
  readonly instructions: string | undefined;
  readonly mustKeep: readonly (string | RegExp)[];
  readonly signal: AbortSignal | undefined;
}

/** A summary that was checked. */
export interface Written {
  readonly payload: SummaryPayload;
  /** Its tokens. */
  readonly tokens: number;
  readonly summarizer: string;
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
}

/** The payload of a summary. */
export function payloadOf(
  run: Pick<NativeRun, "of">,
  { text, facts = [] }: SummaryText,
): SummaryPayload {
  const { of } = run;
  return { contentType: "summary", text, of, ...(facts.length > 0 && { facts }) };
}

/** Tokens of a payload. A draft that is never written counts them. */
export async function countTokens({ link }: Place, payload: object): Promise<number> {
  const json = toPlainJson(payload);
  const draft = () => link.native.begin().commit(json, undefined);
  return (await link.instance.settled(draft)).tokenCount;
}

/** Counts texts, where counting takes no waiting and anything is counted. */
function counterOf({ link }: Place): SummarizeRequest["countTokens"] {
  const count = (text: string): unknown => {
    const json = toPlainJson({ contentType: "dialogue", role: "user", text });
    const counted = link.instance.run(() => link.native.begin().commit(json, undefined));
    if (!(counted instanceof Promise)) return counted.tokenCount;
    counted.catch(() => {}); // of a counter that is asynchronous
    return undefined;
  };
  // One that has to be looked up in the store is counted roughly.
  const roughly = (text: string) => Math.ceil(text.length / 4);
  return count("any text") ? (text) => Number(count(text) ?? roughly(text)) : undefined;
}

/** Has a summary written, and asks once more where it lost something or got too long. */
export async function summarise(
  place: Place,
  run: SizedRun,
  summarize: Summarizer,
  { instructions, mustKeep, signal }: Demands,
): Promise<Written> {
  const builtIn = summarize === place.link.home.builtIn;
  const wanted = occurring(mustKeep, sourceOf(run));
  const earlier = run.extends.length > 0 && { text: run.texts.join("\n\n"), facts: run.facts };
  let request: SummarizeRequest = {
    messages: run.messages,
    targetTokens: Math.max(1, run.target - run.block),
    countTokens: counterOf(place),
    instructions,
    signal,
    ...(earlier && { earlier }),
    ...(builtIn && wanted.length > 0 && { mustKeep: wanted }),
  };
  for (const attempt of ["first", "last"]) {
    signal?.throwIfAborted();
    const answer = await ask(summarize, request);
    signal?.throwIfAborted();
    // The built-in one carries facts over itself, and knows which were overtaken.
    const facts = builtIn
      ? (answer.facts ?? [])
      : [...new Set([...run.facts, ...(answer.facts ?? [])])];
    const payload = payloadOf(run, { text: answer.text, facts });
    const tokens = await countTokens(place, payload);
    const missing = missingIn(payload, wanted);
    // It counts roughly; asking once more costs nothing.
    const limit = builtIn && attempt === "first" ? run.target : run.tokens;
    if (missing.length === 0 && tokens <= limit && !isEmpty(payload)) {
      const { model, usage } = answer;
      const name = summarize.name || "custom";
      return { payload, tokens, summarizer: answer.summarizer ?? name, model, usage };
    }
    if (attempt === "last") throw refused(run, payload, tokens, missing);
    const shorter = tokens > limit ? limit / tokens : 1;
    const targetTokens = Math.max(
      1,
      Math.floor(request.targetTokens * shorter * (shorter < 1 ? 0.9 : 1)),
    );
    const again = builtIn ? wanted : missing;
    request = { ...request, targetTokens, ...(again.length > 0 && { mustKeep: again }) };
  }
  throw new VarveError("Internal", "a summary was neither taken nor refused", {});
}

/** Checks a summary that somebody gave: it must hold what is `wanted`. */
export async function checkGiven(
  place: Place,
  run: Pick<NativeRun, "of" | "targets" | "tokens">,
  given: SummaryText,
  wanted: readonly string[] = [],
): Promise<{ payload: SummaryPayload; tokens: number }> {
  const payload = payloadOf(run, given);
  const tokens = await countTokens(place, payload);
  const missing = missingIn(payload, wanted);
  if (missing.length > 0 || tokens > run.tokens || isEmpty(payload)) {
    throw refused(run, payload, tokens, missing);
  }
  return { payload, tokens };
}

/** Whether this is a summary that was longer than what it stands for. */
export function isTooLong(error: unknown): boolean {
  return isVarveError(error, "Compression") && error.details.reason === "longer";
}

/** Everything that a run says. */
export function sourceOf({ texts, facts, messages }: NativeRun): string {
  return [...texts, ...facts, textOf(messages)].join("\n");
}

function missingIn({ text, facts = [] }: SummaryPayload, wanted: readonly string[]): string[] {
  const said = [text, ...facts].join("\n");
  return wanted.filter((words) => !said.includes(words));
}

function isEmpty({ text, facts = [] }: SummaryPayload): boolean {
  return text.trim() === "" && facts.length === 0;
}

function refused(
  { targets, tokens: source }: Pick<NativeRun, "targets" | "tokens">,
  payload: SummaryPayload,
  tokens: number,
  missing: readonly string[],
): VarveError<"Compression"> {
  const which = `the summary of ${targets.length} entries from ${JSON.stringify(targets[0])} on`;
  if (missing.length > 0) {
    const lost = missing.map((words) => JSON.stringify(words)).join(", ");
    const message = `${which} lost ${lost}, which it must keep; nothing was stored`;
    return new VarveError("Compression", message, { reason: "lost", missing: [...missing] });
  }
  if (isEmpty(payload)) {
    return new VarveError("Compression", `${which} is empty; nothing was stored`, {
      reason: "empty",
    });
  }
  const message = `${which} has ${tokens} tokens, they have ${source}: it must not be longer; nothing was stored`;
  return new VarveError("Compression", message, { reason: "longer" });
}

async function ask(summarize: Summarizer, request: SummarizeRequest): Promise<SummarizeResult> {
  let answer: string | SummarizeResult;
  try {
    answer = await summarize(request);
  } catch (cause) {
    request.signal?.throwIfAborted();
    if (isVarveError(cause)) throw cause;
    throw failed(`summarize: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  const result = typeof answer === "string" ? { text: answer } : answer;
  const facts: unknown = result?.facts ?? [];
  const isText = (value: unknown): boolean => typeof value === "string";
  if (isText(result?.text) && Array.isArray(facts) && facts.every(isText)) return result;
  throw failed("summarize must give a text, or { text, facts? } with an array of texts", answer);
}

function failed(message: string, cause: unknown): VarveError<"Callback"> {
  return new VarveError("Callback", message, { callback: "summarize" }, { cause });
}
