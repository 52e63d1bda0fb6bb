// The check of the AI SDK's model messages: every rule finds what breaks it, and the SDK agrees.
import { tool as define, generateText, jsonSchema, modelMessageSchema } from "ai7";
import { MockLanguageModelV4 } from "ai7/test";
import { describe, expect, test } from "vitest";
import { checkAISDK } from "../../../js/src/formats/ai-sdk.js";
import { modelMessages } from "./ai-sdk-fixtures.js";

const user = { role: "user", content: "hi" };
const assistant = (...content: unknown[]) => ({ role: "assistant", content });
const tool = (...content: unknown[]) => ({ role: "tool", content });
const call = (toolCallId: string, more: object = {}) => ({
  type: "tool-call",
  toolCallId,
  toolName: "f",
  input: {},
  ...more,
});
const result = (toolCallId: string, output: unknown = { type: "text", value: "x" }) => ({
  type: "tool-result",
  toolCallId,
  toolName: "f",
  output,
});
const request = { type: "tool-approval-request", approvalId: "ap", toolCallId: "a" };
const response = { type: "tool-approval-response", approvalId: "ap", approved: true };

/** Whether the SDK sends them: what it throws otherwise is the reason. */
async function sends(messages: readonly unknown[]): Promise<boolean> {
  const model = new MockLanguageModelV4({
    doGenerate: async () => ({
      content: [{ type: "text", text: "ok" }],
      finishReason: { unified: "stop", raw: "stop" },
      usage: {
        inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 1, text: 1, reasoning: 0 },
      },
      warnings: [],
    }),
  });
  const given = { messages: messages as never, allowSystemInMessages: true, maxRetries: 0 };
  const inputSchema = jsonSchema<object>({ type: "object" });
  const tools = { f: define({ inputSchema, needsApproval: true, execute: async () => "done" }) };
  return generateText({ model, tools, ...given }).then(
    () => true,
    () => false,
  );
}

describe("what the schema of the SDK refuses", () => {
  test.each<[string, unknown, string[]]>([
    ["no object", 5, ["message-object"]],
    ["an unknown role", { role: "developer", content: "x" }, ["role"]],
    ["no content", { role: "user" }, ["content"]],
    ["parts of the system", { role: "system", content: [] }, ["content"]],
    ["a tool's text", { role: "tool", content: "x" }, ["content"]],
    ["a part that is none", { role: "user", content: [null] }, ["part"]],
    ["a user's reasoning", { role: "user", content: [{ type: "reasoning", text: "" }] }, ["part"]],
    ["a text without text", { role: "user", content: [{ type: "text" }] }, ["part"]],
    [
      "a file without media type",
      { role: "user", content: [{ type: "file", data: "" }] },
      ["part"],
    ],
    [
      "a file without data",
      { role: "user", content: [{ type: "file", mediaType: "a/b" }] },
      ["part"],
    ],
    [
      "a response that says nothing",
      tool({ ...response, approved: undefined }),
      ["part", "approval-without-request"],
    ],
    ["a result without output", tool(result("a", null)), ["output", "result-without-call"]],
    ["an unknown output", tool(result("a", { type: "x" })), ["output", "result-without-call"]],
    [
      "a text that is none",
      tool(result("a", { type: "text", value: 1 })),
      ["output", "result-without-call"],
    ],
    ["JSON without value", tool(result("a", { type: "json" })), ["output", "result-without-call"]],
    [
      "content that is no list",
      tool(result("a", { type: "content", value: "" })),
      ["output", "result-without-call"],
    ],
    ["options that are a text", { ...user, providerOptions: { a: "b" } }, ["options"]],
    [
      "options of a part that are a list",
      { role: "user", content: [{ type: "text", text: "", providerOptions: [] }] },
      ["options"],
    ],
  ])("%s", (_, message, found) => {
    const problems = checkAISDK([message]);
    expect(problems.map(({ rule }) => rule)).toEqual(found);
    expect(problems.every(({ source, message: text }) => source !== "" && text !== "")).toBe(true);
    expect(modelMessageSchema.safeParse(message).success).toBe(false);
  });
});

describe("what the SDK refuses of a list of messages", () => {
  test.each<[string, readonly unknown[], string[]]>([
    ["no messages", [], ["messages-empty 0"]],
    ["a call before the user goes on", [user, assistant(call("a")), user], ["calls-answered 1"]],
    ["a call at the end", [user, assistant(call("a"))], ["calls-answered 1"]],
    [
      "one of two calls",
      [assistant(call("a"), call("b")), tool(result("b"))],
      ["calls-answered 0"],
    ],
    ["a response that nobody asked for", [user, tool(response)], ["approval-without-request 1"]],
    [
      "a request for a call that is not there",
      [user, assistant(request), tool(response)],
      ["request-without-call 1"],
    ],
  ])("%s", async (_, messages, found) => {
    expect(checkAISDK(messages).map(({ rule, index }) => `${rule} ${index}`)).toEqual(found);
    expect(await sends(messages)).toBe(false);
  });

  test("a result without its call, which the providers refuse", () => {
    const [problem] = checkAISDK([user, tool(result("a"))]);
    expect(problem).toMatchObject({ rule: "result-without-call", index: 1 });
  });
});

describe("what the SDK takes", () => {
  test.each<[string, readonly unknown[]]>([
    [
      "results in any order",
      [assistant(call("a"), call("b")), tool(result("b")), tool(result("a"))],
    ],
    ["a call of the provider's own", [user, assistant(call("a", { providerExecuted: true }))]],
    ["an approval that comes last", [user, assistant(call("a"), request), tool(response)]],
    ["system messages", [{ role: "system", content: "x" }, user]],
    ["empty contents", [{ role: "user", content: [] }, assistant()]],
  ])("%s", async (_, messages) => {
    expect(checkAISDK(messages)).toEqual([]);
    expect(await sends(messages)).toBe(true);
  });

  const whole = Object.entries(modelMessages).filter(([name]) => name !== "files of major 7");
  test.each(whole)("%s", (_, messages) => {
    expect(checkAISDK(messages)).toEqual([]);
  });
});
