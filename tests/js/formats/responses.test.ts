// The Responses API: items come back exactly, what belongs together stays so, wrong input is named.
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isVarveError } from "../../../js/src/errors.js";
import {
  fromOpenAI,
  fromResponses,
  toOpenAI,
  toResponses,
} from "../../../js/src/formats/openai.js";
import { toPlainJson } from "../../../js/src/plain.js";
import type { MessagePayload } from "../../../js/src/types.js";
import { responses } from "./responses-fixtures.js";
import { sessions, thrown } from "./support.js";

/** Through the form in which payloads are stored. */
const stored = (payloads: readonly MessagePayload[]): MessagePayload[] =>
  payloads.map((payload) => JSON.parse(toPlainJson(payload)));

/** JSON text with the order of keys taken out: tells own `__proto__` members, unlike `toEqual`. */
const exact = (value: unknown) => canonicalize(JSON.parse(JSON.stringify(value)));

describe("items come back deep-equal", () => {
  test.each(Object.entries(responses))("%s", (_, input) => {
    const back = toResponses(stored(fromResponses(input)));
    expect(back).toEqual({ input, warnings: [] });
    expect(exact(back.input)).toBe(exact(input));
  });

  const word = fc.string({ unit: "binary", maxLength: 8 });
  const id = fc.string({ unit: "binary", minLength: 1, maxLength: 5 });
  const more = fc.dictionary(fc.constantFrom("x", "namespace", "__proto__"), fc.jsonValue(), {
    maxKeys: 2,
  });
  const item = fc.oneof(
    fc.record({
      role: fc.constantFrom("user", "system", "developer"),
      content: fc.oneof(
        word,
        fc.array(
          fc.oneof(
            fc.record({ type: fc.constant("input_text"), text: word }),
            fc.record({ type: fc.constant("input_image"), image_url: word, detail: word }),
            fc.record({ type: fc.constant("input_file"), file_data: word, filename: word }),
            fc.record({ type: fc.constant("new"), x: fc.jsonValue() }),
          ),
          { maxLength: 3 },
        ),
      ),
      more,
    }),
    fc.record({
      type: fc.constant("message"),
      role: fc.constant("assistant"),
      id,
      content: fc.oneof(
        word,
        fc.array(
          fc.oneof(
            fc.record({
              type: fc.constant("output_text"),
              text: word,
              annotations: fc.jsonValue(),
            }),
            fc.record({ type: fc.constant("refusal"), refusal: word }),
          ),
          { maxLength: 3 },
        ),
      ),
      more,
    }),
    fc.record({
      type: fc.constant("function_call"),
      id,
      call_id: id,
      name: id,
      arguments: fc.oneof(word, fc.json()),
      more,
    }),
    fc.record({
      type: fc.constant("function_call_output"),
      call_id: id,
      output: fc.oneof(word, fc.array(fc.jsonValue(), { maxLength: 2 })),
      more,
    }),
    fc.record({ type: fc.constant("custom_tool_call"), call_id: id, name: id, input: word, more }),
    fc.record({ type: fc.constantFrom("web_search_call", "compaction", "other"), id, more }),
  );

  test("whatever they are made of", () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 8 }), (given) => {
        const input = JSON.parse(
          JSON.stringify(
            given.map(({ more, ...rest }) => Object.assign(Object.create(null), more, rest)),
          ),
        );
        const back = toResponses(stored(fromResponses(input)));
        expect(exact(back.input)).toBe(exact(input));
        expect(back.warnings).toEqual([]);
      }),
    );
  });

  test("instructions stand outside of the input", () => {
    const input = [
      { role: "system", content: "be quick" },
      { role: "user", content: "hi" },
    ];
    const payloads = stored(fromResponses(input, { instructions: "be brief" }));
    expect(payloads[0]).toMatchObject({ role: "system", parts: [{ text: "be brief" }] });
    expect(toResponses(payloads)).toEqual({ instructions: "be brief", input, warnings: [] });
    expect(toResponses(fromResponses(input, { instructions: null }))).not.toHaveProperty(
      "instructions",
    );
    expect(toResponses(fromResponses([], { instructions: "" })).instructions).toBe("");
  });
});

