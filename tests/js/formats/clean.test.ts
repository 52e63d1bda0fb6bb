// Whatever became of a history: what converters make of its compile is what the provider takes.
import { modelMessageSchema as schema6, validateUIMessages as validate6 } from "ai6";
import { modelMessageSchema as schema7, validateUIMessages as validate7 } from "ai7";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkAISDK,
  fromModelMessages,
  fromUIMessages,
  toModelMessages,
  toUIMessages,
} from "../../../js/src/formats/ai-sdk.js";
import { checkAnthropic, fromAnthropic, toAnthropic } from "../../../js/src/formats/anthropic.js";
import { checkGoogle, fromGoogle, toGoogle } from "../../../js/src/formats/google.js";
import {
  checkOpenAIChat,
  checkResponses,
  fromOpenAI,
  fromResponses,
  toOpenAI,
  toResponses,
} from "../../../js/src/formats/openai.js";
import { modelMessages, uiMessages } from "./ai-sdk-fixtures.js";
import {
  callsTwice,
  compile,
  type History,
  histories,
  historiesWith,
  throughRepository,
} from "./histories.js";
import { responses } from "./responses-fixtures.js";

const schemas = { 6: schema6, 7: schema7 };
const validate = { 6: validate6 as typeof validate7, 7: validate7 };
const runs = { numRuns: 150 };

/** A list without messages is refused as such, and nothing can be done about it. */
const wrong = <T extends { rule: string }>(problems: readonly T[]) =>
  problems.filter(({ rule }) => rule !== "messages-empty");

const clean = (
  find: (messages: Awaited<ReturnType<typeof compile>>) => readonly { rule: string }[],
) =>
  fc.assert(
    fc.asyncProperty(histories, async (history: History) => {
      const messages = await compile(history);
      fc.pre(!callsTwice(messages));
      expect(wrong(find(messages))).toEqual([]);
    }),
    runs,
  );

describe("of any compile of any history", () => {
  test("toOpenAI makes messages that OpenAI takes", () =>
    clean((messages) => checkOpenAIChat(toOpenAI(messages).messages)));

  test("toResponses makes an input that OpenAI takes", () =>
    clean((messages) => checkResponses(toResponses(messages).input)));

  test.each([6, 7] as const)("toModelMessages makes messages that major %d takes", (major) =>
    clean((messages) => {
      const written = toModelMessages(messages, { major }).messages;
      const refused = written.filter((each) => !schemas[major].safeParse(each).success);
      expect(refused).toEqual([]);
      return checkAISDK(written);
    }),
  );

  test.each([6, 7] as const)("toUIMessages makes messages that major %d takes", (major) =>
    fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const messages = await compile(history);
        fc.pre(!callsTwice(messages));
        const ui = toUIMessages(messages).messages;
        if (ui.length > 0) await validate[major]({ messages: structuredClone(ui) });
        const payloads = fromUIMessages(ui);
        expect(wrong(checkAISDK(toModelMessages(payloads, { major }).messages))).toEqual([]);
        expect(wrong(checkOpenAIChat(toOpenAI(payloads).messages))).toEqual([]);
      }),
      runs,
    ),
  );

  test("what was read of another format is what Anthropic and Google take", () =>
    clean((messages) => {
      const others = [
        fromResponses(toResponses(messages).input),
        fromOpenAI(toOpenAI(messages).messages),
        fromUIMessages(toUIMessages(messages).messages),
        fromModelMessages(toModelMessages(messages).messages),
        fromAnthropic(toAnthropic(messages)),
        fromGoogle(toGoogle(messages).contents),
      ];
      return [messages, ...others]
        .flatMap((each) => [...checkAnthropic(toAnthropic(each)), ...checkGoogle(toGoogle(each))])
        .filter(({ rule }) => rule !== "no-messages" && rule !== "no-contents");
    }));

  test("what was read of one of OpenAI's APIs can be given to the other", () =>
    clean((messages) => {
      const request = toResponses(messages);
      const chat = toOpenAI(messages).messages;
      return [
        ...checkOpenAIChat(toOpenAI(fromResponses(request.input, request)).messages),
        ...checkResponses(toResponses(fromOpenAI(chat)).input),
      ];
    }));
});

describe("of payloads that were read, in any order and in part", () => {
  const conversations = ["reasoning and what it led to", "tools that OpenAI runs", "custom tools"];
  const read = [
    ...conversations.flatMap((name) => fromResponses(responses[name] as readonly unknown[])),
    ...Object.values(uiMessages).flatMap(fromUIMessages),
    ...Object.entries(modelMessages).flatMap(([name, messages]) =>
      name === "files of major 7" ? [] : fromModelMessages(messages),
    ),
  ];
  // An item that is committed twice has its id twice, and one of a new type is of a new type.
  const given = ["item-id", "item-type"];
  const once = (problems: readonly { rule: string }[]) =>
    wrong(problems).filter(({ rule }) => !given.includes(rule));

  test("every converter makes what is taken", () =>
    fc.assert(
      fc.asyncProperty(historiesWith(read), async (history) => {
        const messages = await compile(history);
        fc.pre(!callsTwice(messages));
        expect(once(checkOpenAIChat(toOpenAI(messages).messages))).toEqual([]);
        expect(once(checkResponses(toResponses(messages).input))).toEqual([]);
        expect(once(checkAISDK(toModelMessages(messages).messages))).toEqual([]);
        const ui = toUIMessages(messages).messages;
        expect(once(checkAISDK(toModelMessages(fromUIMessages(ui)).messages))).toEqual([]);
      }),
      runs,
    ));
});

describe("of inputs that were read, compiled in every way", () => {
  const names = [
    "reasoning and what it led to",
    "phases, which have to be sent again",
    "encrypted reasoning",
  ];
  const options = (["error-result", "drop"] as const).flatMap((dangling) =>
    [true, false].map((includeReasoning) => ({ dangling, includeReasoning }) as const),
  );
  test.each(names)("%s", async (name) => {
    for (let length = 1; length <= (responses[name]?.length ?? 0); length++) {
      const payloads = fromResponses(responses[name]?.slice(0, length) ?? []);
      for (const option of options) {
        const messages = await throughRepository(payloads, option);
        expect(wrong(checkResponses(toResponses(messages).input))).toEqual([]);
        expect(wrong(checkOpenAIChat(toOpenAI(messages).messages))).toEqual([]);
      }
    }
  });
});
