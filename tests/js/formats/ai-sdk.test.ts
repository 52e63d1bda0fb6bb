// The AI SDK: messages come back exactly, and UI messages become what the SDK makes of them itself.
import * as ai6 from "ai6";
import * as ai7 from "ai7";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isVarveError } from "../../../js/src/errors.js";
import {
  checkAISDK,
  fromModelMessages,
  fromUIMessages,
  toModelMessages,
  toUIMessages,
} from "../../../js/src/formats/ai-sdk.js";
import {
  fromOpenAI,
  fromResponses,
  toOpenAI,
  toResponses,
} from "../../../js/src/formats/openai.js";
import { toPlainJson } from "../../../js/src/plain.js";
import type { MessagePayload } from "../../../js/src/types.js";
import { modelMessages, uiMessages } from "./ai-sdk-fixtures.js";
import { throughRepository } from "./histories.js";
import { sessions, thrown } from "./support.js";

/** Through the form in which payloads are stored. */
const stored = (payloads: readonly MessagePayload[]): MessagePayload[] =>
  payloads.map((payload) => JSON.parse(toPlainJson(payload)));
const exact = (value: unknown) => canonicalize(JSON.parse(JSON.stringify(value)));

const majors = [6, 7] as const;
const sdk = { 6: ai6, 7: ai7 } as unknown as Record<6 | 7, typeof ai7>;
const of = <T>(fixtures: Record<string, T>, major: 6 | 7) =>
  Object.entries(fixtures).filter(([name]) => major === 7 || !name.includes("major 7"));

describe("model messages come back deep-equal", () => {
  test.each(Object.entries(modelMessages))("%s", async (_, messages) => {
    const back = toModelMessages(stored(fromModelMessages(messages)));
    expect(back).toEqual({ messages, warnings: [] });
  });

  test.each(Object.entries(modelMessages))("through a repository: %s", async (_, messages) => {
    const back = toModelMessages(await throughRepository(fromModelMessages(messages)));
    expect(back).toEqual({ messages, warnings: [] });
  });

  const word = fc.string({ unit: "binary", maxLength: 8 });
  const id = fc.string({ unit: "binary", minLength: 1, maxLength: 5 });
  const more = fc.dictionary(fc.constantFrom("providerOptions", "x", "__proto__"), fc.jsonValue(), {
    maxKeys: 2,
  });
  const own = (part: object, extra: object) => Object.assign(Object.create(null), extra, part);
  const part = <T extends object>(shape: fc.Arbitrary<T>) =>
    fc.tuple(shape, more).map(([shape, more]) => own(shape, more));
  const said = part(fc.record({ type: fc.constant("text"), text: word }));
  const file = part(
    fc.record({
      type: fc.constant("file"),
      data: word,
      mediaType: fc.constantFrom("a/b", "", "image"),
    }),
  );
  const other = part(fc.record({ type: fc.constantFrom("custom", "new"), kind: fc.jsonValue() }));
  const call = part(
    fc.record({
      type: fc.constant("tool-call"),
      toolCallId: id,
      toolName: id,
      input: fc.jsonValue(),
    }),
  );
  const result = part(
    fc.record({
      type: fc.constant("tool-result"),
      toolCallId: id,
      toolName: id,
      output: fc.oneof(
        fc.record({ type: fc.constantFrom("text", "error-text"), value: word, x: word }),
        fc.record({ type: fc.constantFrom("json", "error-json"), value: fc.jsonValue() }),
        fc.record({ type: fc.constant("content"), value: fc.array(fc.jsonValue()) }),
      ),
    }),
  );
  const message = fc.oneof(
    part(fc.record({ role: fc.constant("system"), content: word })),
    part(
      fc.record({
        role: fc.constant("user"),
        content: fc.oneof(word, fc.array(fc.oneof(said, file, other), { maxLength: 3 })),
      }),
    ),
    part(
      fc.record({
        role: fc.constant("assistant"),
        content: fc.oneof(
          word,
          fc.array(fc.oneof(said, file, call, result, other), { maxLength: 4 }),
        ),
      }),
    ),
    part(
      fc.record({
        role: fc.constant("tool"),
        content: fc.array(fc.oneof(result, other), { maxLength: 3 }),
      }),
    ),
  );

  test("whatever they are made of", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (given) => {
        const messages = JSON.parse(JSON.stringify(given));
        const back = toModelMessages(stored(fromModelMessages(messages)));
        expect(exact(back.messages)).toBe(exact(messages));
        expect(back.warnings).toEqual([]);
      }),
    );
  });
});

