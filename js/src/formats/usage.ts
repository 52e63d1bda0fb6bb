// `varve/formats/usage`: what a model's answer says of the tokens it cost, in one shape for all.
import { VarveError } from "../errors.js";
import type { JsonInput } from "../types/json.js";
import { type Loose, object } from "./inspect.js";

/** Tokens of a request. Null: the answer does not say. */
export interface ExtractedInput {
  /** All of them, those of the cache included. */
  total: number | null;
  /** Those at full price: neither read from the cache nor written to it. */
  uncached: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
}

/** Tokens of an answer. Null: the answer does not say. */
export interface ExtractedOutput {
  /** All of them, thinking included. */
  total: number | null;
  /** Those that are no thinking. */
  text: number | null;
  reasoning: number | null;
}

/** What an answer cost: what `compiled.sent({ model, usage })` takes. */
export interface ExtractedUsage {
  /** The model that answered. */
  model: string | null;
  input: ExtractedInput;
  output: ExtractedOutput;
  /** The provider's own figures; null where there are none. */
  raw: JsonInput;
}

type Figures = Omit<ExtractedUsage, "model" | "raw">;

/**
 * The usage of an answer of OpenAI's Chat Completions and Responses (and of what speaks them, like
 * OpenRouter), Anthropic's Messages, Google's Gemini, or a result of the AI SDK. Providers count
 * differently: Anthropic's input leaves out what the cache read and wrote, Google's candidates leave
 * out the thoughts, OpenAI's totals hold everything. Here a total is always everything.
 *
 * @throws `Format` for what is not an object.
 */
export function extractUsage(response: unknown): ExtractedUsage {
  const answer = object(response);
  if (answer === undefined) throw new VarveError("Format", "expected a response", { pointer: "" });
  const raw = object(answer.usageMetadata) ?? object(answer.usage);
  return {
    model: modelOf(answer),
    ...figuresOf(raw ?? {}, answer),
    raw: (raw ?? null) as JsonInput,
  };
}

function modelOf(answer: Loose): string | null {
  const named = [answer.model, answer.modelVersion, object(answer.response)?.modelId];
  return (named.find((name) => typeof name === "string") as string | undefined) ?? null;
}

function figuresOf(usage: Loose, answer: Loose): Figures {
  if (answer.usageMetadata !== undefined) return google(usage);
  if ("prompt_tokens" in usage) return chat(usage);
  if ("inputTokens" in usage) return aiSdk(usage);
  const anthropic = answer.type === "message" || "cache_read_input_tokens" in usage;
  return anthropic ? messages(usage) : responses(usage);
}

/** OpenAI's Chat Completions. */
function chat(usage: Loose): Figures {
  const input = object(usage.prompt_tokens_details) ?? {};
  const output = object(usage.completion_tokens_details) ?? {};
  return whole(
    [usage.prompt_tokens, input.cached_tokens, input.cache_write_tokens],
    [usage.completion_tokens, output.reasoning_tokens],
  );
}

/** OpenAI's Responses. */
function responses(usage: Loose): Figures {
  const input = object(usage.input_tokens_details) ?? {};
  const output = object(usage.output_tokens_details) ?? {};
  return whole(
    [usage.input_tokens, input.cached_tokens, input.cache_write_tokens],
    [usage.output_tokens, output.reasoning_tokens],
  );
}

/** Totals that hold everything, and what they hold of the cache and of thinking. */
function whole(
  [all, read, write]: readonly unknown[],
  [answered, thought]: readonly unknown[],
): Figures {
  const [total, cacheRead, cacheWrite] = [figure(all), figure(read), figure(write)];
  const [output, reasoning] = [figure(answered), figure(thought)];
  // Without a figure for writes there are none that cost anything of their own.
  const uncached = minus(minus(total, cacheRead), cacheWrite ?? 0);
  return {
    input: { total, uncached, cacheRead, cacheWrite },
    output: { total: output, text: minus(output, reasoning), reasoning },
  };
}

/** Anthropic's Messages: the cache's tokens are not among the input's. */
function messages(usage: Loose): Figures {
  const uncached = figure(usage.input_tokens);
  const cacheRead = figure(usage.cache_read_input_tokens);
  const cacheWrite = figure(usage.cache_creation_input_tokens);
  const total = figure(usage.output_tokens);
  const reasoning = figure(object(usage.output_tokens_details)?.thinking_tokens);
  return {
    input: { total: sum(uncached, cacheRead, cacheWrite), uncached, cacheRead, cacheWrite },
    output: { total, text: minus(total, reasoning), reasoning },
  };
}

/** Google's Gemini: thoughts are not among the candidates' tokens, nor tools' among the prompt's. */
function google(usage: Loose): Figures {
  const total = sum(figure(usage.promptTokenCount), figure(usage.toolUsePromptTokenCount));
  const cacheRead = figure(usage.cachedContentTokenCount);
  const text = figure(usage.candidatesTokenCount);
  const reasoning = figure(usage.thoughtsTokenCount);
  return {
    input: { total, uncached: minus(total, cacheRead), cacheRead, cacheWrite: null },
    output: { total: sum(text, reasoning), text, reasoning },
  };
}

/** The AI SDK, majors 6 and 7. */
function aiSdk(usage: Loose): Figures {
  const input = object(usage.inputTokenDetails) ?? {};
  const output = object(usage.outputTokenDetails) ?? {};
  return {
    input: {
      total: figure(usage.inputTokens),
      uncached: figure(input.noCacheTokens),
      cacheRead: figure(input.cacheReadTokens),
      cacheWrite: figure(input.cacheWriteTokens),
    },
    output: {
      total: figure(usage.outputTokens),
      text: figure(output.textTokens),
      reasoning: figure(output.reasoningTokens),
    },
  };
}

function figure(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Unknown where either is; never below 0. */
function minus(from: number | null, take: number | null): number | null {
  return from === null || take === null ? null : Math.max(0, from - take);
}

/** The sum of those that are known; unknown where the first is and no other. */
function sum(...figures: readonly (number | null)[]): number | null {
  const known = figures.filter((each) => each !== null);
  return known.length === 0 ? null : known.reduce((all, each) => all + each, 0);
}
