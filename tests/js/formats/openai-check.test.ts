// Checks of OpenAI's formats: every rule finds what breaks it, and nothing else.
import { describe, expect, test } from "vitest";
import {
  checkOpenAIChat,
  checkResponses,
  fromOpenAI,
  toOpenAI,
} from "../../../js/src/formats/openai.js";
import type { FormatProblem } from "../../../js/src/formats/problems.js";
import { throughRepository } from "./histories.js";
import { responses } from "./responses-fixtures.js";
import { sessions } from "./support.js";

const user = { role: "user", content: "hi" };
const call = (id: unknown, name: unknown = "f", type: unknown = "function") => ({
  id,
  type,
  [String(type)]: { name, arguments: "{}", input: "x" },
});
const calling = (...calls: unknown[]) => ({ role: "assistant", content: null, tool_calls: calls });
const result = (id: unknown) => ({ role: "tool", tool_call_id: id, content: "x" });
const part = (...content: unknown[]) => ({ role: "user", content });
const rules = (problems: readonly FormatProblem[]) =>
  problems.map(({ rule, index }) => `${rule} ${index}`);

describe("Chat Completions", () => {
  test.each<[string, readonly unknown[], string[]]>([
    ["no messages", [], ["messages-empty 0"]],
    ["no object", [user, 5], ["message-object 1"]],
    ["an unknown role", [{ role: "bot", content: "x" }], ["role 0"]],
    ["a name with a space", [{ ...user, name: "Ada Lovelace" }], ["name 0"]],
    ["a user without content", [{ role: "user" }], ["content-required 0"]],
    ["a user with null", [{ role: "user", content: null }], ["content-required 0"]],
    ["an assistant with nothing", [{ role: "assistant", content: null }], ["content-required 0"]],
    ["a number as content", [{ role: "user", content: 5 }], ["content-required 0"]],
    ["an empty array of parts", [part()], ["content-empty 0"]],
    ["a part that is no object", [part("x")], ["content-part 0"]],
    ["an unknown part", [part({ type: "video" })], ["content-part 0"]],
    ["a text part without text", [part({ type: "text" })], ["content-part 0"]],
    ["an image without url", [part({ type: "image_url", image_url: {} })], ["content-part 0"]],
    [
      "audio of another format",
      [part({ type: "input_audio", input_audio: { data: "", format: "flac" } })],
      ["content-part 0"],
    ],
    ["audio without data", [part({ type: "input_audio", input_audio: {} })], ["content-part 0"]],
    ["a file that is none", [part({ type: "file", file: {} })], ["content-part 0"]],
    [
      "an image of the assistant's",
      [{ role: "assistant", content: [{ type: "image_url", image_url: { url: "x" } }] }],
      ["content-part 0"],
    ],
    [
      "an empty list of calls",
      [{ role: "assistant", content: "x", tool_calls: [] }],
      ["calls-empty 0"],
    ],
    ["a call of no type", [calling({ id: "a" }), result("a")], ["call-form 0", "call-name 0"]],
    ["a call whose name has a dot", [calling(call("a", "x.y")), result("a")], ["call-name 0"]],
    ["a call without an id", [calling(call(""))], ["call-id 0", "calls-answered 0"]],
    [
      "an id of 41 characters",
      [calling(call("x".repeat(41))), result("x".repeat(41))],
      ["call-id 0"],
    ],
    ["an id twice in a message", [calling(call("a"), call("a")), result("a")], ["call-id 0"]],
    ["a call without a result", [calling(call("a")), user], ["calls-answered 0"]],
    ["a call at the end", [user, calling(call("a"))], ["calls-answered 1"]],
    [
      "a result that comes late",
      [calling(call("a")), user, result("a")],
      ["calls-answered 0", "result-without-call 2"],
    ],
    ["a result without a call", [result("a")], ["result-without-call 0"]],
    ["a second result", [calling(call("a")), result("a"), result("a")], ["result-without-call 2"]],
    ["a function's message without name", [{ role: "function", content: "x" }], ["name 0"]],
  ])("%s", (_, messages, found) => {
    const problems = checkOpenAIChat(messages);
    expect(rules(problems)).toEqual(found);
    expect(problems.every(({ source, message }) => source !== "" && message !== "")).toBe(true);
  });

  test.each<[string, readonly unknown[]]>([
    ["custom calls", [calling(call("a", "py", "custom")), result("a")]],
    [
      "a result whose message carries the tool's name",
      [calling(call("a")), { ...result("a"), name: "f" }],
    ],
    [
      "parallel calls, answered out of order",
      [calling(call("a"), call("b")), result("b"), result("a")],
    ],
    [
      "an id that comes again in a later step",
      [calling(call("a")), result("a"), calling(call("a")), result("a")],
    ],
    ["a refusal instead of content", [{ role: "assistant", content: null, refusal: "No." }]],
    ["an earlier answer as audio", [{ role: "assistant", audio: { id: "audio_1" } }]],
    [
      "empty texts",
      [
        { role: "user", content: "" },
        { role: "assistant", content: "" },
      ],
    ],
    [
      "the legacy function",
      [
        { role: "assistant", content: null, function_call: { name: "f", arguments: "" } },
        { role: "function", name: "f", content: null },
      ],
    ],
    ["a file by its id", [part({ type: "file", file: { file_id: "file-1" } })]],
  ])("takes %s", (_, messages) => {
    expect(checkOpenAIChat(messages)).toEqual([]);
  });

  test.runIf(sessions.length > 0)("takes every recorded session", () => {
    for (const messages of sessions) expect(checkOpenAIChat(messages)).toEqual([]);
  });

  test("a call that was dropped leaves content behind that is taken", async () => {
    for (const content of [null, undefined]) {
      const payloads = fromOpenAI([user, { ...calling(call("a")), content }, user]);
      const { messages } = toOpenAI(await throughRepository(payloads, { dangling: "drop" }));
      expect(checkOpenAIChat(messages)).toEqual([]);
    }
  });

  test("the id of an earlier answer as audio comes back", async () => {
    const messages = [user, { role: "assistant", content: null, audio: { id: "audio_1" } }];
    expect(toOpenAI(await throughRepository(fromOpenAI(messages))).messages).toEqual(messages);
  });
});

