// Files: bytes are stored once, whatever way they came in, and go out as they came.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { createVarve, type MessagePayload } from "varve";
import { models } from "varve/models";
import { memoryAdapter } from "varve/testing";
import { describe, expect, test } from "vitest";
import {
  fromModelMessages,
  fromUIMessages,
  toModelMessages,
  toUIMessages,
} from "../../../js/src/formats/ai-sdk.js";
import { fromAnthropic, toAnthropic } from "../../../js/src/formats/anthropic.js";
import { check } from "../../../js/src/formats/check.js";
import { fileTokens } from "../../../js/src/formats/files.js";
import { fromGoogle, toGoogle } from "../../../js/src/formats/google.js";
import { measureFile } from "../../../js/src/formats/measure.js";
import type { Convertible } from "../../../js/src/formats/messages.js";
import {
  fromOpenAI,
  fromResponses,
  toOpenAI,
  toResponses,
} from "../../../js/src/formats/openai.js";
import { failure } from "../repository/support.js";

/** A PNG's header, and some bytes behind it. */
function png(width: number, height: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(300).map((_, index) => (index * seed * 7919) % 256);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const picture = png(1024, 1024);
const text64 = base64(picture);
const pdf64 = base64(new TextEncoder().encode(`%PDF-1.7 ${"/Type /Page /x ".repeat(9)}`));
const wav64 = base64(new Uint8Array(400).fill(7));
const url = `data:image/png;base64,${text64}`;

interface Format {
  given: readonly unknown[];
  from(given: readonly unknown[]): MessagePayload[];
  to(compiled: Convertible): unknown;
}

const call = { type: "function_call", call_id: "c1", name: "look", arguments: "{}" };
const use = { type: "tool_use", id: "c1", name: "look", input: {} };

const formats: Record<string, Format> = {
  "Chat Completions": {
    given: [
      {
        role: "user",
        content: [
          { type: "text", text: "look" },
          { type: "image_url", image_url: { url, detail: "high" } },
          { type: "image_url", image_url: { url: "https://example.org/a.png" } },
          { type: "input_audio", input_audio: { data: wav64, format: "wav" } },
          {
            type: "file",
            file: { file_data: `data:application/pdf;base64,${pdf64}`, filename: "a.pdf" },
          },
        ],
      },
    ],
    from: fromOpenAI,
    to: (compiled) => toOpenAI(compiled).messages,
  },
  Responses: {
    given: [
      {
        role: "user",
        content: [
          { type: "input_image", image_url: url, detail: "auto" },
          {
            type: "input_file",
            file_data: `data:application/pdf;base64,${pdf64}`,
            filename: "b.pdf",
          },
        ],
      },
      call,
      {
        type: "function_call_output",
        call_id: "c1",
        output: [
          { type: "input_text", text: "seen" },
          { type: "input_image", image_url: url },
        ],
      },
      { type: "image_generation_call", id: "ig_1", status: "completed", result: text64 },
      { type: "computer_call", call_id: "c2", id: "cc", action: { type: "screenshot" } },
      {
        type: "computer_call_output",
        call_id: "c2",
        output: { type: "computer_screenshot", image_url: url },
      },
    ],
    from: fromResponses,
    to: (compiled) => toResponses(compiled).input,
  },
  Anthropic: {
    given: [
      {
        role: "user",
        content: [
          { type: "image", source: { type: "base64", media_type: "image/png", data: text64 } },
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: pdf64 },
            title: "a.pdf",
            cache_control: { type: "ephemeral" },
          },
        ],
      },
      { role: "assistant", content: [use] },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "c1",
            content: [
              { type: "image", source: { type: "base64", media_type: "image/png", data: text64 } },
            ],
          },
        ],
      },
    ],
    from: fromAnthropic,
    to: (compiled) => toAnthropic(compiled).messages,
  },
  Google: {
    given: [
      {
        role: "user",
        parts: [
          { inlineData: { mimeType: "image/png", data: text64 } },
          { inlineData: { mimeType: "audio/wav", data: wav64, displayName: "a.wav" } },
          { fileData: { fileUri: "gs://a/b", mimeType: "video/mp4" } },
        ],
      },
      { role: "model", parts: [{ functionCall: { id: "c1", name: "look", args: {} } }] },
      {
        role: "user",
        parts: [
          {
            functionResponse: {
              id: "c1",
              name: "look",
              response: { output: "seen" },
              parts: [{ inlineData: { mimeType: "image/png", data: text64 } }],
            },
          },
        ],
      },
    ],
    from: fromGoogle,
    to: (compiled) => toGoogle(compiled).contents,
  },
  "AI SDK, model messages": {
    given: [
      {
        role: "user",
        content: [
          { type: "image", image: picture },
          { type: "file", data: picture.buffer, mediaType: "image/png", filename: "a.png" },
          { type: "file", data: text64, mediaType: "image/png" },
          { type: "file", data: { type: "data", data: picture }, mediaType: "image/png" },
          { type: "file", data: url, mediaType: "image/png" },
        ],
      },
      {
        role: "assistant",
        content: [{ type: "tool-call", toolCallId: "c1", toolName: "look", input: {} }],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "c1",
            toolName: "look",
            output: {
              type: "content",
              value: [
                { type: "text", text: "seen" },
                { type: "image-data", data: text64, mediaType: "image/png" },
                { type: "media", data: text64, mediaType: "image/png" },
              ],
            },
          },
        ],
      },
    ],
    from: fromModelMessages,
    to: (compiled) => toModelMessages(compiled).messages,
  },
  "AI SDK, UI messages": {
    given: [
      {
        id: "m1",
        role: "user",
        parts: [
          { type: "text", text: "look" },
          { type: "file", mediaType: "image/png", url, filename: "a.png" },
        ],
      },
    ],
    from: fromUIMessages,
    to: (compiled) => toUIMessages(compiled).messages,
  },
};

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

