// Whatever became of a history, with windows, edits, deletions, skips: the stand-ins, whose rules are not
// those of our checks, take what every converter makes of its compile.
import fc from "fast-check";
import { toAnthropic } from "varve/formats/anthropic";
import { toGoogle } from "varve/formats/google";
import { fromOpenAI, toOpenAI, toResponses } from "varve/formats/openai";
import { describe, expect, test } from "vitest";
import { callsTwice, compile, histories } from "../formats/histories.js";
import { compiled, sessions } from "../formats/support.js";
import { checkMessages } from "./anthropic.js";
import { checkContents } from "./google.js";
import { checkChat } from "./openai-chat.js";
import { checkResponsesInput, ResponsesMemory } from "./openai-responses.js";
import type { Wire } from "./script.js";

type Messages = Awaited<ReturnType<typeof compile>>;

/** Throws what a provider would refuse. A request without any message is nobody's fault but the user's. */
const requests: Record<string, (messages: Messages) => void> = {
  "Chat Completions": (given) => {
    const { messages } = toOpenAI(given);
    if (messages.length > 0) checkChat({ model: "gpt-5", messages });
  },
  Responses: (given) => {
    const { input, instructions } = toResponses(given);
    const request = { model: "gpt-5", input, instructions };
    if (input.length > 0) checkResponsesInput(request, new ResponsesMemory());
  },
  Anthropic: (given) => {
    const request: Wire = { model: "claude-opus-4-5", max_tokens: 1, ...toAnthropic(given) };
    if (request.messages.length > 0) checkMessages(request);
  },
  Google: (given) => {
    const { contents, config } = toGoogle(given);
    const { systemInstruction: system } = config as Wire;
    const systemInstruction =
      typeof system === "string" ? { parts: [{ text: system }] } : undefined;
    if (contents.length > 0) checkContents({ contents, systemInstruction }, "gemini-2.5-pro");
  },
};

describe.each(Object.entries(requests))("%s", (_, check) => {
  test("takes any compile of any history", () =>
    fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const messages = await compile(history);
        fc.pre(!callsTwice(messages));
        check(messages);
      }),
      { numRuns: 200 },
    ));

  test.runIf(sessions.length > 0)("takes every recorded session, at every length", async () => {
    for (const messages of sessions) {
      for (let length = 1; length <= messages.length; length += 11) {
        check(await compiled(fromOpenAI(messages.slice(0, length))));
      }
    }
    expect(sessions).toHaveLength(40);
  });
});
