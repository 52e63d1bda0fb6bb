// The package counts as OpenAI's own tokenizer does (npm `tiktoken`), in every encoding.
import { get_encoding, type Tiktoken, type TiktokenEncoding } from "tiktoken";
import { createVarve } from "varve";
import { cl100k_base } from "varve/encodings/cl100k_base";
import { o200k_base } from "varve/encodings/o200k_base";
import { o200k_harmony } from "varve/encodings/o200k_harmony";
import { p50k_base } from "varve/encodings/p50k_base";
import { p50k_edit } from "varve/encodings/p50k_edit";
import { r50k_base } from "varve/encodings/r50k_base";
import { countTokens, decode, decodeBytes, encode, loadEncoding } from "varve/tokens";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const TEXTS = [
  "",
  "hello world",
  "It's 12345 o'clock, ISN'T it?\n\n  Yes…\r\n\t- no  ",
  "const f = async (x) => { return await g(x?.y ?? 0); }; // ok\n".repeat(50),
  '{"id": "c0ffee", "values": [1, 2.5, -3e10], "nested": {"ok": true, "none": null}}',
  "Straße, naïve café; Все люди рождаются свободными; 人人生而自由，在尊严和权利上一律平等。",
  "يولد جميع الناس أحراراً سبھی انسان सभी मनुष्यों को มนุษย์ทั้งหลาย 모든 인간은 すべての人間は",
  "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 1️⃣ \u{1f9d1}\u{1f3fd}\u200d\u{1f680}",
  "e\u0301 \u0301\u0301 \ufb01 \u{10ffff} \u{378} \0\u0001",
  "<|endoftext|> and <|im_start|> are text",
  "a".repeat(5000),
  `${" ".repeat(3000)}x`,
  "混合text与code(); ".repeat(300),
];

const assets = [o200k_base, o200k_harmony, cl100k_base, p50k_base, p50k_edit, r50k_base];

describe.each(assets)("$name", (asset) => {
  const { name } = asset;
  let theirs: Tiktoken;
  beforeAll(async () => {
    await loadEncoding(asset);
    // npm's tiktoken has no o200k_harmony; its plain tokens are those of o200k_base.
    theirs = get_encoding((name === "o200k_harmony" ? "o200k_base" : name) as TiktokenEncoding);
  });
  afterAll(() => theirs.free());

  test.each(TEXTS.map((text) => [text.slice(0, 30), text]))("%j", (_, text) => {
    const expected = theirs.encode_ordinary(text);
    expect(encode(text, { encoding: name })).toEqual(expected);
    expect(countTokens(text, name)).toBe(expected.length);
    expect(decode(expected, name)).toBe(text);
  });

  test("repositories count the same, texts of any length", async () => {
    const chat = await createVarve({ encoding: asset }).open("chat");
    for (const text of [...TEXTS, "much of it, é, ".repeat(1 << 16), "and little after"]) {
      const { tokenCount } = await chat.user(text);
      expect(tokenCount, text.slice(0, 30)).toBe(countTokens(text, name));
    }
    expect((await chat.compile()).tokenSource).toBe(`tiktoken:${name}`);
  });

  test("bytes of a token need not be a whole character", () => {
    const [first] = encode("🫠", { encoding: name });
    expect(decodeBytes([first as number], name)).toEqual(
      theirs.decode(Uint32Array.of(first as number)),
    );
  });
});

test("the other reading of the byte order mark and NEL is not taken over", async () => {
  await loadEncoding();
  // JavaScript's \s has U+FEFF and not U+0085; the pattern's is the other way round.
  const theirs = get_encoding("o200k_base");
  for (const text of ["\ufeff\ufeff a", "a\u0085\u0085 b", "\u0085\ufeff\n"]) {
    expect(encode(text)).toEqual(theirs.encode_ordinary(text));
  }
  theirs.free();
});

test("a lone surrogate counts as what a model receives, U+FFFD", async () => {
  await loadEncoding();
  for (const text of ["\ud800", "a\udfffb", "x\ud83d y"]) {
    expect(encode(text)).toEqual(encode(text.replace(/[\ud800-\udfff]/g, "\ufffd")));
  }
});

test("texts of every length cross the border whole, also long ones beyond ASCII", async () => {
  await loadEncoding();
  for (const length of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
    expect(countTokens(" a".repeat(length))).toBe(length);
    const wide = "中".repeat(length);
    expect(decode(encode(wide)) === wide).toBe(true);
  }
  const large = " b".repeat(10_000_000);
  expect(countTokens(large)).toBe(10_000_000);
  expect(countTokens("and then a short one")).toBe(5);
});
