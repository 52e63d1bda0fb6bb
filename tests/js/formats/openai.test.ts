// `varve/formats/openai`: what came in comes out exactly, and wrong input is named by its place.
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isVarveError } from "../../../js/src/errors.js";
import { canonicalJson, readArguments } from "../../../js/src/formats/canonical.js";
import { fromOpenAI, toOpenAI } from "../../../js/src/formats/openai.js";
import { toPlainJson } from "../../../js/src/plain.js";
import type { NewPart } from "../../../js/src/types.js";
import { fixtures } from "./openai-fixtures.js";
import { sessions, thrown } from "./support.js";

/** There and back, through the form in which payloads are stored. */
function roundTrip(messages: readonly unknown[]) {
  const payloads = fromOpenAI(messages).map((payload) => JSON.parse(toPlainJson(payload)));
  return toOpenAI(payloads);
}

/** JSON text with the order of keys taken out: tells own `__proto__` members, unlike `toEqual`. */
const exact = (value: unknown) => canonicalize(JSON.parse(JSON.stringify(value)));

describe("messages come back deep-equal", () => {
  test.each(Object.entries(fixtures))("%s", (_, messages) => {
    const { messages: back, warnings } = roundTrip(messages);
    expect(back).toEqual(messages);
    expect(exact(back)).toBe(exact(messages));
    expect(warnings).toEqual([]);
  });

  test.runIf(sessions.length > 0)("every recorded session", () => {
    for (const messages of sessions) {
      expect(roundTrip(messages)).toEqual({ messages, warnings: [] });
    }
    expect(sessions.length).toBe(40);
  });

  const text = fc.string({ unit: "binary" });
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 5 });
  const absent = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
  const fields = fc.dictionary(
    fc.constantFrom("refusal", "annotations", "x", "__proto__", "metadata"),
    fc.jsonValue(),
    { maxKeys: 2 },
  );
  const part = fc.oneof(
    fc.record({ type: fc.constant("text"), text }),
    fc.record({
      type: fc.constant("image_url"),
      image_url: fc.record({ url: text, detail: text }),
    }),
    fc.record({
      type: fc.constant("input_audio"),
      input_audio: fc.record({ data: text, format: text }),
    }),
    fc.record({ type: fc.constant("other"), value: fc.jsonValue() }),
  );
  const content = absent(fc.oneof(text, fc.constant(null), fc.array(part, { maxLength: 3 })));
  const args = fc.oneof(
    text,
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify(value, null, 1)),
  );
  const calls = fc.array(
    fc.record({
      id: name,
      type: fc.constant("function"),
      function: fc.record({ name, arguments: args }),
    }),
    { maxLength: 3 },
  );
  const message = fc.oneof(
    fc.record({
      role: fc.constantFrom("system", "developer", "user"),
      content,
      name: absent(text),
      fields,
    }),
    fc.record({ role: fc.constant("assistant"), content, tool_calls: absent(calls), fields }),
    fc.record({ role: fc.constant("tool"), content, tool_call_id: name, fields }),
  );

  test("whatever they are made of", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), (given) => {
        // Through JSON, which leaves out what is undefined.
        const messages = JSON.parse(
          JSON.stringify(
            given.map(({ fields, ...rest }) => Object.assign(Object.create(null), fields, rest)),
          ),
        );
        expect(exact(roundTrip(messages).messages)).toBe(exact(messages));
      }),
    );
  });
});

