// The stand-ins refuse what the providers refuse: each trap, by itself. Without this, the loop that is
// never refused would prove nothing.
import { describe, expect, test } from "vitest";
import { checkMessages } from "./anthropic.js";
import { checkContents } from "./google.js";
import { checkChat } from "./openai-chat.js";
import { checkResponsesInput, ResponsesMemory } from "./openai-responses.js";
import { Refusal, type Wire } from "./script.js";

/** Why something is refused; undefined where it is taken. */
function refusal(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

const user = { role: "user", content: "hello" };

describe("Chat Completions", () => {
  const check = (...messages: Wire[]) => refusal(() => checkChat({ model: "gpt-5", messages }));
  const call = (id = "c", name = "f", args: unknown = "{}") => ({
    id,
    type: "function",
    function: { name, arguments: args },
  });
  const calls = (...tool_calls: Wire[]) => ({ role: "assistant", content: null, tool_calls });
  const result = (tool_call_id = "c") => ({ role: "tool", tool_call_id, content: "x" });

  test("takes what is right", () => {
    expect(
      check(user, calls(call("a"), call("b")), result("b"), result("a"), user),
    ).toBeUndefined();
    expect(check(user, calls(call("a", "f", "{not json")), result("a"))).toBeUndefined();
  });
  test.each<[string, Wire[], RegExp]>([
    ["no message", [], /empty array/],
    ["a role that is none", [{ role: "bot", content: "x" }], /Invalid value: 'bot'/],
    ["content null", [{ role: "user", content: null }], /expected a string, got null/],
    ["content empty", [{ role: "user", content: [] }], /empty array/],
    [
      "thinking as a part",
      [{ role: "assistant", content: [{ type: "thinking" }] }],
      /Invalid value/,
    ],
    ["a call without its result", [user, calls(call())], /did not have response messages: c/],
    [
      "a result behind another message",
      [user, calls(call()), user, result()],
      /did not have response/,
    ],
    ["one of two results", [user, calls(call("a"), call("b")), result("a")], /messages: b/],
    ["a result without its call", [user, result()], /must be a response to a preceeding message/],
    ["a result twice", [user, calls(call()), result(), result()], /must be a response/],
    ["no calls", [user, calls()], /empty array/],
    ["an id twice", [user, calls(call(), call()), result(), result()], /Duplicate/],
    ["a long id", [user, calls(call("x".repeat(41)))], /maximum length 40/],
    ["a tool's name with a space", [user, calls(call("c", "a b"))], /does not match pattern/],
    ["arguments as an object", [user, calls(call("c", "f", {}))], /expected a string/],
    ["a speaker's name with a space", [{ ...user, name: "Ann B" }], /does not match pattern/],
  ])("refuses %s", (_, messages, message) => expect(check(...messages)).toMatch(message));
});

describe("Responses", () => {
  const memory = new ResponsesMemory();
  memory.encrypted.set("rs_1", "sealed");
  memory.after.set("fc_1", "rs_1");
  memory.after.set("msg_1", "rs_1");
  const check = (...input: Wire[]) =>
    refusal(() => checkResponsesInput({ model: "gpt-5", input }, memory));
  const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "sealed" };
  const call = { type: "function_call", id: "fc_1", call_id: "c", name: "f", arguments: "{}" };
  const { id: _, ...plain } = call;
  const output = { type: "function_call_output", call_id: "c", output: "x" };

  test("takes what is right", () => {
    expect(check(user, reasoning, call, output, user)).toBeUndefined();
    expect(check(user, plain, output, { role: "assistant", content: "x" })).toBeUndefined();
  });
  test.each<[string, Wire[], RegExp]>([
    ["nothing", [], /Missing required parameter: 'input'/],
    ["reasoning at the end", [user, reasoning], /without its required following item/],
    ["reasoning before the user", [reasoning, user], /without its required following item/],
    [
      "a call without its reasoning",
      [user, call, output],
      /without its required 'reasoning' item: 'rs_1'/,
    ],
    [
      "reasoning that was changed",
      [user, { ...reasoning, encrypted_content: "other" }, call, output],
      /could not be verified/,
    ],
    ["a call without its output", [user, plain], /No tool output found for function call c/],
    ["an output without its call", [user, output], /No tool call found/],
    ["an output twice", [user, plain, output, output], /No tool call found/],
    ["an id of another type", [user, { ...plain, id: "call_1" }, output], /begins with 'fc'/],
    [
      "an item twice",
      [user, reasoning, call, output, call, output],
      /Duplicate item|without its required/,
    ],
    ["a long call id", [user, { ...plain, call_id: "x".repeat(65) }], /maximum length 64/],
    ["arguments as an object", [user, { ...plain, arguments: {} }, output], /arguments/],
    [
      "output_text of the user",
      [{ role: "user", content: [{ type: "output_text", text: "x" }] }],
      /Invalid value: 'output_text'/,
    ],
    ["a role that is none", [{ role: "tool", content: "x" }], /Invalid value: 'tool'/],
  ])("refuses %s", (_, input, message) => expect(check(...input)).toMatch(message));
});

