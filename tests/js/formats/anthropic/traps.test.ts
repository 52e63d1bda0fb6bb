// What is easy to get wrong with Anthropic's API, trap by trap.
import { describe, expect, test } from "vitest";
import {
  checkAnthropic,
  fromAnthropic,
  toAnthropic,
} from "../../../../js/src/formats/anthropic.js";
import { fromOpenAI } from "../../../../js/src/formats/openai.js";
import type { Part } from "../../../../js/src/types.js";
import { result, use } from "./fixtures.js";

type Payload = { role: "system" | "user" | "assistant" | "tool"; parts: Part[] };
const text = (said: string): Part => ({ type: "text", text: said });
const user = (...parts: Part[]): Payload => ({ role: "user", parts });
const assistant = (...parts: Part[]): Payload => ({ role: "assistant", parts });
const system = (said: string): Payload => ({ role: "system", parts: [text(said)] });
const call = (callId: string, input: unknown = {}, toolName = "f"): Part =>
  ({ type: "tool-call", callId, toolName, input }) as Part;
const answer = (callId: string, value = "x"): Payload => ({
  role: "tool",
  parts: [{ type: "tool-result", callId, output: { type: "text", value } }],
});
const kinds = ({ warnings }: { warnings: { kind: string; index: number }[] }) =>
  warnings.map(({ kind, index }) => [kind, index]);

describe("tool results", () => {
  test("all stand first in the one user message behind their calls", () => {
    const { messages, warnings } = toAnthropic([
      user(text("go")),
      assistant(call("a"), call("b")),
      answer("b", "two"),
      answer("a", "one"),
      user(text("hurry")),
    ]);
    expect(messages[2]).toEqual({
      role: "user",
      content: [result("b", "two"), result("a", "one"), { type: "text", text: "hurry" }],
    });
    expect(warnings).toEqual([]);
  });

  test("are moved behind their call where something came between", () => {
    const request = toAnthropic([
      user(text("go")),
      assistant(call("a")),
      user(text("?")),
      answer("a"),
    ]);
    expect(request.messages[2]?.content).toEqual([result("a", "x"), { type: "text", text: "?" }]);
    expect(kinds(request)).toEqual([["changed-order", 3]]);
  });

  test("of a call that was never answered are an error", () => {
    const request = toAnthropic([user(text("go")), assistant(call("a")), user(text("?"))]);
    expect(request.messages[2]?.content[0]).toMatchObject({ tool_use_id: "a", is_error: true });
    expect(kinds(request)).toEqual([["added-result", 1]]);
    expect(checkAnthropic(request)).toEqual([]);
  });

  test("without a call are text", () => {
    const request = toAnthropic([user(text("go")), answer("a", "found")]);
    expect(request.messages[0]?.content[1]).toEqual({ type: "text", text: "Result of a: found" });
    expect(kinds(request)).toEqual([["rendered-as-text", 1]]);
  });

  test("say that they are errors with is_error, both ways", () => {
    const outputs = [
      { type: "error-text", value: "broken" },
      { type: "error-json", value: { code: 1 } },
      { type: "execution-denied" },
    ] as const;
    const { messages } = toAnthropic([
      user(text("go")),
      assistant(call("0"), call("1"), call("2")),
      {
        role: "tool",
        parts: outputs.map((output, id) => ({ type: "tool-result", callId: `${id}`, output })),
      },
    ]);
    expect(messages[2]?.content).toEqual([
      result("0", "broken", { is_error: true }),
      result("1", '{"code":1}', { is_error: true }),
      result("2", "execution denied", { is_error: true }),
    ]);
    const [, , back] = fromAnthropic(messages);
    expect(back?.parts[0]).toMatchObject({ output: { type: "error-text", value: "broken" } });
  });

  test("hold texts and images of any provider", () => {
    const png = "data:image/png;base64,AAAA";
    const output = {
      type: "content",
      value: [
        { type: "text", text: "see" },
        { type: "image_url", image_url: { url: png } },
        { type: "media", mediaType: "image/png", data: "AAAA" },
        { type: "chart", points: [1] },
        { type: "text", text: "" },
      ],
    } as const;
    const part: Part = { type: "tool-result", callId: "a", output };
    const request = toAnthropic([
      user(text("go")),
      assistant(call("a")),
      { role: "tool", parts: [part] },
    ]);
    const image = {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: "AAAA" },
    };
    expect(request.messages[2]?.content).toEqual([
      result("a", [
        { type: "text", text: "see" },
        image,
        image,
        { type: "text", text: '{"points":[1],"type":"chart"}' },
      ]),
    ]);
    expect(kinds(request)).toEqual([
      ["rendered-as-text", 2],
      ["dropped-part", 2],
    ]);
  });
});

