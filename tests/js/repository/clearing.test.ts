// clearToolResults: the calls stay, old results become marks, and the full ones can still be fetched.
import { createVarve, type MessagePayload, type Repository } from "varve";
import { checkAISDK, toModelMessages } from "varve/formats/ai-sdk";
import { checkAnthropic, toAnthropic } from "varve/formats/anthropic";
import { checkGoogle, toGoogle } from "varve/formats/google";
import { checkOpenAIChat, checkResponses, toOpenAI, toResponses } from "varve/formats/openai";
import { expect, test } from "vitest";
import { failure, NOW, open, view } from "./support.js";

const BIG = { rows: Array.from({ length: 30 }, (_, row) => ({ row, state: "in transit" })) };

async function looked(count: number) {
  const chat = await open();
  await chat.user("Where is it?", { id: "u" });
  for (let call = 0; call < count; call++) {
    chat.clock.now = NOW + call;
    await chat.toolCall("look", { call }, { callId: `c${call}`, id: `call${call}` });
    await chat.toolResult(`c${call}`, BIG, { id: `r${call}` });
  }
  return chat;
}

const mark = /^\[tool result cleared; get ([0-9a-f]{16})\]$/;

/** Each result: a mark, or "full". */
async function results(chat: Repository): Promise<(string | undefined)[]> {
  const { messages } = await chat.compile();
  const parts = messages.flatMap(({ parts }) => parts);
  return parts.flatMap((part) => {
    if (part.type !== "tool-result") return [];
    const { output } = part;
    return output.type === "text" && mark.test(output.value) ? [output.value] : ["full"];
  });
}

const kinds = async (chat: Repository) =>
  (await results(chat)).map((result) => (result === "full" ? "full" : "mark"));

test("all results but the last ones become marks, in one operation, and undo brings them back", async () => {
  const chat = await looked(6);
  const before = (await chat.compile()).messages;
  const seq = (await chat.operations({ limit: 1 }))[0]?.seq ?? 0;
  const { entries } = await chat.clearToolResults();
  expect(entries).toEqual(["r0", "r1", "r2"]);
  expect(await kinds(chat)).toEqual(["mark", "mark", "mark", "full", "full", "full"]);
  expect((await chat.operations({ limit: 1 }))[0]).toMatchObject({ seq: seq + 1, records: 3 });
  const [first] = await results(chat);
  const full = await chat.get(first?.match(mark)?.[1] ?? "");
  expect(full?.payload).toMatchObject({
    parts: [{ type: "tool-result", callId: "c0", output: { type: "json", value: BIG } }],
  });
  const { messages } = await chat.compile();
  const problems = [
    checkOpenAIChat(toOpenAI(messages).messages),
    checkResponses(toResponses(messages).input),
    checkAnthropic(toAnthropic(messages)),
    checkGoogle(toGoogle(messages)),
    checkAISDK(toModelMessages(messages).messages),
  ];
  expect(problems.flat()).toEqual([]);
  expect((await chat.clearToolResults()).entries).toEqual([]);
  await chat.undo();
  expect((await chat.compile()).messages).toEqual(before);
});

test("how many stay, and how old others are, can be said", async () => {
  const chat = await looked(4);
  const planned = async (options: object) =>
    (await chat.clearToolResults({ ...options, plan: true })).entries;
  expect(await planned({ keepLast: 0 })).toEqual(["r0", "r1", "r2", "r3"]);
  expect(await planned({ keepLast: 9 })).toEqual([]);
  expect(await planned({ olderThan: NOW + 2 })).toEqual(["r0", "r1"]);
  expect(await planned({ olderThan: new Date(NOW + 3), keepLast: 2 })).toEqual(["r0", "r1"]);
  expect(await kinds(chat)).toEqual(["full", "full", "full", "full"]);
  for (const [name, value] of Object.entries({ keepLast: -1, olderThan: "old" })) {
    const error = await failure(chat.clearToolResults({ [name]: value }));
    expect(error).toMatchObject({ code: "Validation", details: { pointer: `/${name}` } });
  }
});

