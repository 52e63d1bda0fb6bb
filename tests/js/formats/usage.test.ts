// `varve/formats/usage`: each provider's figures, in the one shape.
import { expect, test } from "vitest";
import { extractUsage } from "../../../js/src/formats/usage.js";

const cases: [string, unknown, object][] = [
  [
    "Chat Completions: totals hold the cache and the thinking",
    {
      model: "gpt-5",
      usage: {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 20 },
      },
    },
    {
      model: "gpt-5",
      input: { total: 100, uncached: 30, cacheRead: 60, cacheWrite: 10 },
      output: { total: 50, text: 30, reasoning: 20 },
    },
  ],
  [
    "a server that gives totals only",
    { model: "m", usage: { prompt_tokens: 7, completion_tokens: 3 } },
    {
      model: "m",
      input: { total: 7, uncached: null, cacheRead: null, cacheWrite: null },
      output: { total: 3, text: null, reasoning: null },
    },
  ],
  [
    "OpenRouter, which adds what it cost",
    {
      model: "anthropic/claude",
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        cost: 0.01,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    },
    {
      model: "anthropic/claude",
      input: { total: 10, uncached: 6, cacheRead: 4, cacheWrite: null },
      output: { total: 5, text: 5, reasoning: 0 },
    },
  ],
  [
    "Responses",
    {
      object: "response",
      model: "gpt-5",
      usage: {
        input_tokens: 100,
        output_tokens: 50,
        total_tokens: 150,
        input_tokens_details: { cached_tokens: 60, cache_write_tokens: 0 },
        output_tokens_details: { reasoning_tokens: 20 },
      },
    },
    {
      model: "gpt-5",
      input: { total: 100, uncached: 40, cacheRead: 60, cacheWrite: 0 },
      output: { total: 50, text: 30, reasoning: 20 },
    },
  ],
  [
    "Anthropic: the input leaves out what the cache read and wrote",
    {
      type: "message",
      model: "claude",
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 30,
        output_tokens: 50,
        output_tokens_details: null,
      },
    },
    {
      model: "claude",
      input: { total: 100, uncached: 10, cacheRead: 60, cacheWrite: 30 },
      output: { total: 50, text: null, reasoning: null },
    },
  ],
  [
    "Anthropic, with thinking",
    {
      type: "message",
      model: "claude",
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: null,
        output_tokens: 50,
        output_tokens_details: { thinking_tokens: 20 },
      },
    },
    {
      model: "claude",
      input: { total: 10, uncached: 10, cacheRead: null, cacheWrite: null },
      output: { total: 50, text: 30, reasoning: 20 },
    },
  ],
  [
    "Google: the candidates leave out the thoughts",
    {
      modelVersion: "gemini",
      usageMetadata: {
        promptTokenCount: 90,
        toolUsePromptTokenCount: 10,
        cachedContentTokenCount: 60,
        candidatesTokenCount: 30,
        thoughtsTokenCount: 20,
        totalTokenCount: 150,
      },
    },
    {
      model: "gemini",
      input: { total: 100, uncached: 40, cacheRead: 60, cacheWrite: null },
      output: { total: 50, text: 30, reasoning: 20 },
    },
  ],
  [
    "a result of the AI SDK",
    {
      response: { modelId: "gpt-5" },
      usage: {
        inputTokens: 100,
        inputTokenDetails: { noCacheTokens: 40, cacheReadTokens: 60, cacheWriteTokens: undefined },
        outputTokens: 50,
        outputTokenDetails: { textTokens: 30, reasoningTokens: 20 },
        totalTokens: 150,
      },
    },
    {
      model: "gpt-5",
      input: { total: 100, uncached: 40, cacheRead: 60, cacheWrite: null },
      output: { total: 50, text: 30, reasoning: 20 },
    },
  ],
  [
    "an answer without usage",
    { model: "m" },
    {
      model: "m",
      input: { total: null, uncached: null, cacheRead: null, cacheWrite: null },
      output: { total: null, text: null, reasoning: null },
      raw: null,
    },
  ],
];

test.each(cases)("%s", (_, response, expected) => {
  const { usage, usageMetadata } = response as { usage?: object; usageMetadata?: object };
  expect(extractUsage(response)).toEqual({ raw: usage ?? usageMetadata ?? null, ...expected });
});

test("what is no figure is unknown", () => {
  const usage = { prompt_tokens: -1, completion_tokens: "5" };
  expect(extractUsage({ usage })).toMatchObject({
    model: null,
    input: { total: null },
    output: { total: null },
  });
});

test("what is no response is refused", () => {
  for (const response of [undefined, null, "x", []]) {
    expect(() => extractUsage(response)).toThrow(expect.objectContaining({ code: "Format" }));
  }
});
