// One request to a model by way of each real SDK: what the compile says goes out, what streams back is
// written into a turn. Returns the calls that the model made.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { jsonSchema, streamText, tool } from "ai7";
import OpenAI from "openai";
import type { CompileOptions, Part, Repository, Turn } from "varve";
import { fromModelMessages, toModelMessages } from "varve/formats/ai-sdk";
import { fromAnthropic, toAnthropic } from "varve/formats/anthropic";
import { fromGoogle, toGoogle } from "varve/formats/google";
import { fromOpenAI, fromResponses, toOpenAI, toResponses } from "varve/formats/openai";
import { type ExtractedUsage, extractUsage } from "varve/formats/usage";
import type { Wire } from "./script.js";

/** A call that the model made. */
export interface MadeCall {
  readonly callId: string;
  readonly toolName: string;
}

/** What one request takes. */
export interface Asking {
  readonly chat: Repository;
  readonly url: string;
  readonly model: string;
  readonly compile: CompileOptions;
  readonly turn: string;
  /** The id of the answer. */
  readonly id: string;
  readonly signal: AbortSignal;
  /** Called with every piece that came. */
  readonly onPiece: () => void;
}

/** An SDK. */
export interface Driver {
  readonly models: readonly [string, string];
  ask(asking: Asking): Promise<readonly MadeCall[]>;
}

const schema = { type: "object", properties: { q: { type: "string" } } } as const;
const NAMES = ["search", "book"];
const apiKey = "none";

/** Runs a request within a turn, which ends as it does. */
async function within(
  { chat, model, id, turn: name, signal, compile }: Asking,
  run: (
    turn: Turn,
    compiled: Awaited<ReturnType<Repository["prepare"]>>,
  ) => Promise<{
    payloads: readonly unknown[];
    finishReason: string | null | undefined;
    answer: unknown;
  }>,
): Promise<readonly MadeCall[]> {
  const compiled = await chat.prepare(compile);
  await using turn = chat.turn({ id, turn: name, model, signal });
  try {
    const { payloads, finishReason, answer } = await run(turn, compiled);
    const usage: ExtractedUsage = extractUsage(answer);
    await turn.finish({ status: "complete", payloads: payloads as never, finishReason, usage });
    await compiled.sent({ model, usage });
  } catch (error) {
    if (!signal.aborted) throw error;
    return [];
  }
  const entry = await chat.get(turn.id);
  return ((entry?.payload?.parts ?? []) as unknown as Part[]).filter(
    (part) => part.type === "tool-call",
  );
}

const chatCompletions: Driver = {
  models: ["gpt-5", "gpt-5-mini"],
  ask: (asking) =>
    within(asking, async (turn, compiled) => {
      const client = new OpenAI({ apiKey, baseURL: `${asking.url}/v1`, maxRetries: 0 });
      const { messages } = toOpenAI(compiled);
      const stream = client.chat.completions.stream(
        {
          model: asking.model,
          messages: messages as never,
          tools: NAMES.map((name) => ({
            type: "function",
            function: { name, parameters: schema as never },
          })),
          stream_options: { include_usage: true },
        },
        { signal: asking.signal },
      );
      const ids: string[] = [];
      for await (const { choices } of stream) {
        const delta = choices[0]?.delta;
        if (delta?.content) turn.write({ type: "text-delta", text: delta.content });
        for (const { index, id, function: called } of delta?.tool_calls ?? []) {
          if (id) ids[index] = id;
          const { name, arguments: text = "" } = called ?? {};
          const more = name ? { toolName: name } : {};
          turn.write({ type: "tool-input-delta", callId: ids[index] as string, text, ...more });
        }
        asking.onPiece();
      }
      const answer = await stream.finalChatCompletion();
      const { message, finish_reason: finishReason } = answer.choices[0] as Wire;
      return { payloads: fromOpenAI([message]), finishReason, answer };
    }),
};

