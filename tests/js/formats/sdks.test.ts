// The real SDKs, with a network that only listens: what is spread into a call is what is sent.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { afterEach, expect, test, vi } from "vitest";
import { fromAnthropic, toAnthropic } from "../../../js/src/formats/anthropic.js";
import { fromGoogle, toGoogle } from "../../../js/src/formats/google.js";
import { fixtures as anthropic } from "./anthropic/fixtures.js";
import { fixtures as google } from "./google/fixtures.js";
import { exact } from "./support.js";

afterEach(() => vi.unstubAllGlobals());

/** A network that notes the bodies it is given, and answers with one of its own. */
function listening(answer: object) {
  const bodies: unknown[] = [];
  const fetch = async (_: unknown, init?: RequestInit) => {
    bodies.push(JSON.parse(String(init?.body)));
    return new Response(JSON.stringify(answer), {
      headers: { "content-type": "application/json" },
    });
  };
  return { bodies, fetch };
}

test("Anthropic's SDK sends what came in, and its answer is read", async () => {
  const answer = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-opus-4-8",
    content: [{ type: "text", text: "hi" }],
    usage: {},
  };
  const { bodies, fetch } = listening(answer);
  const client = new Anthropic({ apiKey: "none", fetch });
  for (const request of Object.values(anthropic)) {
    const own = { model: "claude-opus-4-8", max_tokens: 1 };
    const given = await client.messages.create({ ...own, ...toAnthropic(fromAnthropic(request)) });
    expect(exact(bodies.pop())).toBe(exact({ ...own, ...request }));
    expect(fromAnthropic([given])[0]).toMatchObject({ role: "assistant", parts: answer.content });
  }
});

test("Google's SDK sends what came in, and its answer is read", async () => {
  const content = { role: "model", parts: [{ text: "hi", thoughtSignature: "S" }] };
  const { bodies, fetch } = listening({ candidates: [{ content }] });
  vi.stubGlobal("fetch", fetch);
  const ai = new GoogleGenAI({ apiKey: "none" });
  const names = [
    "texts, one or several to a content",
    "the system instruction as a content",
    "the first of parallel calls carries the signature",
    "a signature on an empty text, thoughts with signatures",
    "ids present",
    "ids absent",
  ];
  for (const name of names) {
    const { contents, systemInstruction } = google[name] as (typeof google)[string];
    const request = toGoogle(fromGoogle(contents, { systemInstruction }));
    const given = await ai.models.generateContent({ model: "gemini-3-pro", ...request });
    const sent = bodies.pop() as { contents: unknown; systemInstruction?: unknown };
    expect(exact(sent.contents)).toBe(exact(contents));
    expect(sent).not.toHaveProperty("warnings");
    if (systemInstruction) expect(sent.systemInstruction).toEqual(systemInstruction);
    const [payload] = fromGoogle([given.candidates?.[0]?.content], { model: "gemini-3-pro" });
    expect(toGoogle([payload as never]).contents).toEqual([content]);
  }
});