describe("UI messages come back deep-equal", () => {
  test.each(Object.entries(uiMessages))("%s", (_, messages) => {
    const back = toUIMessages(stored(fromUIMessages(messages)));
    expect(back).toEqual({ messages, warnings: [] });
    expect(exact(back.messages)).toBe(exact(messages));
  });

  test.each(Object.entries(uiMessages))("through a repository: %s", async (_, messages) => {
    const back = toUIMessages(await throughRepository(fromUIMessages(messages)));
    expect(exact(back.messages)).toBe(exact(messages));
    expect(back.warnings).toEqual([]);
  });

  const members = fc.dictionary(
    fc.constantFrom("providerMetadata", "title", "__proto__"),
    fc.jsonValue(),
    { maxKeys: 2 },
  );
  const part = fc
    .tuple(
      fc.oneof(
        fc.record({ type: fc.constantFrom("text", "reasoning"), text: fc.string() }),
        fc.record({ type: fc.constant("file"), mediaType: fc.string(), url: fc.string() }),
        fc.record({ type: fc.constantFrom("data-x", "source-url", "new"), data: fc.jsonValue() }),
        fc.constant({ type: "step-start" }),
        fc.record({
          type: fc.constantFrom("tool-a", "tool-b-c", "tool-"),
          toolCallId: fc.constantFrom("", "1", "2", "3"),
          state: fc.constantFrom("input-streaming", "input-available", "approval-requested"),
          input: fc.jsonValue(),
        }),
        fc.record({
          type: fc.constantFrom("tool-a", "tool-"),
          toolCallId: fc.string(),
          state: fc.constant("output-available"),
          input: fc.jsonValue(),
          output: fc.jsonValue(),
        }),
        fc.record({
          type: fc.constant("dynamic-tool"),
          toolName: fc.string(),
          toolCallId: fc.string(),
          state: fc.constant("output-error"),
          errorText: fc.string(),
        }),
      ),
      members,
    )
    .map(([part, members]) => Object.assign(Object.create(null), members, part));
  const message = fc
    .tuple(
      fc.record({
        id: fc.string(),
        role: fc.constantFrom("system", "user", "assistant"),
        parts: fc.array(part, { maxLength: 5 }),
      }),
      members,
    )
    .map(([message, members]) => Object.assign(Object.create(null), members, message));

  test("whatever they are made of", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (given) => {
        const messages = JSON.parse(JSON.stringify(given));
        const back = toUIMessages(stored(fromUIMessages(messages)));
        expect(exact(back.messages)).toBe(exact(messages));
        expect(back.warnings).toEqual([]);
      }),
    );
  });

  test.each(majors)("and are what major %d takes", async (major) => {
    for (const [, messages] of of(uiMessages, major)) {
      await sdk[major].validateUIMessages({ messages: structuredClone(messages) });
    }
  });
});

describe.each(majors)("UI messages become model messages as in major %d", (major) => {
  test.each(of(uiMessages, major))("%s", async (_, messages) => {
    const expected = await sdk[major].convertToModelMessages(structuredClone(messages) as never);
    for (const payloads of [
      stored(fromUIMessages(messages)),
      await throughRepository(fromUIMessages(messages)),
    ]) {
      expect(toModelMessages(payloads, { major })).toEqual({ messages: expected, warnings: [] });
    }
  });
});