describe("tokens of files", () => {
  test.each([
    // OpenAI, Images and vision: calculating costs
    ["gpt-4o", 1024, 1024, 765],
    ["gpt-4o", 2048, 4096, 1105],
    ["gpt-4o-mini", 1024, 1024, 25501],
    ["gpt-5", 1024, 1024, 630],
    ["o3", 512, 512, 225],
    ["gpt-4.1-mini", 1024, 1024, 1659],
    ["gpt-4.1-mini", 9000, 9000, 2489],
    // Claude, Vision
    ["claude-sonnet-4-5", 200, 200, 54],
    ["claude-sonnet-4-5", 1000, 1000, 1334],
    ["claude-sonnet-4-5", 4000, 4000, 1600],
    ["claude-opus-4-7", 4000, 2000, 4424],
    // Gemini, Understand and count tokens
    ["gemini-2.5-pro", 384, 384, 258],
    ["gemini-2.5-pro", 960, 540, 516],
    ["gemini-3-pro", 10, 10, 1120],
  ])("of %s for %d x %d pixels are %d", (model, width, height, tokens) => {
    expect(fileTokens(png(width, height), { model })).toBe(tokens);
  });

  test("are known of other files as far as they say it, and 1000 of all others", () => {
    expect(fileTokens(png(4000, 4000), { model: "gpt-4o", detail: "low" })).toBe(85);
    const pdf = Buffer.from(pdf64, "base64");
    expect(fileTokens(pdf)).toBe(9 * 1500);
    expect(fileTokens(pdf, { model: "gemini-2.5-flash" })).toBe(9 * 258);
    expect(fileTokens(new Uint8Array())).toBe(1000);
    expect(fileTokens(new TextEncoder().encode("plain"))).toBe(1000);
    expect(fileTokens(png(0, 0))).toBe(1000);
  });

  const header = (...parts: (string | number[])[]) =>
    Uint8Array.from(
      parts.flatMap((part) =>
        typeof part === "string" ? [...part].map((unit) => unit.charCodeAt(0)) : part,
      ),
    );

  test.each([
    ["GIF", header("GIF89a", [0x40, 1, 0xf0, 0]), { width: 320, height: 240 }],
    [
      "JPEG",
      header([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 11, 8, 0, 240, 1, 64]),
      { width: 320, height: 240 },
    ],
    [
      "WebP, lossy",
      header("RIFF", [0, 0, 0, 0], "WEBPVP8 ", Array(10).fill(0), [0x40, 1, 0xf0, 0]),
      { width: 320, height: 240 },
    ],
    [
      "WebP, lossless",
      header("RIFF", [0, 0, 0, 0], "WEBPVP8L", [0, 0, 0, 0, 0x2f, 0x3f, 0xc1, 0x3b, 0, 0]),
      { width: 320, height: 240 },
    ],
    [
      "WebP, extended",
      header("RIFF", [0, 0, 0, 0], "WEBPVP8X", Array(8).fill(0), [0x3f, 1, 0, 0xef, 0, 0]),
      { width: 320, height: 240 },
    ],
    [
      "WAV",
      header("RIFF", [0, 0, 0, 0], "WAVE", Array(16).fill(0), [100, 0, 0, 0], Array(212).fill(0)),
      { seconds: 2 },
    ],
    ["MP3", header("ID3", Array(31997).fill(0)), { seconds: 2 }],
  ])("%s is measured", (_, bytes, expected) => {
    expect(measureFile(bytes)).toMatchObject(expected);
  });

  test("whatever a file begins with, are a number above 0, soon", () => {
    const heads = [
      "\x89PNG",
      "GIF8",
      "\xff\xd8\xff",
      "RIFF____WEBPVP8X",
      "RIFF____WAVE",
      "%PDF",
      "ID3",
    ];
    const some = fc.tuple(
      fc.constantFrom(...heads),
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom("claude", "gemini-2.0", "gpt-4.1-nano", ""),
    );
    fc.assert(
      fc.property(some, ([head, rest, model]) => {
        const tokens = fileTokens(header(head, [...rest]), { model });
        expect(Number.isSafeInteger(tokens) && tokens > 0).toBe(true);
      }),
    );
    const long = new Uint8Array(1 << 22).fill(0xff);
    long.set([0xff, 0xd8]);
    expect(fileTokens(long)).toBe(1000);
  });

  test("are counted with the entry, by the converter's provider or as the caller says", async () => {
    const chat = await createVarve({ encoding: "approximate" }).open("x");
    const file = { type: "file", mediaType: "image/png", data: picture } as const;
    expect((await chat.user([file])).tokenCount).toBe(765);
    const other = { ...file, data: png(1024, 1024, 3) };
    expect((await chat.user([{ ...other, tokens: 9 }])).tokenCount).toBe(9);
    const [payload] = fromAnthropic(formats.Anthropic?.given.slice(0, 1) as unknown[]);
    const { tokenCount } = await chat.commit({
      ...(payload as MessagePayload),
      parts: payload?.parts.slice(0, 1) ?? [],
    });
    expect(tokenCount).toBe(1399);
  });
});