describe("what belongs together", () => {
  const input = responses["reasoning and what it led to"] as readonly object[];
  const without = (type: string) =>
    stored(fromResponses(input)).map((payload) => ({
      ...payload,
      parts: payload.parts.filter((part) => part.type !== type),
    }));

  test("all that the assistant says in a row is one payload", () => {
    const roles = fromResponses(input).map(({ role, parts }) => [role, parts.length]);
    expect(roles).toEqual([
      ["user", 1],
      ["assistant", 4],
      ["tool", 1],
      ["tool", 1],
      ["assistant", 2],
      ["user", 1],
      ["assistant", 2],
    ]);
  });

  test("without its reasoning an item loses its id", () => {
    const { input: items, warnings } = toResponses(without("reasoning"));
    const calls = items.filter((item) => item.type === "function_call");
    expect(calls.map((item) => Object.keys(item).sort())).toEqual([
      ["arguments", "call_id", "name", "status", "type"],
      ["arguments", "call_id", "name", "status", "type"],
    ]);
    expect(items.some((item) => "id" in item)).toBe(false);
    expect(warnings.map(({ kind, index }) => [kind, index])).toEqual([
      ["dropped-id", 1],
      ["dropped-id", 1],
      ["dropped-id", 4],
      ["dropped-id", 6],
    ]);
  });

  test("reasoning is left out where what it led to is gone", () => {
    const payloads = stored(fromResponses(input));
    const torn = payloads.map((payload) =>
      payload.role === "assistant" ? { ...payload, parts: payload.parts.slice(0, 1) } : payload,
    );
    const { input: items, warnings } = toResponses(torn);
    expect(items.map((item) => item.type)).not.toContain("reasoning");
    expect(warnings.map(({ kind }) => kind)).toEqual(Array(3).fill("dropped-part"));
  });

  test("of several calls after one reasoning, one that is left keeps both ids", () => {
    const payloads = stored(fromResponses(input.slice(0, 4))).map((payload) => ({
      ...payload,
      parts: payload.parts.filter((part) => !("callId" in part && part.callId === "call_a")),
    }));
    const { input: items, warnings } = toResponses(payloads);
    expect(items).toEqual([input[0], input[1], input[3]]);
    expect(warnings).toEqual([]);
  });

  test("an answer in words is said as its call's kind has it", () => {
    const calls = (
      responses["tools of OpenAI's that the application runs"] as { type: string }[]
    ).filter(({ type }) => type.endsWith("_call") || type.endsWith("_request"));
    const [payload] = fromResponses([...calls, ...(responses["custom tools"] as []).slice(0, 1)]);
    const ids = payload?.parts.flatMap((part) => (part.type === "tool-call" ? [part.callId] : []));
    const results = (ids ?? []).map((callId) => ({
      type: "tool-result" as const,
      callId,
      output: { type: "error-text" as const, value: "interrupted" },
    }));
    const { input: items, warnings } = toResponses([
      payload as MessagePayload,
      { role: "tool", parts: results },
    ]);
    expect(items.slice((ids?.length as number) - 1)).toEqual([
      { type: "local_shell_call_output", id: "call_l", output: "interrupted" },
      {
        type: "shell_call_output",
        call_id: "call_s",
        output: [{ stdout: "", stderr: "interrupted", outcome: { type: "exit", exit_code: 1 } }],
      },
      {
        type: "apply_patch_call_output",
        call_id: "call_p",
        status: "failed",
        output: "interrupted",
      },
      {
        type: "apply_patch_call_output",
        call_id: "call_q",
        status: "failed",
        output: "interrupted",
      },
      {
        type: "tool_search_output",
        call_id: "call_t",
        tools: [],
        execution: "client",
        status: "completed",
      },
      {
        type: "mcp_approval_response",
        approval_request_id: "mcpr_1",
        approve: false,
        reason: "interrupted",
      },
      { type: "custom_tool_call_output", call_id: "call_a", output: "interrupted" },
    ]);
    // A computer answers with a screenshot or not at all.
    expect(items.some((item) => String(item.type).startsWith("computer"))).toBe(false);
    expect(warnings.map(({ kind }) => kind)).toEqual(["dropped-part"]);
  });
});