const responses: Driver = {
  models: ["gpt-5", "o4-mini"],
  ask: (asking) =>
    within(asking, async (turn, compiled) => {
      const client = new OpenAI({ apiKey, baseURL: `${asking.url}/v1`, maxRetries: 0 });
      const { instructions, input } = toResponses(compiled);
      const stream = client.responses.stream(
        {
          model: asking.model,
          input: input as never,
          ...(instructions ? { instructions } : {}),
          store: false,
          include: ["reasoning.encrypted_content"],
          tools: NAMES.map((name) => ({
            type: "function",
            name,
            parameters: schema as never,
            strict: false,
          })),
        },
        { signal: asking.signal },
      );
      const calls = new Map<string, { callId: string; toolName: string }>();
      for await (const event of stream as AsyncIterable<Wire>) {
        if (event.type === "response.output_item.added" && event.item.type === "function_call") {
          calls.set(event.item.id, { callId: event.item.call_id, toolName: event.item.name });
        }
        const { delta: text } = event;
        if (event.type === "response.output_text.delta") turn.write({ type: "text-delta", text });
        if (event.type === "response.reasoning_summary_text.delta") {
          turn.write({ type: "reasoning-delta", text });
        }
        const call = calls.get(event.item_id);
        if (event.type === "response.function_call_arguments.delta" && call) {
          turn.write({ type: "tool-input-delta", ...call, text });
        }
        asking.onPiece();
      }
      const answer = await stream.finalResponse();
      // What the SDK adds for those who parse is no part of the items.
      const items = JSON.parse(JSON.stringify(answer.output)) as Wire[];
      for (const item of items) {
        delete item.parsed_arguments;
        for (const part of item.content ?? []) delete part.parsed;
      }
      return { payloads: fromResponses(items), finishReason: answer.status, answer };
    }),
};

const anthropic: Driver = {
  models: ["claude-opus-4-7", "claude-opus-4-8"],
  ask: (asking) =>
    within(asking, async (turn, compiled) => {
      const client = new Anthropic({ apiKey, baseURL: asking.url, maxRetries: 0 });
      const { model } = asking;
      const stream = client.messages.stream(
        {
          model,
          max_tokens: 4096,
          thinking: { type: "enabled", budget_tokens: 2048 },
          tools: NAMES.map((name) => ({ name, input_schema: schema as never })),
          ...(toAnthropic(compiled, {
            model,
            cache: { stablePrefix: compiled.stablePrefix },
          }) as never as { messages: [] }),
        },
        { signal: asking.signal },
      );
      const calls: { callId: string; toolName: string }[] = [];
      for await (const event of stream as AsyncIterable<Wire>) {
        const { content_block: block, delta, index } = event;
        if (block?.type === "tool_use") {
          calls[index] = { callId: block.id, toolName: block.name };
          turn.write({ type: "tool-input-delta", ...calls[index], text: "" });
        }
        if (delta?.type === "text_delta") turn.write({ type: "text-delta", text: delta.text });
        if (delta?.type === "thinking_delta") {
          turn.write({ type: "reasoning-delta", text: delta.thinking });
        }
        if (delta?.type === "signature_delta") {
          const provider = { anthropic: { signature: delta.signature, model } };
          turn.write({ type: "reasoning-delta", text: "", provider });
        }
        if (delta?.type === "input_json_delta") {
          const call = calls[index] as { callId: string; toolName: string };
          turn.write({ type: "tool-input-delta", ...call, text: delta.partial_json });
        }
        asking.onPiece();
      }
      const answer = await stream.finalMessage();
      const payloads = fromAnthropic([JSON.parse(JSON.stringify(answer))]);
      return { payloads, finishReason: answer.stop_reason, answer };
    }),
};

