// Arguments that are no JSON: exact where the API takes any text, within an object where JSON is demanded.
import { expect, test } from "vitest";
import { toModelMessages, toUIMessages } from "../../../js/src/formats/ai-sdk.js";
import { fromOpenAI, toOpenAI, toResponses } from "../../../js/src/formats/openai.js";

const TEXT = '{"a": 1, "b';
const WITHIN = { arguments: TEXT };
const call = (provider: object) => [
  {
    role: "assistant" as const,
    parts: [
      {
        type: "tool-call" as const,
        callId: "c",
        toolName: "f",
        input: null,
        rawInput: TEXT,
        provider: provider as never,
      },
    ],
  },
];
const notJson = { varve: { notJson: true } };
const changed = [expect.objectContaining({ kind: "changed-value" })];

test("OpenAI's own text comes back exactly", () => {
  const given = { id: "c", type: "function", function: { name: "f", arguments: TEXT } };
  const message = { role: "assistant", content: null, tool_calls: [given] };
  expect(toOpenAI(fromOpenAI([message]))).toEqual({ messages: [message], warnings: [] });
});

test("what a turn marked goes to OpenAI within an object", () => {
  const arguments_ = JSON.stringify(WITHIN);
  const chat = toOpenAI(call(notJson));
  expect(chat.messages).toMatchObject([{ tool_calls: [{ function: { arguments: arguments_ } }] }]);
  expect(chat.warnings).toEqual(changed);
  const responses = toResponses(call(notJson));
  expect(responses.input).toMatchObject([{ type: "function_call", arguments: arguments_ }]);
  expect(responses.warnings).toEqual(expect.arrayContaining(changed));
});

test("the text of a custom tool is no JSON in any case, and stays", () => {
  const custom = { ...notJson, openai: { type: "custom" } };
  expect(toOpenAI(call(custom)).messages).toMatchObject([
    { tool_calls: [{ custom: { input: TEXT } }] },
  ]);
});

test("the AI SDK's messages hold it within an object, never null", () => {
  for (const provider of [{}, notJson]) {
    const model = toModelMessages(call(provider));
    expect(model.messages).toMatchObject([{ content: [{ input: WITHIN }] }]);
    expect(model.warnings).toEqual(changed);
    const ui = toUIMessages(call(provider));
    expect(ui.messages[0]?.parts).toContainEqual(expect.objectContaining({ input: WITHIN }));
    expect(ui.warnings).toEqual(expect.arrayContaining(changed));
  }
});
