import fc from "fast-check";
import { createVarve, type MessagePayload } from "varve";
import { describe, expect, test } from "vitest";
import { fromAnthropic } from "../../../js/src/formats/anthropic.js";
import { fileTokens } from "../../../js/src/formats/files.js";
import { measureFile } from "../../../js/src/formats/measure.js";
import { formats, pdf64, picture, png } from "./file-fixtures.js";

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
