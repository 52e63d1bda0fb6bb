// Every recorded session, from OpenAI by way of another provider and back: equal in meaning.
import { describe, expect, test } from "vitest";
import { checkAnthropic, fromAnthropic, toAnthropic } from "../../../js/src/formats/anthropic.js";
import { checkGoogle, fromGoogle, toGoogle } from "../../../js/src/formats/google.js";
import type { ConvertibleMessage } from "../../../js/src/formats/messages.js";
import { fromOpenAI, toOpenAI } from "../../../js/src/formats/openai.js";
import { compiled, sessions, stored } from "./support.js";

const ways: Record<string, (messages: readonly ConvertibleMessage[]) => unknown[][]> = {
  Anthropic: (messages) => {
    const request = toAnthropic(messages);
    expect(checkAnthropic(request)).toEqual([]);
    return [fromAnthropic(request), request.warnings];
  },
  Google: (messages) => {
    const { contents, config, warnings } = toGoogle(messages);
    expect(checkGoogle({ contents, config })).toEqual([]);
    return [fromGoogle(contents, config), warnings];
  },
};

interface Said {
  role: string;
  content?: unknown;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
  name?: string;
}

/** What messages mean: neighbours of one role as one, arguments as values, calls by their number. */
function meaning(messages: readonly unknown[]): unknown[] {
  const said: { role: string; texts: unknown[]; calls: unknown[] }[] = [];
  const numbers = new Map<string, number>();
  let count = 0;
  for (const message of messages as readonly Said[]) {
    const { role, content, tool_call_id: of } = message;
    const texts = (Array.isArray(content) ? content.map(({ text }) => text) : [content]).filter(
      (text) => typeof text === "string" && (role === "tool" || /\S/.test(text)),
    );
    const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => {
      numbers.set(id, count++);
      return [name, JSON.parse(args)];
    });
    if (texts.length === 0 && calls.length === 0) continue;
    const last = said.at(-1);
    if (last?.role === role && role !== "tool") {
      last.texts.push(...texts);
      last.calls.push(...calls);
    } else said.push({ role, texts, calls, ...(of === undefined ? {} : { of: numbers.get(of) }) });
  }
  return said;
}

// Some sessions have an id twice, which Anthropic refuses.
describe.each([
  ["Anthropic", ["changed-id"]],
  ["Google", []],
] as const)("by way of %s", (name, unsaid) => {
  const way = ways[name] as (typeof ways)[string];
  test.runIf(sessions.length > 0)("every recorded session", async () => {
    expect(sessions).toHaveLength(40);
    let calls = 0;
    const seen = new Set<string>();
    for (const messages of sessions) {
      const [payloads, warnings] = way((await compiled(fromOpenAI(messages))).messages);
      const { messages: back } = toOpenAI(stored(payloads as never));
      expect(meaning(back)).toEqual(meaning(messages));
      for (const { kind } of warnings as { kind: string }[]) seen.add(kind);
      calls += back.filter((each) => "tool_calls" in each).length;
    }
    expect(calls).toBeGreaterThan(100);
    expect([...seen].sort()).toEqual(unsaid);
  });
});