test("pinned results, short ones and those that nobody sees stay as they are", async () => {
  const chat = await looked(3);
  await chat.pin("r0");
  await chat.skip("r1");
  await chat.toolCall("ping", {}, { callId: "p", id: "ping" });
  await chat.toolResult("p", "pong", { id: "pong" });
  await chat.toolCall("fail", {}, { callId: "f", id: "fail" });
  await chat.toolResult("f", { trace: BIG }, { id: "failed", status: "error" });
  expect((await chat.clearToolResults({ keepLast: 0 })).entries).toEqual(["r2", "failed"]);
  const failed = (await chat.get("failed"))?.payload as unknown as MessagePayload;
  expect(failed.parts[0]).toMatchObject({ output: { type: "error-text" } });
});

test("results in one message with others, beside their calls, and as tool_io are cleared alike", async () => {
  const chat = await open();
  const call = (callId: string) =>
    ({ type: "tool-call", callId, toolName: "look", input: {} }) as const;
  const result = (callId: string) =>
    ({
      type: "tool-result",
      callId,
      output: { type: "json", value: BIG },
      provider: { x: { a: 1 } },
    }) as const;
  const said = (role: "assistant" | "tool", parts: MessagePayload["parts"]) =>
    chat.commit({ contentType: "message", role, parts });
  await chat.user("Where is it?");
  await said("assistant", [call("a"), result("a"), { type: "text", text: "There." }]);
  await said("assistant", [call("b"), call("c")]);
  await said("tool", [result("b"), result("c")]);
  await chat.commit({
    contentType: "tool_io",
    toolName: "look",
    direction: "call",
    payload: {},
    callId: "d",
  });
  await chat.commit({
    contentType: "tool_io",
    toolName: "look",
    direction: "result",
    rawPayload: "x".repeat(99),
    callId: "d",
  });
  expect(await kinds(chat)).toEqual(["full", "full", "full", "full"]);
  await chat.clearToolResults({ keepLast: 2 });
  expect(await kinds(chat)).toEqual(["mark", "mark", "full", "full"]);
  const { messages } = await chat.compile();
  expect(messages[1]?.parts[1]).toMatchObject({ callId: "a", provider: { x: { a: 1 } } });
  await chat.clearToolResults({ keepLast: 0 });
  expect(await kinds(chat)).toEqual(["mark", "mark", "mark", "mark"]);
  expect(await view(chat)).toHaveLength(messages.length);
});

test("the figures are those of the compiles before and after", async () => {
  const chat = await createVarve().open("test");
  await chat.user("Where is it?");
  await chat.toolCall("look", {}, { callId: "c" });
  await chat.toolResult("c", BIG);
  const before = (await chat.compile()).tokenCount;
  const plan = await chat.clearToolResults({ keepLast: 0, plan: true });
  expect(plan.tokensBefore).toBe(before);
  expect(await chat.clearToolResults({ keepLast: 0 })).toEqual(plan);
  expect((await chat.compile()).tokenCount).toBe(plan.tokensAfter);
  expect(plan.tokensAfter).toBeLessThan(before / 4);
});

test("arrays that still hold the full results do not bring them back", async () => {
  const chat = await open();
  const payloads: MessagePayload[] = [
    { contentType: "message", role: "user", parts: [{ type: "text", text: "Where?" }] },
    {
      contentType: "message",
      role: "assistant",
      parts: [
        { type: "tool-call", callId: "c", toolName: "look", input: {} },
        { type: "tool-result", callId: "c", output: { type: "json", value: BIG } },
      ],
    },
  ];
  const messages = payloads.map((payload, index) => ({ id: `m${index}`, payload }));
  const format = (all: readonly (typeof messages)[number][]) => all.map(({ payload }) => payload);
  await chat.sync(messages, { format });
  await chat.clearToolResults({ keepLast: 0 });
  const head = chat.head;
  // Another handle remembers nothing of the array.
  await (await chat.at("main")).sync(messages, { format });
  expect(chat.head).toBe(head);
  expect(await kinds(chat)).toEqual(["mark"]);
});