describe("Responses", () => {
  const fc = (id: unknown, more: object = {}) => ({
    type: "function_call",
    call_id: id,
    name: "f",
    arguments: "{}",
    ...more,
  });
  const out = (id: unknown) => ({ type: "function_call_output", call_id: id, output: "x" });
  const reasoning = { type: "reasoning", id: "rs_1", summary: [] };
  const said = { type: "message", role: "assistant", id: "msg_1", content: [] };

  test.each<[string, readonly unknown[], string[]]>([
    ["no object", [user, null], ["item-object 1"]],
    ["an unknown type", [{ type: "new" }], ["item-type 0"]],
    ["an unknown role", [{ role: "tool", content: "" }], ["role 0"]],
    ["no content", [{ role: "user" }], ["content-required 0"]],
    ["a part that is no object", [part(1)], ["content-part 0"]],
    ["a part of Chat Completions", [part({ type: "text", text: "" })], ["content-part 0"]],
    [
      "input of the assistant's",
      [{ role: "assistant", content: [{ type: "input_text", text: "" }] }],
      ["content-part 0"],
    ],
    ["a text part without text", [part({ type: "input_text" })], ["content-part 0"]],
    ["an image that is none", [part({ type: "input_image" })], ["content-part 0"]],
    ["a file that is none", [part({ type: "input_file" })], ["content-part 0"]],
    [
      "a refusal without words",
      [{ role: "assistant", content: [{ type: "refusal" }] }],
      ["content-part 0"],
    ],
    ["a call without a call id", [fc(undefined)], ["call-id 0"]],
    ["a call id of 65 characters", [fc("x".repeat(65)), out("x".repeat(65))], ["call-id 0"]],
    ["a name with a space", [fc("a", { name: "f g" }), out("a")], ["call-name 0"]],
    ["arguments that are an object", [fc("a", { arguments: {} }), out("a")], ["item-field 0"]],
    ["an output that is an object", [fc("a"), { ...out("a"), output: {} }], ["item-field 1"]],
    ["a call without an output", [fc("a"), user], ["calls-answered 0"]],
    ["an output without a call", [out("a")], ["result-without-call 0"]],
    [
      "an output of another kind",
      [fc("a"), { ...out("a"), type: "custom_tool_call_output" }],
      ["result-without-call 1", "calls-answered 0"],
    ],
    [
      "the id of a call as its call id",
      [fc("a", { id: "fc_1" }), out("fc_1")],
      ["result-without-call 1", "calls-answered 0"],
    ],
    ["an id of another kind", [{ ...said, id: "fc_1" }], ["item-id 0"]],
    ["an id that comes twice", [said, said], ["item-id 1"]],
    ["reasoning that leads to nothing", [reasoning], ["reasoning-followed 0"]],
    ["reasoning before a user", [reasoning, user], ["reasoning-followed 0"]],
    ["reasoning without summary", [{ ...reasoning, summary: null }, said], ["item-field 0"]],
    ["compaction without its content", [{ type: "compaction" }], ["item-field 0"]],
  ])("%s", (_, input, found) => {
    const problems = checkResponses(input);
    expect(rules(problems)).toEqual(found);
    expect(problems.every(({ source, message }) => source !== "" && message !== "")).toBe(true);
  });

  const takes = [
    "no items",
    "a call without an id of its own",
    "reasoning and what it led to",
    "phases, which have to be sent again",
    "compaction, which is opaque",
    "custom tools",
    "tools of OpenAI's that the application runs",
    "references to items",
    "system messages that are input, not instructions",
  ];
  test.each(takes)("takes %s", (name) => {
    expect(checkResponses(responses[name] as readonly unknown[])).toEqual([]);
  });

  test("takes the output of a call that is only referred to", () => {
    expect(checkResponses([{ type: "item_reference", id: "fc_1" }, out("call_1")])).toEqual([]);
  });
});
