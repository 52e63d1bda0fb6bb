// Each rule of the checks finds what breaks it, and nothing else in a request that does.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkAnthropic } from "../../../js/src/formats/anthropic.js";
import { checkGoogle } from "../../../js/src/formats/google.js";
import { result, use } from "./anthropic/fixtures.js";
import { call, response } from "./google/fixtures.js";

const asked = { role: "user", content: "x" };
const says = (...content: unknown[]) => ({ role: "assistant", content });
const user = (...content: unknown[]) => ({ role: "user", content });
const text = (said: string, more = {}) => ({ type: "text", text: said, ...more });
const mark = (ttl?: string) => ({ cache_control: { type: "ephemeral", ...(ttl ? { ttl } : {}) } });
const image = (media_type: string, data: string) => ({
  type: "image",
  source: { type: "base64", media_type, data },
});
const thinking = { type: "thinking", thinking: "x", signature: "S" };

const anthropic: Record<string, { messages: unknown[]; [member: string]: unknown }> = {
  "no-messages": { messages: [] },
  "too-many-messages": { messages: Array(100_001).fill(asked) },
  role: { messages: [asked, { role: "tool", content: "x" }] },
  "first-role": { messages: [says(text("x"))] },
  content: { messages: [asked, { role: "user" }] },
  "empty-content": { messages: [asked, user()] },
  "empty-text": { messages: [asked, user(text(" "))] },
  "tool-id": { messages: [asked, says(use("a:b")), user(result("a:b"))] },
  "tool-name": { messages: [asked, says(use("a", {}, "a b")), user(result("a"))] },
  "tool-input": { messages: [asked, says(use("a", null)), user(result("a"))] },
  "duplicate-tool-id": {
    messages: [asked, says(use("a")), user(result("a")), says(use("a")), user(result("a"))],
  },
  "results-first": { messages: [asked, says(use("a")), user(text("x"), result("a"))] },
  "missing-result": { messages: [asked, says(use("a")), user(text("x"))] },
  "unexpected-result": { messages: [asked, user(result("a"))] },
  "block-role": { messages: [user(thinking)] },
  "thinking-signature": {
    messages: [asked, says({ type: "thinking", thinking: "x" }, text("y")), asked],
  },
  "final-thinking": { messages: [asked, says(thinking)] },
  "trailing-space": { messages: [asked, says(text("x "))] },
  prefill: { model: "claude-opus-5", messages: [asked, says(text("x"))] },
  "media-type": { messages: [user(image("image/bmp", "AAAA"))] },
  data: { messages: [user(image("image/png", "data:"))] },
  "cache-marks": { ...mark(), messages: [user(...Array(4).fill(text("x", mark())))] },
  "cache-block": { messages: [asked, says({ ...thinking, ...mark() }, text("x"))] },
  "cache-order": { tools: [mark()], messages: [user(text("x", mark("1h")))] },
  "system-place": { messages: [asked, { role: "system", content: "x" }, asked] },
};

const said = { role: "user", parts: [{ text: "x" }] };
const model = (...parts: unknown[]) => ({ role: "model", parts });
const tells = (...parts: unknown[]) => ({ role: "user", parts });

const google: Record<string, { contents: unknown[]; [member: string]: unknown }> = {
  "no-contents": { contents: [] },
  role: { contents: [said, { role: "assistant", parts: [{ text: "x" }] }] },
  parts: { contents: [{ role: "user" }] },
  "empty-parts": { contents: [said, model()] },
  "part-data": { contents: [said, model({ text: "" })] },
  "call-place": { contents: [model(call("f")), tells(response("f", {}))] },
  "response-place": { contents: [said, tells(response("f", {}))] },
  "response-count": { contents: [said, model(call("f"), call("f")), tells(response("f", {}))] },
  "call-role": { contents: [said, tells(call("f")), tells(response("f", {}))] },
  "function-name": { contents: [said, model(call("f")), tells(response("f g", {}))] },
  args: { contents: [said, model(call("f", [])), tells(response("f", {}))] },
  response: { contents: [said, model(call("f")), tells(response("f"))] },
  "inline-data": { contents: [tells({ inlineData: { mimeType: "a/b", data: "" } })] },
  "system-text": {
    contents: [said],
    config: { systemInstruction: { parts: [{ inlineData: {} }] } },
  },
  "missing-signature": {
    model: "gemini-3-pro",
    contents: [said, model(call("f")), tells(response("f", {}))],
  },
};

const docs = readFileSync(new URL("../../../docs/formats.md", import.meta.url), "utf8");

describe.each([
  ["Anthropic", anthropic, (request: never) => checkAnthropic(request)],
  ["Google", google, (request: never) => checkGoogle(request)],
] as const)("%s", (_, requests, check) => {
  test.each(Object.entries(requests))("%s", (rule, request) => {
    const problems = check(request as never);
    expect([...new Set(problems.map((problem) => problem.rule))]).toEqual([rule]);
    for (const { source } of problems) {
      expect(docs).toContain(`| \`${rule}\` |`);
      expect(docs).toContain(source);
    }
  });
});

test("an unanswered call at the end, and marks in all places, are found with their index", () => {
  expect(checkAnthropic({ messages: [asked, says(use("a"))] })).toMatchObject([
    { rule: "missing-result", index: 1 },
  ]);
  expect(checkGoogle({ contents: [said, model(call("f"))] })).toMatchObject([
    { rule: "response-count", index: 1 },
  ]);
});