describe("bytes given to a repository", () => {
  const part = (data: Uint8Array) => ({ type: "file", mediaType: "image/png", data }) as const;

  test("are copied, of whichever array, and are the caller's own when they are read", async () => {
    const chat = await createVarve({ counter: null }).open("x");
    const given = Buffer.from("xx, a picture, xx").subarray(4, 13);
    await chat.user([part(given)], { id: "a" });
    given.fill(0);
    const { payload } = (await chat.get("a")) as unknown as {
      payload: { parts: { data: string }[] };
    };
    const hash = payload.parts[0]?.data as string;
    const bytes = (await chat.bytes(hash)) as Uint8Array;
    expect(Buffer.from(bytes).toString()).toBe("a picture");
    bytes.fill(0);
    expect(Buffer.from((await chat.bytes(hash)) as Uint8Array).toString()).toBe("a picture");
    expect((await chat.files([payload])).get(hash)).toHaveLength(9);
    await chat.edit("a", {
      contentType: "message",
      role: "user",
      parts: [{ type: "text", text: "this:" }, { ...payload.parts[0] } as never],
    });
    expect((await chat.compile()).files.size).toBe(1);
    expect((await chat.compile({ files: false })).files.size).toBe(0);
    expect(await chat.bytes("0".repeat(64))).toBe(null);
    expect((await failure(chat.bytes("no hash"))).code).toBe("Validation");
  });

  test("come with turns, batches and arrays that are the truth, and change them", async () => {
    const chat = await createVarve({ counter: null }).open("x");
    const shown = async () => [...(await chat.compile()).files.values()].map((each) => each[299]);
    await chat.batch(async (tx) => {
      await tx.user([part(png(1, 1, 1))]);
      await tx.user([part(png(1, 1, 2))]);
    });
    expect(await shown()).toEqual([png(1, 1, 1)[299], png(1, 1, 2)[299]]);
    const turn = chat.turn({ id: "t" });
    const drawn = png(1, 1, 3);
    turn.write({ type: "text-delta", text: "here" }).write(part(drawn));
    drawn.fill(0);
    await turn.save();
    const payloads = (seed: number): MessagePayload[] => [
      { contentType: "message", role: "assistant", parts: [part(png(1, 1, seed))] },
    ];
    expect((await shown())[2]).toBe(png(1, 1, 3)[299]);
    await turn.finish({ status: "complete", payloads: payloads(4) });
    expect((await shown())[2]).toBe(png(1, 1, 4)[299]);

    const synced = await createVarve({ counter: null }).open("y");
    const format = (all: readonly { id: string; seed: number }[]): MessagePayload[] =>
      all.map(({ seed }) => ({
        contentType: "message",
        role: "user",
        parts: [part(png(1, 1, seed))],
      }));
    const messages = [1, 2, 3].map((seed) => ({ id: `m${seed}`, seed }));
    expect((await synced.sync(messages, { format })).appended).toHaveLength(3);
    expect(await synced.sync(messages, { format })).toMatchObject({ appended: [], edited: [] });
    messages[1] = { id: "m2", seed: 9 };
    expect((await synced.sync(messages, { format })).edited).toHaveLength(1);
    const again = await synced.at("main");
    expect(await again.sync(messages, { format })).toMatchObject({ appended: [], edited: [] });
    const last = await again.compile();
    expect([...last.files.values()].map((each) => each[299])).toEqual(
      [1, 9, 3].map((seed) => png(1, 1, seed)[299]),
    );
  });

  test("where they make no sense are refused by name", async () => {
    const chat = await createVarve({ counter: null }).open("x");
    const bytes = new Uint8Array(3);
    const code = async (run: unknown) => (await failure(run as Promise<unknown>)).code;
    expect(await code(chat.user([{ type: "text", text: "x", data: bytes } as never]))).toBe(
      "Validation",
    );
    expect(await code(chat.user([{ ...part(bytes), tokens: -1 }]))).toBe("Validation");
    expect(await code(chat.user([{ type: "file", mediaType: "a/b", data: 0 } as never]))).toBe(
      "Validation",
    );
    expect(
      await code(chat.user([part(bytes), { type: "file", mediaType: "a/b", data: 0 } as never])),
    ).toBe("Validation");
    expect(await code(chat.user([{ ...part(bytes), data: new ArrayBuffer(3) } as never]))).toBe(
      "Validation",
    );
    await chat.user("there", { id: "a" });
    expect(await code(chat.setNote("a", "n", { type: "file", data: bytes } as never))).toBe(
      "Validation",
    );
    expect(await code(chat.user("x", { metadata: { data: bytes } as never }))).toBe("Validation");
    const turn = chat.turn();
    expect(() => turn.write({ type: "text", text: "x", data: bytes } as never)).toThrow();
    expect((await chat.history()).commits).toHaveLength(1);
  });

  test("larger than the store takes are TooLarge, and leave nothing behind", async () => {
    const storage = memoryAdapter({ maxObjectBytes: 2000 });
    const chat = await createVarve({ counter: null, storage }).open("x");
    await chat.user([part(new Uint8Array(1500))]);
    const error = await failure(chat.user([part(new Uint8Array(2001))]));
    expect(error.code).toBe("TooLarge");
    expect((await chat.verify()).objects).toBe(2);
    expect((await chat.compile()).messages).toHaveLength(1);
  });
});