test("approvals of model messages are those of a UI's tool parts", async () => {
  const fixture = modelMessages["approvals, given, refused and waiting"] as readonly object[];
  const { messages, warnings } = toUIMessages(stored(fromModelMessages(fixture)));
  const [message] = messages;
  const tools = message?.parts.filter(({ type }) => type === "tool-lookup");
  expect(tools?.map(({ state, approval }) => [state, approval])).toEqual([
    ["output-available", { id: "ap_a", approved: true, signature: "hmac" }],
    ["approval-responded", { id: "ap_b", approved: false, reason: "no" }],
    ["output-available", undefined],
    ["approval-responded", { id: "ap_d", approved: true, inputSchemaInput: { x: "1" } }],
  ]);
  expect(warnings).toEqual([]);
  await ai7.validateUIMessages({ messages: structuredClone(messages) });
});

describe("what a compile adds", () => {
  const messages = uiMessages["a call without its result"] as readonly object[];
  const compiled = () =>
    throughRepository(fromUIMessages([...messages, { id: "u2", role: "user", parts: [] }]), {});

  test("an answer to a call that was interrupted is the state of the tool's part", async () => {
    const [, message] = toUIMessages(await compiled()).messages;
    expect(message?.parts[1]).toMatchObject({ state: "output-error", input: { x: 1 } });
    expect(String(message?.parts[1]?.errorText)).toContain("interrupted");
  });

  test("and stands behind the step of its call in every format", async () => {
    const parts = [
      { type: "step-start" },
      { type: "tool-f", toolCallId: "a", state: "input-available", input: {} },
      { type: "step-start" },
      { type: "text", text: "then" },
    ];
    const ui = [{ id: "1", role: "assistant", parts }];
    const messages = await throughRepository(fromUIMessages(ui), {});
    const roles = ["assistant", "tool", "assistant"];
    expect(toOpenAI(messages).messages.map(({ role }) => role)).toEqual(roles);
    expect(toModelMessages(messages).messages.map(({ role }) => role)).toEqual(roles);
    const types = toResponses(messages).input.map((item) => item.type ?? "message");
    expect(types).toEqual(["function_call", "function_call_output", "message"]);
  });

  test("a dropped call takes its approval along", async () => {
    const fixture = modelMessages["approvals, given, refused and waiting"] as readonly object[];
    const messages = await throughRepository(fromModelMessages(fixture), { dangling: "drop" });
    const { messages: written, warnings } = toModelMessages(messages);
    expect(written).toEqual(fixture.slice(0, 2));
    expect(warnings.map(({ kind, index }) => [kind, index])).toEqual([["dropped-part", 2]]);
  });
});

describe("messages of other formats", () => {
  test.runIf(sessions.length > 0)("every recorded session comes back from model messages", () => {
    for (const messages of sessions) {
      const model = toModelMessages(fromOpenAI(messages));
      expect(model.warnings).toEqual([]);
      expect(checkAISDK(model.messages)).toEqual([]);
      const back = toOpenAI(stored(fromModelMessages(model.messages)));
      expect(back).toEqual({ messages: meaning(messages), warnings: [] });
    }
  });

  test.runIf(sessions.length > 0)(
    "every recorded session comes back from UI messages",
    async () => {
      for (const messages of sessions) {
        const ui = toUIMessages(fromOpenAI(messages));
        expect(ui.warnings).toEqual([]);
        await ai7.validateUIMessages({ messages: structuredClone(ui.messages) });
        const back = toOpenAI(stored(fromUIMessages(ui.messages)));
        expect(back).toEqual({ messages: meaning(messages), warnings: [] });
      }
    },
  );

  test("a conversation of the Responses API keeps its calls, and loses what only OpenAI can read", () => {
    const payloads = fromResponses([
      { role: "developer", content: "be brief" },
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }] },
      { type: "function_call", id: "fc_1", call_id: "a", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "a", output: [{ type: "input_text", text: "1" }] },
      { type: "compaction", encrypted_content: "gAAA" },
    ]);
    const { messages, warnings } = toModelMessages(payloads);
    expect(messages).toEqual([
      { role: "system", content: "be brief" },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "hm" },
          { type: "tool-call", toolCallId: "a", toolName: "f", input: {} },
        ],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "a",
            toolName: "f",
            output: { type: "content", value: [{ type: "text", text: "1" }] },
          },
        ],
      },
      { role: "assistant", content: "" },
    ]);
    expect(warnings.map(({ kind }) => kind)).toEqual(["changed-value", "dropped-part"]);
  });
});

