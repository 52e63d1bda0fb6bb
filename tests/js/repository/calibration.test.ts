// What answers cost corrects later counts, whichever provider they are from.
import { createVarve, type Repository } from "varve";
import { extractUsage } from "varve/formats/usage";
import { describe, expect, test } from "vitest";

const counter = { name: "words", count: (text: string) => text.split(" ").length };

/** Answers that say of a request that it had this many tokens, in each provider's words. */
const answers: Record<string, (total: number) => unknown> = {
  "Chat Completions": (total) => ({
    model: "m",
    usage: {
      prompt_tokens: total,
      completion_tokens: 1,
      prompt_tokens_details: { cached_tokens: 2 },
      completion_tokens_details: null,
    },
  }),
  Responses: (total) => ({
    model: "m",
    usage: { input_tokens: total, output_tokens: 1, input_tokens_details: { cached_tokens: 0 } },
  }),
  Anthropic: (total) => ({
    type: "message",
    model: "m",
    usage: {
      input_tokens: total - 3,
      cache_read_input_tokens: 3,
      cache_creation_input_tokens: null,
      output_tokens: 1,
    },
  }),
  Google: (total) => ({
    modelVersion: "m",
    usageMetadata: { promptTokenCount: total, candidatesTokenCount: 1, totalTokenCount: total + 1 },
  }),
  "AI SDK": (total) => ({
    response: { modelId: "m" },
    usage: { inputTokens: total, outputTokens: 1, inputTokenDetails: {}, outputTokenDetails: {} },
  }),
};

/** A turn: what was counted, and what the provider then says. */
async function turn(chat: Repository, answer: (estimate: number) => unknown, estimate: number) {
  await chat.user("some more words");
  const compiled = await chat.prepare();
  const { model, ...usage } = extractUsage(answer(estimate));
  await compiled.sent({ model: model ?? "unknown", usage });
  return compiled;
}

const open = () => createVarve({ counter }).open("x");
/** What the counter counts of a chat with so many messages. */
async function counted(messages: number): Promise<number> {
  const chat = await open();
  for (let number = 0; number < messages; number++) await chat.user("some more words");
  return (await chat.compile()).tokenCount;
}

describe.each(Object.entries(answers))("usage of %s", (_, answer) => {
  test("corrects every later count alike", async () => {
    const chat = await open();
    for (let number = 1; number < 6; number++) {
      const estimate = await counted(number);
      const { tokenCount, tokenSource } = await turn(chat, (of) => answer(2 * of), estimate);
      expect([tokenCount, tokenSource]).toEqual(
        number === 1 ? [estimate, "custom:words"] : [2 * estimate, "calibrated:m"],
      );
      expect(await chat.compile()).toMatchObject({
        tokenCount: 2 * estimate,
        tokenSource: "api:m",
      });
    }
  });
});

test("an answer without usage, or with none that makes sense, does no harm", async () => {
  const chat = await open();
  await turn(chat, () => ({ model: "m" }), 0);
  await turn(chat, () => ({ model: "m", usage: null }), 0);
  await turn(chat, () => ({ model: "m", usage: { prompt_tokens: 0 } }), 0);
  await turn(chat, () => ({ model: "m", usage: { prompt_tokens: -5 } }), 0);
  const estimate = await counted(4);
  expect(await chat.compile()).toMatchObject({ tokenCount: estimate, tokenSource: "custom:words" });
  await turn(chat, () => ({ model: "m", usage: { prompt_tokens: 1e9 } }), 0);
  await chat.user("some more words");
  const { tokenCount, messages } = await chat.compile();
  expect(tokenCount).toBe(2 * (await counted(6)));
  // A window goes by the counter: what a provider says does not cut it.
  const window = await chat.compile({ maxTokens: await counted(6) });
  expect(window.messages).toEqual(messages);
});

test("a change of the model is told: the last that answered corrects", async () => {
  const chat = await open();
  await turn(chat, (of) => ({ model: "one", usage: { prompt_tokens: of } }), await counted(1));
  await turn(chat, (of) => ({ model: "two", usage: { prompt_tokens: 2 * of } }), await counted(2));
  await chat.user("some more words");
  const { tokenCount, tokenSource } = await chat.compile();
  expect([tokenCount, tokenSource]).toEqual([2 * (await counted(3)), "calibrated:two"]);
});