const google: Driver = {
  models: ["gemini-3-pro", "gemini-2.5-flash"],
  ask: (asking) =>
    within(asking, async (turn, compiled) => {
      const { model, signal } = asking;
      const ai = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: asking.url } });
      const { contents, config } = toGoogle(compiled, { model });
      const stream = await ai.models.generateContentStream({
        model,
        contents: contents as never,
        config: {
          ...(config as object),
          abortSignal: signal,
          tools: [
            {
              functionDeclarations: NAMES.map((name) => ({ name, parametersJsonSchema: schema })),
            },
          ],
        },
      });
      const parts: Wire[] = [];
      let last: Wire;
      for await (const chunk of stream) {
        last = JSON.parse(JSON.stringify(chunk));
        for (const part of last.candidates?.[0]?.content?.parts ?? []) {
          parts.push(part);
          const payload = fromGoogle([{ role: "model", parts: [part] }], { model })[0];
          const [own] = payload?.parts ?? [];
          if (own?.type === "text" || own?.type === "reasoning") {
            const { type, text, provider } = own;
            turn.write({ type: `${type}-delta`, text, ...(provider ? { provider } : {}) });
          } else if (own) turn.write(own);
        }
        asking.onPiece();
      }
      const payloads = fromGoogle([{ role: "model", parts }], { model });
      return { payloads, finishReason: last.candidates?.[0]?.finishReason, answer: last };
    }),
};

/** The AI SDK, with the model of one of its providers. */
const aiSDK = (
  models: readonly [string, string],
  modelOf: (url: string, model: string) => Wire,
  providerOptions?: Wire,
): Driver => ({
  models,
  ask: (asking) =>
    within(asking, async (turn, compiled) => {
      const failures: unknown[] = [];
      const result = streamText({
        model: modelOf(asking.url, asking.model),
        messages: toModelMessages(compiled).messages as never,
        allowSystemInMessages: true,
        tools: Object.fromEntries(
          NAMES.map((name) => [name, tool({ inputSchema: jsonSchema(schema as never) })]),
        ) as never,
        abortSignal: asking.signal,
        maxRetries: 0,
        onError: ({ error }: { error: unknown }) => void failures.push(error),
        ...(providerOptions ? { providerOptions } : {}),
      } as never);
      const names = new Map<string, string>();
      for await (const part of result.fullStream as AsyncIterable<Wire>) {
        const { type, id, text, delta } = part;
        if (type === "text-delta" || type === "reasoning-delta") turn.write({ type, id, text });
        if (type === "tool-input-start") names.set(id, part.toolName);
        if (type === "tool-input-delta") {
          turn.write({ type, callId: id, toolName: names.get(id) as string, text: delta });
        }
        asking.onPiece();
        asking.signal.throwIfAborted();
      }
      asking.signal.throwIfAborted();
      if (failures.length > 0) throw failures[0];
      const { messages } = await result.response;
      const payloads = fromModelMessages(JSON.parse(JSON.stringify(messages)));
      const finishReason = await result.finishReason;
      return { payloads, finishReason, answer: { usage: await result.usage } };
    }),
});

/** The SDKs, by name. */
export const drivers: Readonly<Record<string, Driver>> = {
  "openai, Chat Completions": chatCompletions,
  "openai, Responses": responses,
  "@anthropic-ai/sdk": anthropic,
  "@google/genai": google,
  "ai with OpenAI": aiSDK(["gpt-5", "gpt-5-mini"], (url, model) =>
    createOpenAI({ apiKey, baseURL: `${url}/v1` }).chat(model),
  ),
  "ai with OpenAI's Responses": aiSDK(
    ["gpt-5", "o4-mini"],
    (url, model) => createOpenAI({ apiKey, baseURL: `${url}/v1` }).responses(model),
    { openai: { store: false } },
  ),
  "ai with Anthropic": aiSDK(["claude-opus-4-7", "claude-opus-4-8"], (url, model) =>
    createAnthropic({ apiKey, baseURL: `${url}/v1` })(model),
  ),
};