/** Null content beside calls is no content; argument text is JSON; tools' messages have no name. */
function meaning(messages: readonly unknown[]): unknown[] {
  return (messages as Record<string, unknown>[]).map(({ name, ...message }) => {
    const calls = message.tool_calls as { function: { arguments: string } }[] | undefined;
    return {
      ...message,
      ...(name === undefined || message.role === "tool" ? {} : { name }),
      ...(Array.isArray(calls)
        ? {
            tool_calls: calls.map((call) => ({
              ...call,
              function: {
                ...call.function,
                arguments: canonicalize(JSON.parse(call.function.arguments)),
              },
            })),
          }
        : {}),
    };
  });
}

describe("a message that is wrong is named by its index and place", () => {
  test.each<[string, unknown, string]>([
    ["not an object", 5, "/1"],
    ["an unknown role", { role: "developer", content: "x" }, "/1/role"],
    ["no content", { role: "user" }, "/1/content"],
    ["parts of the system", { role: "system", content: [] }, "/1/content"],
    ["a tool's text", { role: "tool", content: "x" }, "/1/content"],
    ["a part without a type", { role: "user", content: [{}] }, "/1/content/0/type"],
    ["a text without text", { role: "user", content: [{ type: "text" }] }, "/1/content/0/text"],
    [
      "a file without media type",
      { role: "user", content: [{ type: "file", data: "" }] },
      "/1/content/0/mediaType",
    ],
    [
      "a file without data",
      { role: "user", content: [{ type: "file", mediaType: "a/b" }] },
      "/1/content/0/data",
    ],
    ["a user's call", { role: "user", content: [{ type: "tool-call" }] }, "/1/content/0/type"],
    ["a user's result", { role: "user", content: [{ type: "tool-result" }] }, "/1/content/0/type"],
    [
      "a call without an id",
      { role: "assistant", content: [{ type: "tool-call" }] },
      "/1/content/0/toolCallId",
    ],
    [
      "a result without output",
      { role: "tool", content: [{ type: "tool-result", toolCallId: "a", toolName: "f" }] },
      "/1/content/0/output",
    ],
    [
      "an unknown type of output",
      {
        role: "tool",
        content: [{ type: "tool-result", toolCallId: "a", toolName: "f", output: { type: "x" } }],
      },
      "/1/content/0/output/type",
    ],
  ])("a model message: %s", (_, message, pointer) => {
    const error = thrown(() => fromModelMessages([{ role: "user", content: "x" }, message]));
    expect(isVarveError(error, "Format") && error.details).toEqual({ index: 1, pointer });
  });

  test.each<[string, unknown, string]>([
    ["null", null, "/0"],
    ["a tool's message", { role: "tool", parts: [] }, "/0/role"],
    ["content instead of parts", { role: "user", content: "x" }, "/0/parts"],
    ["a part without a type", { role: "user", parts: [{}] }, "/0/parts/0/type"],
    [
      "an unknown state",
      { role: "assistant", parts: [{ type: "tool-a", toolCallId: "a", state: "result" }] },
      "/0/parts/0/state",
    ],
    [
      "a tool without an id",
      { role: "assistant", parts: [{ type: "tool-a", state: "input-available" }] },
      "/0/parts/0/toolCallId",
    ],
    [
      "a dynamic tool without a name",
      {
        role: "assistant",
        parts: [{ type: "dynamic-tool", toolCallId: "a", state: "input-available" }],
      },
      "/0/parts/0/toolName",
    ],
    [
      "an error without words",
      { role: "assistant", parts: [{ type: "tool-a", toolCallId: "a", state: "output-error" }] },
      "/0/parts/0/errorText",
    ],
  ])("a UI message: %s", (_, message, pointer) => {
    const error = thrown(() => fromUIMessages([message]));
    expect(isVarveError(error, "Format") && error.details).toEqual({ index: 0, pointer });
  });

  test("lists that are none", () => {
    for (const read of [fromModelMessages, fromUIMessages]) {
      expect(
        isVarveError(
          thrown(() => read({} as never)),
          "Format",
        ),
      ).toBe(true);
    }
  });
});
