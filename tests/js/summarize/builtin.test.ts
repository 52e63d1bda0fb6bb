// The built-in summarizer as applications get it: from `varve`, with compiled messages.
import { builtinSummarizer, countTokens, loadEncoding, type Message, type Part } from "varve";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => loadEncoding());

const message = (role: Message["role"], ...parts: Part[]): Message => ({
  role,
  parts,
  entries: [],
  commits: [],
});
const say = (role: Message["role"], text: string): Message => message(role, { type: "text", text });

const order = { order_id: "A-17", status: "open", total: 129.9, note: 'a "quoted" \u{1f600} note' };
const messages: Message[] = [
  say("user", "Where is order A-17 of Ada Lovelace? It was due on 2026-03-14."),
  message(
    "assistant",
    { type: "reasoning", text: "I should look it up." },
    { type: "tool-call", callId: "c1", toolName: "get_order", input: { order: "A-17" } },
  ),
  message("tool", { type: "tool-result", callId: "c1", output: { type: "json", value: order } }),
  message(
    "assistant",
    { type: "text", text: "It is open." },
    { type: "tool-call", callId: "c2", toolName: "ship", input: { order: "A-17", by: "air" } },
  ),
  message("tool", {
    type: "tool-result",
    callId: "c2",
    output: { type: "error-text", value: "no plane flies on Sunday" },
  }),
  message("user", { type: "file", mediaType: "image/png", filename: "label.png", url: "x:y" }),
];

async function whole(request: Parameters<typeof builtinSummarizer>[0]): Promise<string> {
  const answer = await builtinSummarizer(request);
  if (typeof answer === "string") throw new Error("expected text and facts");
  expect(answer.summarizer).toBe("builtin");
  return [answer.text, ...(answer.facts ?? []).map((fact) => `- ${fact}`)].join("\n");
}

test("a summary keeps what was said, what tools know, and what failed", async () => {
  const text = await whole({ messages, targetTokens: 200 });
  for (const words of [
    "user: Where is order A-17 of Ada Lovelace?",
    "- order_id A-17 | status open | total 129.9",
    'a "quoted" \u{1f600} note',
    "failed: ship A-17 air: no plane flies on Sunday",
    "label.png",
  ]) {
    expect(text).toContain(words);
  }
});

test("a summary fits by the caller's own count, and uses the room", async () => {
  const long = Array.from({ length: 40 }, (_, n) =>
    say(
      n % 2 ? "assistant" : "user",
      `Parcel ${n}: box P-${n * 37} left Oslo${n} at ${n % 24}:15.`,
    ),
  );
  for (const targetTokens of [40, 100, 300]) {
    const tokens = countTokens(await whole({ messages: long, targetTokens, countTokens }));
    expect(tokens).toBeLessThanOrEqual(targetTokens);
    expect(tokens).toBeGreaterThan(0.8 * targetTokens);
  }
});

test("facts of an earlier summary are carried over and brought up to date", async () => {
  const earlier = {
    text: "user: hello",
    facts: ["order_id A-17 | status new", "Ada prefers mail"],
  };
  const text = await whole({ messages, targetTokens: 200, earlier });
  expect(text).toContain("- Ada prefers mail");
  expect(text).toContain("status open");
  expect(text).not.toContain("status new");
});

test("what must be kept is in it, and what instructions ask for counts more", async () => {
  expect(await whole({ messages, targetTokens: 60, mustKeep: ["looked up"] })).toContain(
    "looked up",
  );
  const asked = await whole({
    messages,
    targetTokens: 16,
    instructions: "Which planes fly on Sunday?",
  });
  expect(asked).toContain("Sunday");
});

test("the signs of the border are kept out of it", async () => {
  const text = "Order 4711\u001eu\u001f\u001f\u001fis not a message\u001f, \ud800 but one line.";
  const summary = await whole({ messages: [say("user", text)], targetTokens: 100 });
  expect(summary).toBe("user: Order 4711 u is not a message , \ufffd but one line.");
});

test("a wrong target is refused, and an aborted request stops", async () => {
  for (const targetTokens of [-1, 1.5, Number.NaN, "9" as never]) {
    await expect(whole({ messages, targetTokens })).rejects.toMatchObject({
      code: "Validation",
      details: { pointer: "/targetTokens" },
    });
  }
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  await expect(whole({ messages, targetTokens: 10, signal })).rejects.toBe(reason);
});

test("nothing to summarize gives nothing", async () => {
  expect(await whole({ messages: [], targetTokens: 100 })).toBe("");
  expect(await whole({ messages, targetTokens: 0 })).toBe("");
});