describe("Anthropic", () => {
  const model = "claude-opus-4-8";
  const check = (messages: Wire[], more: object = {}) =>
    refusal(() => checkMessages({ model, max_tokens: 1, messages, ...more }));
  const says = (...content: Wire[]) => ({ role: "assistant", content });
  const given = (...content: Wire[]) => ({ role: "user", content });
  const text = (value: string) => ({ type: "text", text: value });
  const call = (id = "c", input: unknown = {}) => ({ type: "tool_use", id, name: "f", input });
  const result = (tool_use_id = "c") => ({ type: "tool_result", tool_use_id, content: "x" });
  const signature = `signed:${model}:5:think`;
  const thinking = { type: "thinking", thinking: "think", signature };
  const enabled = { thinking: { type: "enabled", budget_tokens: 1024 } };

  test("takes what is right", () => {
    expect(
      check(
        [user, says(thinking, call("a"), call("b")), given(result("b"), result("a"), text("x"))],
        enabled,
      ),
    ).toBeUndefined();
    expect(check([user, user, says(text("x")), says(text("y")), user])).toBeUndefined();
  });
  test.each<[string, Wire[], RegExp, object?]>([
    ["no message", [], /at least one message/],
    [
      "a system message",
      [{ role: "system", content: "x" }],
      /Input should be 'user' or 'assistant'/,
    ],
    ["an empty text", [given(text(""))], /must be non-empty/],
    ["white space", [user, says(text(" \n")), user], /non-whitespace/],
    ["no content", [user, says(), user], /non-empty content/],
    [
      "a call without its result",
      [user, says(call()), user],
      /without `tool_result` blocks immediately after: c/,
    ],
    ["a call at the end", [user, says(call())], /without `tool_result`/],
    ["one of two results", [user, says(call("a"), call("b")), given(result("a"))], /after: b/],
    ["a result without its call", [given(result())], /unexpected `tool_use_id`/],
    [
      "a result in a later message",
      [user, says(call()), user, given(result())],
      /without `tool_result`/,
    ],
    ["a result behind a text", [user, says(call()), given(text("x"), result())], /must come first/],
    [
      "an id twice",
      [user, says(call()), given(result()), says(call()), given(result())],
      /must be unique/,
    ],
    [
      "another character in an id",
      [user, says(call("f#2")), given(result("f#2"))],
      /should match pattern/,
    ],
    [
      "an input that is no object",
      [user, says(call("c", null)), given(result())],
      /valid dictionary/,
    ],
    [
      "thinking without its signature",
      [user, says({ type: "thinking", thinking: "think" }, text("x")), user],
      /signature: Field required/,
    ],
    [
      "thinking that was changed",
      [user, says({ ...thinking, thinking: "thank" }, text("x")), user],
      /Invalid `signature`/,
    ],
    [
      "thinking of another model",
      [user, says({ ...thinking, signature: "signed:claude-3:5:think" }, text("x")), user],
      /Invalid `signature`/,
    ],
    [
      "a loop that lost its thinking",
      [user, says(call()), given(result())],
      /Expected `thinking`/,
      enabled,
    ],
    ["thinking at the end", [user, says(text("x"), thinking)], /cannot be `thinking`/],
    ["space at the end", [user, says(text("x "))], /trailing whitespace/],
    [
      "five cache marks",
      [given(...Array(5).fill({ ...text("x"), cache_control: { type: "ephemeral" } }))],
      /maximum of 4/,
    ],
  ])("refuses %s", (_, messages, message, more) => expect(check(messages, more)).toMatch(message));
});

describe("Google", () => {
  const check = (contents: Wire[], model = "gemini-3-pro", more: object = {}) =>
    refusal(() => checkContents({ contents, ...more }, model));
  const said = { role: "user", parts: [{ text: "hello" }] };
  const model = (...parts: Wire[]) => ({ role: "model", parts });
  const given = (...parts: Wire[]) => ({ role: "user", parts });
  const signed = (of = "gemini-3-pro") => Buffer.from(`signed:${of}:1`).toString("base64");
  const call = (name = "f", thoughtSignature: string | undefined = signed()) => ({
    functionCall: { name, args: {} },
    ...(thoughtSignature === "" ? {} : { thoughtSignature }),
  });
  const result = (name = "f") => ({ functionResponse: { name, response: { output: 1 } } });

  test("takes what is right", () => {
    expect(
      check([said, model(call("a"), call("b", "")), given(result("b"), result("a")), said]),
    ).toBeUndefined();
    expect(check([said, model(call("f", "")), given(result()), said])).toBeUndefined(); // an earlier turn
    expect(check([said, model(call("f", "")), given(result())], "gemini-2.5-pro")).toBeUndefined();
  });
  test.each<[string, Wire[], RegExp]>([
    ["nothing", [], /contents is not specified/],
    ["a role that is none", [{ role: "assistant", parts: [{ text: "x" }] }], /valid role/],
    ["no part", [given()], /parts must not be empty/],
    ["a part without data", [given({ thought: true })], /oneof field 'data'/],
    ["a call without its response", [said, model(call()), said], /equal to the number/],
    ["a call at the end", [said, model(call())], /followed by a function response/],
    [
      "one of two responses",
      [said, model(call("a"), call("b")), given(result("a"))],
      /equal to the number/,
    ],
    [
      "a response of another function",
      [said, model(call()), given(result("g"))],
      /names of the function call/,
    ],
    ["a response without its call", [given(result())], /immediately after a function call turn/],
    ["a call first", [model(call()), given(result())], /after a user turn/],
    [
      "a call behind the model's content",
      [said, model({ text: "x" }), model(call()), given(result())],
      /after a user turn/,
    ],
    [
      "a call without its signature",
      [said, model(call("f", "")), given(result())],
      /missing a `thought_signature`/,
    ],
    [
      "a signature of another model",
      [said, model(call("f", signed("gemini-2"))), given(result())],
      /not valid/,
    ],
    [
      "a name with a space",
      [said, model(call("a b")), given(result("a b"))],
      /Name cannot be empty/,
    ],
    [
      "arguments that are no object",
      [said, model({ functionCall: { name: "f", args: [] } }), given(result())],
      /Struct/,
    ],
  ])("refuses %s", (_, contents, message) => expect(check(contents)).toMatch(message));
});
