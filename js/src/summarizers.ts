// `varve/summarizers`: summaries written by a model, for `createVarve({ summarize })` and `compress`. Clients are
// taken as they are, by their methods: nothing is imported.
import { VarveError } from "./errors.js";
import { extractUsage } from "./formats/usage.js";
import { answerOf, promptOf, wholeText } from "./summarize/prompt.js";
import type { Usage } from "./types/compile.js";
import type { SummarizeResult, Summarizer } from "./types/compress.js";

export { type BrowserSummarizerOptions, browserSummarizer } from "./summarize/browser.js";
export type {
  EarlierSummary,
  SummarizeRequest,
  SummarizeResult,
  Summarizer,
} from "./types/compress.js";

/** Of a client of the package `openai`, or of what speaks like one, the method that is called. */
export interface OpenAIClient {
  readonly chat: {
    readonly completions: {
      create(
        body: { model: string; messages: { role: "system" | "user"; content: string }[] },
        options?: { signal?: AbortSignal },
      ): PromiseLike<unknown>;
    };
  };
}

/** Of a client of the package `@anthropic-ai/sdk` the method that is called. */
export interface AnthropicClient {
  readonly messages: {
    create(
      body: {
        model: string;
        max_tokens: number;
        system: string;
        messages: { role: "user"; content: string }[];
      },
      options?: { signal?: AbortSignal },
    ): PromiseLike<unknown>;
  };
}

/** Of a language model of the AI SDK (majors 5 to 7) the method that is called. */
export interface AiSdkModel {
  readonly modelId: string;
  doGenerate(options: {
    prompt: (
      | { role: "system"; content: string }
      | { role: "user"; content: { type: "text"; text: string }[] }
    )[];
    abortSignal?: AbortSignal;
  }): PromiseLike<unknown>;
}

/** Which model writes. */
export interface ModelOptions {
  model: string;
}

/** Which model of Anthropic's writes. */
export interface AnthropicOptions extends ModelOptions {
  /** The most tokens that an answer may have, thinking included. Default: twice the target, 1,024 at least. */
  maxTokens?: number | undefined;
}

/**
 * Summaries by a model with OpenAI's Chat Completions: `openaiSummarizer(new OpenAI(), { model })`.
 *
 * @throws `Validation` where that is no client, or no model is named. Its summaries fail with what the client throws;
 * with `Callback` where the model gives no text, or only part of it.
 */
export function openaiSummarizer(client: OpenAIClient, options: ModelOptions): Summarizer {
  const { model } = options;
  assertModel("openaiSummarizer", model);
  assertMethod("openaiSummarizer", client?.chat?.completions, "chat.completions.create", "create");
  return async (request) => {
    const { system, user } = promptOf(request);
    const messages = [
      { role: "system" as const, content: system },
      { role: "user" as const, content: user },
    ];
    const response = (await client.chat.completions.create(
      { model, messages },
      withSignal(request.signal),
    )) as {
      model?: string;
      choices?: { message?: { content?: string | null }; finish_reason?: string }[];
      usage?: unknown;
    };
    const [choice] = response.choices ?? [];
    const text = wholeText("openaiSummarizer", choice?.message?.content, choice?.finish_reason);
    return resultOf("openai", response.model ?? model, text, usageOf(response));
  };
}

/**
 * Summaries by a model with Anthropic's Messages: `anthropicSummarizer(new Anthropic(), { model })`.
 *
 * @throws `Validation` where that is no client, or no model is named. Its summaries fail with what the client throws;
 * with `Callback` where the model gives no text, or only part of it.
 */
export function anthropicSummarizer(
  client: AnthropicClient,
  options: AnthropicOptions,
): Summarizer {
  const { model, maxTokens } = options;
  assertModel("anthropicSummarizer", model);
  assertMethod("anthropicSummarizer", client?.messages, "messages.create", "create");
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw invalid(
      "/maxTokens",
      `maxTokens is ${String(maxTokens)}; expected a whole number from 1 on`,
    );
  }
  return async (request) => {
    const { system, user } = promptOf(request);
    const max_tokens = maxTokens ?? Math.max(1024, 2 * request.targetTokens);
    const response = (await client.messages.create(
      { model, max_tokens, system, messages: [{ role: "user", content: user }] },
      withSignal(request.signal),
    )) as { model?: string; content?: Block[]; stop_reason?: string; usage?: unknown };
    const max = ` at ${max_tokens} tokens (maxTokens)`;
    const text = wholeText(
      "anthropicSummarizer",
      textOf(response.content),
      response.stop_reason,
      max,
    );
    return resultOf("anthropic", response.model ?? model, text, usageOf(response));
  };
}