describe("messages of the other API", () => {
  test("keep their meaning, there and back", () => {
    const chat = [
      { role: "system", content: "be brief" },
      {
        role: "user",
        content: [
          { type: "text", text: "what?" },
          { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "high" } },
        ],
      },
      {
        role: "assistant",
        content: "one moment",
        tool_calls: [
          { id: "a", type: "function", function: { name: "f", arguments: '{ "x": 1}' } },
          { id: "b", type: "custom", custom: { name: "py", input: "1" } },
        ],
      },
      { role: "tool", tool_call_id: "a", content: [{ type: "text", text: "1" }] },
      { role: "tool", tool_call_id: "b", content: "2" },
      { role: "assistant", content: null, refusal: "No." },
    ];
    const { instructions, input, warnings } = toResponses(fromOpenAI(chat));
    expect({ instructions, input, warnings }).toEqual({
      instructions: "be brief",
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "what?" },
            { type: "input_image", image_url: "https://example.com/a.png", detail: "high" },
          ],
        },
        { role: "assistant", content: "one moment" },
        { type: "function_call", call_id: "a", name: "f", arguments: '{ "x": 1}' },
        { type: "custom_tool_call", call_id: "b", name: "py", input: "1" },
        { type: "function_call_output", call_id: "a", output: [{ type: "input_text", text: "1" }] },
        { type: "custom_tool_call_output", call_id: "b", output: "2" },
        {
          type: "message",
          role: "assistant",
          content: [{ type: "refusal", refusal: "No." }],
        },
      ],
      warnings: [],
    });
    const back = toOpenAI(stored(fromResponses(input, { instructions })));
    const last = { role: "assistant", content: [{ type: "refusal", refusal: "No." }] };
    expect(back).toEqual({ messages: [...chat.slice(0, -1), last], warnings: [] });
  });

  test.runIf(sessions.length > 0)("every recorded session comes back", () => {
    for (const messages of sessions) {
      const { warnings, ...request } = toResponses(fromOpenAI(messages));
      expect(warnings).toEqual([]);
      const back = toOpenAI(stored(fromResponses(request.input, request)));
      expect(back.warnings).toEqual([]);
      // A tool's message does not name the tool in this API.
      const meaning = (messages as { role: string; name?: string }[]).map(({ name, ...rest }) =>
        rest.role === "tool" ? rest : { ...rest, ...(name === undefined ? {} : { name }) },
      );
      expect(back.messages).toEqual(meaning);
    }
  });

  test("warn about what the format cannot say", () => {
    const { input, warnings } = toResponses([
      {
        role: "assistant",
        name: "bot",
        parts: [
          { type: "reasoning", text: "hm" },
          { type: "custom", kind: "chart", value: { b: 1, a: 2 } },
          { type: "custom", kind: "ai-sdk.source-url", value: null },
          { type: "file", mediaType: "image/png", url: "https://example.com/a.png" },
        ],
      },
      { role: "user", parts: [{ type: "file", mediaType: "audio/wav", url: "data:audio/wav," }] },
    ]);
    expect(input).toEqual([
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: '{"a":2,"b":1}', annotations: [] }],
      },
      { role: "user", content: "" },
    ]);
    expect(warnings.map(({ kind, index }) => [kind, index])).toEqual([
      ["dropped-field", 0],
      ["dropped-part", 0],
      ["rendered-as-text", 0],
      ["dropped-part", 0],
      ["dropped-part", 0],
      ["dropped-part", 1],
    ]);
  });
});

describe("an item that is wrong is named by its index and place", () => {
  test.each<[string, unknown, string]>([
    ["not an object", 5, "/1"],
    ["null", null, "/1"],
    ["nothing that tells what it is", {}, "/1/type"],
    ["a type that is a number", { type: 5 }, "/1/type"],
    ["an unknown role", { role: "tool", content: "x" }, "/1/role"],
    ["no content", { role: "user" }, "/1/content"],
    ["null content", { role: "user", content: null }, "/1/content"],
    ["a part without a type", { role: "user", content: [{}] }, "/1/content/0/type"],
    [
      "a text without text",
      { role: "user", content: [{ type: "input_text" }] },
      "/1/content/0/text",
    ],
    ["a call without an id", { type: "function_call", name: "f", arguments: "" }, "/1/call_id"],
    ["a call without a name", { type: "function_call", call_id: "a", arguments: "" }, "/1/name"],
    [
      "arguments that are an object",
      { type: "function_call", call_id: "a", name: "f", arguments: {} },
      "/1/arguments",
    ],
    [
      "an output that is a number",
      { type: "function_call_output", call_id: "a", output: 5 },
      "/1/output",
    ],
  ])("%s", (_, item, pointer) => {
    const error = thrown(() => fromResponses([{ role: "user", content: "x" }, item]));
    expect(isVarveError(error, "Format") && error.details).toEqual({ index: 1, pointer });
  });

  test("a list that is none, and instructions that are no text", () => {
    for (const list of [undefined, null, {}, "x", { input: [] }]) {
      expect(
        isVarveError(
          thrown(() => fromResponses(list as never)),
          "Format",
        ),
      ).toBe(true);
    }
    const error = thrown(() => fromResponses([], { instructions: [] as never }));
    expect(isVarveError(error, "Format") && error.details.pointer).toBe("/instructions");
  });
});
