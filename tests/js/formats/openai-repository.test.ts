// Messages of OpenAI's, committed, compiled and converted back: exactly what came in.
import { existsSync, readFileSync } from "node:fs";
import canonicalize from "canonicalize";
import { createVarve } from "varve";
import { fromOpenAI, toOpenAI } from "varve/formats/openai";
import { expect, test } from "vitest";
import { fixtures } from "./openai-fixtures.js";

async function throughRepository(messages: readonly unknown[]) {
  const chat = await createVarve({ counter: null }).open("x");
  for (const payload of fromOpenAI(messages)) await chat.commit(payload);
  return toOpenAI(await chat.compile({ dangling: "keep" }));
}

/** A result is only shown behind its call: calls for those that have none. */
function withCalls(messages: readonly unknown[]): unknown[] {
  const list = messages as {
    role: string;
    tool_call_id?: string;
    tool_calls?: { id: string }[];
    name?: string;
  }[];
  const open: string[] = [];
  return list.flatMap((message) => {
    const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
    if (message.role === "assistant") open.push(...calls.map(({ id }) => id));
    const id = message.tool_call_id;
    if (id === undefined) return [message];
    const position = open.lastIndexOf(id);
    if (position >= 0) open.splice(position, 1);
    const call = { id, type: "function", function: { name: "f", arguments: "{}" } };
    return position >= 0
      ? [message]
      : [{ role: "assistant", content: null, tool_calls: [call] }, message];
  });
}

test.each(Object.entries(fixtures))("%s", async (_, fixture) => {
  // A function's result that nobody asked for is left out, as every result without a call.
  const messages = withCalls(fixture).filter(
    (each) => (each as { name?: string }).name !== "unasked",
  );
  const { messages: back, warnings } = await throughRepository(messages);
  expect(back).toEqual(messages);
  expect(canonicalize(back)).toBe(canonicalize(JSON.parse(JSON.stringify(messages))));
  expect(warnings).toEqual([]);
});

const shipped = new URL("../../../examples/demo/conversation.json", import.meta.url);
test("the conversation of the demo", async () => {
  const messages = JSON.parse(readFileSync(shipped, "utf8"));
  expect(messages.length).toBeGreaterThanOrEqual(60);
  expect((await throughRepository(messages)).messages).toEqual(messages);
});

const sessions = new URL("../../../../shared/data/airline-sessions.jsonl", import.meta.url);
test.runIf(existsSync(sessions))("every recorded session", async () => {
  for (const line of readFileSync(sessions, "utf8").trim().split("\n")) {
    const { messages } = JSON.parse(line);
    expect((await throughRepository(messages)).messages).toEqual(messages);
  }
});