/**
 * Summaries by a language model of the AI SDK: `aiSdkSummarizer(openai("gpt-5-mini"))`.
 *
 * @throws `Validation` where that is no language model: a name has to be made one by a provider. Its summaries fail
 * with what the model throws; with `Callback` where it gives no text, or only part of it.
 */
export function aiSdkSummarizer(model: AiSdkModel): Summarizer {
  assertMethod("aiSdkSummarizer", model, "doGenerate", "doGenerate");
  return async (request) => {
    const { system, user } = promptOf(request);
    const result = (await model.doGenerate({
      prompt: [
        { role: "system", content: system },
        { role: "user", content: [{ type: "text", text: user }] },
      ],
      ...(request.signal && { abortSignal: request.signal }),
    })) as {
      content?: Block[];
      finishReason?: string | { unified?: string };
      usage?: AiSdkUsage;
      response?: { modelId?: string };
    };
    const { finishReason } = result;
    const stopped = typeof finishReason === "object" ? finishReason.unified : finishReason;
    const text = wholeText("aiSdkSummarizer", textOf(result.content), stopped);
    const usage = result.usage && aiSdkUsage(result.usage);
    return resultOf("ai-sdk", result.response?.modelId ?? model.modelId, text, usage);
  };
}

/** A piece of an answer. */
interface Block {
  type?: string;
  text?: string;
}

function textOf(content: readonly Block[] = []): string {
  return content.map(({ type, text }) => (type === "text" ? text : "")).join("");
}

function resultOf(
  summarizer: string,
  model: string,
  text: string,
  usage: Usage | undefined,
): SummarizeResult {
  return { ...answerOf(text), summarizer, model, ...(usage && { usage }) };
}

function usageOf(response: { usage?: unknown }): Usage | undefined {
  if (response.usage === undefined) return undefined;
  const { input, output, raw } = extractUsage(response);
  return { input, output, raw };
}

/** Major 5 gives figures, majors 6 and 7 what is in them. */
interface AiSdkUsage {
  inputTokens?: number | AiSdkInput;
  outputTokens?: number | AiSdkOutput;
  raw?: Usage["raw"];
}

interface AiSdkInput {
  total?: number;
  noCache?: number;
  cacheRead?: number;
  cacheWrite?: number;
}

interface AiSdkOutput {
  total?: number;
  text?: number;
  reasoning?: number;
}

function aiSdkUsage({ inputTokens, outputTokens, raw }: AiSdkUsage): Usage {
  const input: AiSdkInput =
    typeof inputTokens === "number" ? { total: inputTokens } : (inputTokens ?? {});
  const output: AiSdkOutput =
    typeof outputTokens === "number" ? { total: outputTokens } : (outputTokens ?? {});
  return {
    input: {
      total: input.total,
      uncached: input.noCache,
      cacheRead: input.cacheRead,
      cacheWrite: input.cacheWrite,
    },
    output: { total: output.total, text: output.text, reasoning: output.reasoning },
    ...(raw !== undefined && { raw }),
  };
}

const withSignal = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

function assertMethod(summarizer: string, holder: unknown, path: string, method: string): void {
  if (typeof (holder as { [name: string]: unknown } | undefined)?.[method] === "function") return;
  const what = summarizer === "aiSdkSummarizer" ? "a language model" : "a client";
  throw invalid("", `${summarizer} wants ${what}; what it was given has no method ${path}`);
}

function assertModel(summarizer: string, model: unknown): void {
  if (typeof model === "string" && model !== "") return;
  throw invalid("/model", `${summarizer} wants the name of a model, it was given ${String(model)}`);
}

function invalid(pointer: string, message: string): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer });
}
