// Files: bytes are stored once, whatever way they came in, and go out as they came.
import { createHash } from "node:crypto";
import { createVarve } from "varve";
import { models } from "varve/models";
import { describe, expect, test } from "vitest";
import { toModelMessages } from "../../../js/src/formats/ai-sdk.js";
import { fromAnthropic, toAnthropic } from "../../../js/src/formats/anthropic.js";
import { check } from "../../../js/src/formats/check.js";
import { toGoogle } from "../../../js/src/formats/google.js";
import { fromOpenAI, toOpenAI, toResponses } from "../../../js/src/formats/openai.js";
import { base64, formats, picture, text64, url } from "./file-fixtures.js";

describe.each(Object.entries(formats))("%s", (_, { given, from, to }) => {
  test("files come back as they were, from payloads and from a repository", async () => {
    const payloads = from(given);
    expect(to(payloads)).toEqual(given);
    const chat = await createVarve({ counter: null }).open("x");
    for (const payload of payloads) await chat.commit(payload);
    const compiled = await chat.compile({ dangling: "keep" });
    expect(to(compiled)).toEqual(given);
    expect(JSON.stringify(compiled.messages)).not.toContain(text64.slice(0, 80));
    expect(compiled.files.size).toBeGreaterThan(0);
    expect([...compiled.files.values()].map(base64)).toContain(text64);
  });

  test("equal bytes are stored once", async () => {
    const chat = await createVarve({ counter: null }).open("x");
    for (const payload of from(given)) await chat.commit(payload);
    for (const payload of from(given)) await chat.commit(payload);
    const { objects } = await chat.verify();
    const entries = new Set(from(given).map((payload) => JSON.stringify(payload))).size;
    const bytes = (await chat.compile({ dangling: "keep" })).files.size;
    expect(objects).toBe(entries + bytes);
  });

  test("where bytes were erased, a mark says so and nothing is left of them", async () => {
    const chat = await createVarve({ counter: null }).open("x");
    for (const payload of from(given)) await chat.commit(payload);
    const hash = createHash("sha256").update(picture).digest("hex");
    expect((await chat.compile()).files.has(hash)).toBe(true);
    await chat.erase(hash, "asked to");
    const compiled = await chat.compile({ dangling: "keep" });
    expect(compiled.files.has(hash)).toBe(false);
    expect(await chat.bytes(hash)).toBe(null);
    const written = JSON.stringify(to(compiled));
    expect(written).not.toContain(text64.slice(0, 80));
    expect(written).toContain("no longer available");
    expect((await chat.verify()).faults).toEqual([]);
  });
});

test("what is not exactly the base64 of its bytes stays as it is", () => {
  const odd = [
    `data:image/png;base64,${text64.slice(0, -1)}`,
    `data:image/png;base64,${"AB==".padStart(80, "A")}`,
    `data:image/png;charset=x;base64,${text64}`,
    `DATA:image/png;base64,${text64}`,
    `data:image/png;base64,${text64.slice(0, 76)}\n${text64.slice(76)}`,
    `data:;base64,${text64}`,
    `data:image/png,${text64}`,
  ];
  for (const each of odd) {
    const given = [{ role: "user", content: [{ type: "image_url", image_url: { url: each } }] }];
    const [payload] = fromOpenAI(given);
    expect(payload?.parts[0]).toMatchObject({ type: "file", url: each });
    expect(toOpenAI(fromOpenAI(given)).messages).toEqual(given);
  }
});

test("a tool's picture goes to every provider that takes one there", async () => {
  const chat = await createVarve({ counter: null }).open("x");
  const part = { type: "file", mediaType: "image/png", data: picture } as const;
  await chat.user("look");
  await chat.assistant([{ type: "tool-call", callId: "c1", toolName: "look", input: {} }]);
  const output = { type: "content", value: [{ type: "text", text: "seen" }, part] } as const;
  await chat.commit({
    contentType: "message",
    role: "tool",
    parts: [{ type: "tool-result", callId: "c1", toolName: "look", output }],
  });
  const compiled = await chat.compile();
  expect(toAnthropic(compiled).messages[2]?.content).toMatchObject([
    { content: [{ type: "text" }, { type: "image", source: { data: text64 } }] },
  ]);
  expect(toResponses(compiled).input[2]).toMatchObject({
    output: [{ type: "input_text" }, { type: "input_image", image_url: url }],
  });
  expect(toModelMessages(compiled).messages[2]).toMatchObject({
    content: [{ output: { value: [{ type: "text" }, { type: "image-data", data: text64 }] } }],
  });
  const { messages, warnings } = toOpenAI(compiled);
  expect(messages[2]?.content).toHaveLength(2);
  expect(JSON.stringify(messages)).not.toContain(text64.slice(0, 80));
  expect(warnings).toMatchObject([{ kind: "dropped-part", index: 2 }]);
});

describe("a model that takes no pictures", () => {
  const given = formats.Anthropic?.given as readonly unknown[];

  test("gets marks in words, and a warning for each", () => {
    const payloads = fromAnthropic(given);
    for (const to of [toOpenAI, toResponses, toAnthropic, toGoogle, toModelMessages]) {
      const request = to(payloads, { accepts: ["pdf"] });
      expect(JSON.stringify(request)).not.toContain(text64.slice(0, 80));
      expect(JSON.stringify(request)).toContain("this model cannot read it");
      const kinds = request.warnings.filter(({ kind }) => kind === "unsupported-file");
      expect(kinds.map(({ index }) => index)).toEqual([0, 2]);
    }
    const all = toAnthropic(payloads, { accepts: ["image", "pdf"] });
    expect(all.messages).toEqual(given);
    const url = [{ type: "file", mediaType: "image/*", url: "https://x.org/a" } as const];
    const [only] = toOpenAI([{ role: "user", parts: url }], { accepts: [] }).messages;
    expect(only?.content).toBe("[a file of image/*: not shown, as this model cannot read it]");
  });

  test("is known by the table of models, and the check names what it would refuse", () => {
    expect(models["gpt-3.5-turbo"].accepts).toEqual([]);
    expect(models["gpt-4o"].accepts).toContain("image");
    const { messages } = toAnthropic(fromAnthropic(given));
    const rules = (accepts: readonly ("image" | "pdf")[] | undefined) =>
      check(messages, "anthropic", { accepts }).map(({ rule, index }) => [rule, index]);
    expect(rules(undefined)).toEqual([]);
    expect(rules(["image", "pdf"])).toEqual([]);
    expect(rules(["image"])).toEqual([["unsupported-media", 0]]);
    expect(rules([])).toEqual([
      ["unsupported-media", 0],
      ["unsupported-media", 0],
      ["unsupported-media", 2],
    ]);
    for (const { given, from } of Object.values(formats)) {
      expect(
        check(toOpenAI(from(given)).messages, "openai-chat", {
          accepts: ["image", "audio", "video", "pdf"],
        }),
      ).toEqual([]);
    }
  });
});