describe("messages become parts that other formats understand", () => {
  const first = (message: unknown): NewPart | undefined => fromOpenAI([message])[0]?.parts[0];

  test("arguments are JSON, and their text is kept only where it says more", () => {
    expect(readArguments('{"a":1}')).toEqual({ input: { a: 1 } });
    expect(readArguments('{"b":1, "a":2}')).toEqual({
      input: { a: 2, b: 1 },
      raw: '{"b":1, "a":2}',
    });
    expect(readArguments("{")).toEqual({ input: null, raw: "{" });
  });

  test("canonical JSON is that of RFC 8785", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
  });

  test("a result knows its tool from the call it answers", () => {
    const payloads = fromOpenAI([
      {
        role: "assistant",
        tool_calls: [{ id: "a", function: { name: "lookup", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "a", content: "found" },
    ]);
    expect(payloads[1]?.parts).toEqual([
      {
        type: "tool-result",
        callId: "a",
        toolName: "lookup",
        output: { type: "text", value: "found" },
      },
    ]);
  });

  test("images and audio are files with their media type", () => {
    const image = { type: "image_url", image_url: { url: "data:image/webp;base64,AA" } };
    expect(first({ role: "user", content: [image] })).toMatchObject({
      type: "file",
      mediaType: "image/webp",
    });
    const audio = { type: "input_audio", input_audio: { data: "AA", format: "mp3" } };
    expect(first({ role: "user", content: [audio] })).toMatchObject({
      mediaType: "audio/mpeg",
      url: "data:audio/mpeg;base64,AA",
    });
  });

  test("refusals are text, thinking is reasoning", () => {
    expect(first({ role: "assistant", refusal: "No." })).toMatchObject({
      type: "text",
      text: "No.",
    });
    expect(first({ role: "assistant", content: "4", reasoning_content: "2 + 2" })).toMatchObject({
      type: "reasoning",
      text: "2 + 2",
    });
  });
});

describe("messages that came from elsewhere", () => {
  test("have their calls, results and files in the format's own words", () => {
    const { messages, warnings } = toOpenAI([
      {
        role: "user",
        parts: [{ type: "file", mediaType: "image/png", url: "https://example.com/a.png" }],
      },
      {
        role: "assistant",
        parts: [
          { type: "text", text: "a" },
          { type: "tool-call", callId: "1", toolName: "t", input: { b: 1, a: [2] } },
        ],
      },
      {
        role: "tool",
        parts: [
          { type: "tool-result", callId: "1", output: { type: "json", value: { b: 1, a: 2 } } },
          { type: "tool-result", callId: "2", output: { type: "error-text", value: "broken" } },
          { type: "tool-result", callId: "3", output: { type: "execution-denied" } },
        ],
      },
      { role: "assistant", parts: [] },
      { role: "user", parts: [] },
    ]);
    expect(messages).toEqual([
      {
        role: "user",
        content: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }],
      },
      {
        role: "assistant",
        content: "a",
        tool_calls: [
          { id: "1", type: "function", function: { name: "t", arguments: '{"a":[2],"b":1}' } },
        ],
      },
      { role: "tool", tool_call_id: "1", content: '{"a":2,"b":1}' },
      { role: "tool", tool_call_id: "2", content: "broken" },
      { role: "tool", tool_call_id: "3", content: "execution denied" },
      { role: "assistant", content: "" },
      { role: "user", content: "" },
    ]);
    expect(warnings).toEqual([]);
  });

  test("warn about what the format cannot say", () => {
    const { messages, warnings } = toOpenAI({
      messages: [
        {
          role: "assistant",
          parts: [
            { type: "reasoning", text: "hm" },
            { type: "tool-call", callId: "1", toolName: "t", input: {} },
            { type: "text", text: "after" },
            { type: "custom", kind: "chart", value: { b: 1, a: 2 } },
            { type: "file", mediaType: "application/pdf", data: "0".repeat(64) },
          ],
        },
      ],
    });
    expect(messages[0]?.content).toEqual([
      { type: "text", text: "after" },
      { type: "text", text: '{"a":2,"b":1}' },
      { type: "text", text: "[a file of application/pdf: no longer available]" },
    ]);
    expect(warnings.map(({ kind, index }) => [kind, index])).toEqual([
      ["missing-file", 0],
      ["dropped-part", 0],
      ["changed-order", 0],
      ["rendered-as-text", 0],
      ["changed-order", 0],
      ["changed-order", 0],
    ]);
  });
});

describe("a message that is wrong is named by its index and place", () => {
  const good = { role: "user", content: "hello" };
  test.each<[string, unknown, string]>([
    ["not an object", 5, "/1"],
    ["null", null, "/1"],
    ["an array", [], "/1"],
    ["no role", { content: "x" }, "/1/role"],
    ["an unknown role", { role: "bot", content: "x" }, "/1/role"],
    ["a number as content", { role: "user", content: 5 }, "/1/content"],
    ["an object as content", { role: "user", content: {} }, "/1/content"],
    ["a part that is no object", { role: "user", content: ["x"] }, "/1/content/0"],
    ["a part without a type", { role: "user", content: [{ text: "x" }] }, "/1/content/0/type"],
    [
      "a text part without text",
      { role: "user", content: [good, { type: "text" }] },
      "/1/content/0/type",
    ],
    [
      "a text that is none",
      { role: "user", content: [{ type: "text", text: 1 }] },
      "/1/content/0/text",
    ],
    [
      "an image without url",
      { role: "user", content: [{ type: "image_url" }] },
      "/1/content/0/image_url",
    ],
    ["calls that are no array", { role: "assistant", tool_calls: {} }, "/1/tool_calls"],
    ["a call that is no object", { role: "assistant", tool_calls: ["x"] }, "/1/tool_calls/0"],
    [
      "a call without id",
      { role: "assistant", tool_calls: [{ type: "function" }] },
      "/1/tool_calls/0/id",
    ],
    [
      "a call of an unknown type",
      { role: "assistant", tool_calls: [{ id: "a", type: "x" }] },
      "/1/tool_calls/0/type",
    ],
    [
      "a call without function",
      { role: "assistant", tool_calls: [{ id: "a", type: "function" }] },
      "/1/tool_calls/0/function",
    ],
    [
      "a call without a name",
      { role: "assistant", tool_calls: [{ id: "a", function: { arguments: "" } }] },
      "/1/tool_calls/0/function/name",
    ],
    [
      "arguments that are an object",
      { role: "assistant", tool_calls: [{ id: "a", function: { name: "f", arguments: {} } }] },
      "/1/tool_calls/0/function/arguments",
    ],
    ["a result without a call id", { role: "tool", content: "x" }, "/1/tool_call_id"],
    [
      "a result with an empty call id",
      { role: "tool", tool_call_id: "", content: "x" },
      "/1/tool_call_id",
    ],
    ["a result that is a number", { role: "tool", tool_call_id: "a", content: 5 }, "/1/content"],
    ["a function result without a name", { role: "function", content: "x" }, "/1/name"],
  ])("%s", (_, message, pointer) => {
    const error = thrown(() => fromOpenAI([good, message]));
    expect(isVarveError(error, "Format") && error.details).toEqual({ index: 1, pointer });
  });

  test("a list that is none", () => {
    for (const list of [undefined, null, {}, "x", { messages: [] }]) {
      expect(
        isVarveError(
          thrown(() => fromOpenAI(list as never)),
          "Format",
        ),
      ).toBe(true);
    }
  });
});