describe("texts", () => {
  test("that are empty or white space are left out, and stay in varve", () => {
    const given = [
      {
        role: "user",
        content: [
          { type: "text", text: "" },
          { type: "text", text: "a" },
        ],
      },
      { role: "assistant", content: "\n" },
    ];
    const payloads = fromAnthropic(given);
    expect(payloads[0]?.parts[0]).toEqual({ type: "text", text: "" });
    const request = toAnthropic(payloads);
    expect(request.messages).toEqual([{ role: "user", content: [{ type: "text", text: "a" }] }]);
    expect(kinds(request)).toEqual([
      ["dropped-part", 0],
      ["dropped-part", 1],
    ]);
  });

  test("of the assistant end without white space where they are the last", () => {
    const request = toAnthropic([user(text("a")), assistant(text("b \n"))]);
    expect(request.messages[1]?.content).toBe("b");
    expect(kinds(request)).toEqual([["changed-value", 1]]);
  });
});

describe("roles", () => {
  test("neighbours join, unless they were apart when they were read", () => {
    const joined = toAnthropic([user(text("a")), user(text("b")), assistant(text("c"))]);
    expect(joined.messages[0]?.content).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
    expect(fromAnthropic(joined.messages)).toHaveLength(2);
    const apart = [
      { role: "user", content: "a" },
      { role: "user", content: "b" },
    ];
    expect(toAnthropic(fromAnthropic(apart)).messages).toEqual(apart);
  });

  test("begin with the user", () => {
    const request = toAnthropic([assistant(text("a")), user(text("b"))]);
    expect(request.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(kinds(request)).toEqual([["added-message", 0]]);
  });

  test("system messages stand apart: one is a text, several are blocks", () => {
    expect(toAnthropic([system("a"), user(text("x"))]).system).toBe("a");
    expect(toAnthropic([system("a"), system("b"), user(text("x"))]).system).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
    expect(toAnthropic([user(text("x"))])).not.toHaveProperty("system");
  });

  test("later system messages go to the top with a warning, or stay where the API takes them", () => {
    const history = [
      user(text("a")),
      system("now"),
      assistant(text("b")),
      system("here"),
      user(text("c")),
    ];
    const top = toAnthropic(history);
    expect(top.system).toHaveLength(2);
    expect(kinds(top)).toEqual([
      ["changed-order", 1],
      ["changed-order", 3],
    ]);
    const placed = toAnthropic(history, { system: "in-place" });
    expect(placed.messages[1]).toEqual({ role: "system", content: "now" });
    expect(placed.system).toBe("here");
    expect(kinds(placed)).toEqual([["changed-order", 3]]);
    expect(checkAnthropic(placed)).toEqual([]);
  });
});

describe("thinking", () => {
  const thinking = { type: "thinking", thinking: "hm", signature: "S" };
  const asked = { role: "user", content: "x" };
  const thought = [
    asked,
    { role: "assistant", content: [thinking, use("a")] },
    { role: "user", content: [result("a", "x")] },
  ];

  test("of another model is left out with a warning, of the same one of any date it stays", () => {
    const payloads = fromAnthropic(thought, { model: "claude-opus-4-5-20251101" });
    const other = toAnthropic(payloads, { model: "claude-sonnet-4-5" });
    expect(other.messages[1]?.content).toEqual([use("a")]);
    expect(kinds(other)).toEqual([["dropped-part", 1]]);
    for (const model of [
      "claude-opus-4-5",
      "us.anthropic.claude-opus-4-5-20251101-v1:0",
      undefined,
    ]) {
      expect(toAnthropic(payloads, { model }).messages).toEqual(thought);
    }
  });

  test("of another provider is left out with a warning", () => {
    const request = toAnthropic([
      user(text("x")),
      assistant({ type: "reasoning", text: "hm" }, text("y")),
    ]);
    expect(request.messages[1]?.content).toBe("y");
    expect(kinds(request)).toEqual([["dropped-part", 1]]);
  });

  test("that nothing follows is left out at the end only", () => {
    const alone = { role: "assistant", content: [thinking] };
    const request = toAnthropic(fromAnthropic([asked, alone, asked, alone]));
    expect(request.messages).toEqual([asked, alone, asked]);
    expect(kinds(request)).toEqual([["dropped-part", 3]]);
  });
});

describe("calls", () => {
  test("have ids of the API's alphabet, and no two alike", () => {
    const request = toAnthropic([
      user(text("go")),
      assistant(call("call:1")),
      answer("call:1"),
      assistant(call("call_1")),
      answer("call_1"),
    ]);
    expect(request.messages.slice(1).map(({ content }) => content)).toEqual([
      [use("call_1", {}, "f")],
      [result("call_1", "x")],
      [use("call_1_2", {}, "f")],
      [result("call_1_2", "x")],
    ]);
    expect(kinds(request)).toEqual([
      ["changed-id", 1],
      ["changed-id", 3],
    ]);
  });

  test("have arguments that are objects", () => {
    const calls = ['{"a": 1}', "", "not json", "[1]"].map((args, id) => ({
      id: `${id}`,
      type: "function",
      function: { name: "f", arguments: args },
    }));
    const request = toAnthropic(
      fromOpenAI([
        { role: "user", content: "x" },
        { role: "assistant", tool_calls: calls },
      ]),
    );
    expect(request.messages[1]?.content).toEqual([
      use("0", { a: 1 }, "f"),
      use("1", {}, "f"),
      use("2", { arguments: "not json" }, "f"),
      use("3", { arguments: [1] }, "f"),
    ]);
    expect(request.warnings.filter(({ kind }) => kind === "changed-value")).toHaveLength(2);
  });
});

describe("files", () => {
  test("are images and documents by bytes or URL; others are left out with a warning", () => {
    const file = (mediaType: string, url: string): Part => ({ type: "file", mediaType, url });
    const request = toAnthropic([
      user(
        file("image/jpg", "data:image/jpg;base64,AAAA"),
        file("image/*", "https://a/b"),
        file("application/pdf", "data:application/pdf;base64,AAAA"),
        file("text/csv", "data:text/csv,a%2Cb"),
        file("audio/wav", "data:audio/wav;base64,AAAA"),
        file("image/svg+xml", "data:image/svg+xml;base64,AAAA"),
        { type: "file", mediaType: "image/png", data: "0".repeat(64) },
      ),
    ]);
    expect(request.messages[0]?.content).toEqual([
      { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "AAAA" } },
      { type: "image", source: { type: "url", url: "https://a/b" } },
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AAAA" } },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "a,b" } },
      { type: "text", text: "[a file of image/png: no longer available]" },
    ]);
    expect(kinds(request).map(([kind]) => kind)).toEqual([
      "missing-file",
      "changed-value",
      "dropped-part",
      "dropped-part",
    ]);
  });
});

test("spreading a request leaves the warnings out", () => {
  const request = toAnthropic([user(text(""), text("a"))]);
  expect(Object.keys({ ...request })).toEqual(["messages"]);
  expect(request.warnings).toHaveLength(1);
});

test("what only another format understands, and names, are left out with a warning", () => {
  const parts: Part[] = [
    { type: "custom", kind: "google.part", value: {} },
    { type: "custom", kind: "chart", value: { b: 1, a: 2 } },
  ];
  const request = toAnthropic([
    { role: "user", name: "Ann", parts },
    { role: "user", parts: [] },
  ]);
  expect(request.messages[0]?.content).toBe('{"a":2,"b":1}');
  expect(kinds(request).map(([kind]) => kind)).toEqual([
    "dropped-part",
    "rendered-as-text",
    "dropped-field",
    "dropped-message",
  ]);
});
