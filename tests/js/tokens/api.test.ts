// What token counting promises besides the figures.
import { readFileSync } from "node:fs";
import { get_encoding } from "tiktoken";
import * as whole from "varve";
import { createVarve } from "varve";
import { cl100k_base } from "varve/encodings/cl100k_base";
import * as tokens from "varve/tokens";
import { beforeAll, describe, expect, test, vi } from "vitest";

describe.each([
  ["varve", whole],
  ["varve/tokens", tokens],
])("%s", (_, { countTokens, encode, isWithinTokenLimit, loadEncoding, ...api }) => {
  test("counting before loading tells what to do", () => {
    expect(() => countTokens("x", "r50k_base")).toThrow(/await loadEncoding\("r50k_base"\)/);
  });

  test("the default encoding loads by itself, once for all who ask", async () => {
    const first = loadEncoding();
    expect(loadEncoding("o200k_base")).toBe(first);
    await first;
    expect(countTokens("hello world")).toBe(2);
  });

  test("o200k_harmony needs no vocabulary of its own", async () => {
    await loadEncoding("o200k_harmony");
    const options = { encoding: "o200k_harmony", allowedSpecial: "all" } as const;
    expect([...encode("<|start|>user", options)]).toEqual([200006, 1428]);
  });

  test("others are given, not guessed", async () => {
    await expect(loadEncoding("cl100k_base")).rejects.toThrow(
      /import { cl100k_base } from "varve\/encodings\/cl100k_base"/,
    );
    await loadEncoding(cl100k_base);
    expect(countTokens("hello world", "cl100k_base")).toBe(2);
  });

  test("what is no vocabulary is refused, and can be tried again", async () => {
    const bad = { name: "r50k_base", vocabulary: "?" } as const;
    await expect(loadEncoding(bad)).rejects.toMatchObject({ code: "BadVocabulary" });
    await expect(loadEncoding(bad)).rejects.toMatchObject({ code: "BadVocabulary" });
  });

  test("an unknown encoding is an error that lists what is known", async () => {
    const unknown = "o300k" as "o200k_base";
    await expect(loadEncoding(unknown)).rejects.toMatchObject({
      code: "UnknownEncoding",
      details: { known: [...api.encodingNames] },
    });
    await loadEncoding();
    expect(() => countTokens("x", unknown)).toThrow(
      /unknown encoding "o300k"; known are o200k_base/,
    );
  });

  test("a limit gives the count or false", async () => {
    await loadEncoding();
    expect(isWithinTokenLimit("one two three", 3)).toBe(3);
    expect(isWithinTokenLimit("one two three", 2)).toBe(false);
    expect(isWithinTokenLimit("", 0)).toBe(0);
    expect(isWithinTokenLimit("x", -1)).toBe(false);
    expect(isWithinTokenLimit("x", 0.5)).toBe(false);
    expect(isWithinTokenLimit("x", Number.POSITIVE_INFINITY)).toBe(1);
    expect(isWithinTokenLimit("", Number.NaN)).toBe(0);
  });
});

describe("special tokens", () => {
  beforeAll(() => tokens.loadEncoding());

  test("stand for themselves only where they are allowed", () => {
    const text = "a<|endoftext|>b<|endofprompt|>";
    const theirs = get_encoding("o200k_base");
    expect(tokens.encode(text)).toEqual(theirs.encode_ordinary(text));
    expect(tokens.encode(text, { allowedSpecial: "all" })).toEqual(theirs.encode(text, "all"));
    expect(tokens.encode(text, { allowedSpecial: ["<|endoftext|>"] })).toEqual(
      theirs.encode(text, ["<|endoftext|>"], []),
    );
    theirs.free();
  });

  test("that the encoding does not have are refused", () => {
    expect(() => tokens.encode("x", { allowedSpecial: ["<|x|>"] })).toThrow(
      expect.objectContaining({ code: "Validation" }),
    );
  });

  test("come back when decoded; unknown ids do not", () => {
    expect(tokens.decode([199999])).toBe("<|endoftext|>");
    expect(() => tokens.decode([199998])).toThrow(
      expect.objectContaining({ code: "UnknownToken" }),
    );
  });
});

describe("models", () => {
  test.each([
    ["gpt-4o", "o200k_base"],
    ["gpt-5.4-mini", "o200k_base"],
    ["gpt-4-0613", "cl100k_base"],
    ["gpt-oss-120b", "o200k_harmony"],
    ["ft:gpt-3.5-turbo:org::id", "cl100k_base"],
    ["text-davinci-edit-001", "p50k_edit"],
    ["gpt2", "r50k_base"],
  ])("%s uses %s", (model, encoding) => {
    expect(tokens.encodingForModel(model)).toBe(encoding);
  });

  test("that are unknown are an error that lists what is known, unless there is a fallback", () => {
    expect(() => tokens.encodingForModel("claude-opus-4")).toThrow(
      /"claude-opus-4"; known are o1-\*/,
    );
    const fallback = "o200k_base";
    expect(tokens.encodingForModel("claude-opus-4", { fallback })).toBe(fallback);
  });
});

describe("chats", () => {
  beforeAll(() => tokens.loadEncoding());
  const { countChat, countMessageTokens, countTokens } = tokens;

  test("the example that OpenAI publishes has the count it publishes", () => {
    const [, weather] = JSON.parse(fixture("tools.json"));
    const messages = [
      {
        role: "system",
        content: "You are a helpful assistant that can answer to questions about the weather.",
      },
      { role: "user", content: "What's the weather like in San Francisco?" },
    ];
    expect(countChat(messages, { tools: weather.tools })).toBe(101);
  });

  test("tools count as in a repository", () => {
    for (const { tools, tokens } of JSON.parse(fixture("tools.json"))) {
      expect(countChat([], { tools }), JSON.stringify(tools)).toBe(3 + tokens);
    }
  });

  test("names, calls and parts are counted", () => {
    expect(countChat([])).toBe(3);
    expect(countChat([{ role: "user", content: "hi", name: "Ada" }])).toBe(
      3 + 3 + 1 + 1 + 1 + countTokens("Ada"),
    );
    const call = { function: { name: "find", arguments: '{"q":1}' } };
    expect(countChat([{ role: "assistant", content: null, tool_calls: [call] }])).toBe(
      3 + 3 + countTokens("assistant") + countTokens("find") + countTokens('{"q":1}'),
    );
    expect(countMessageTokens([{ type: "text", text: "hello world" }, { type: "image_url" }])).toBe(
      2,
    );
    expect(countMessageTokens([{ type: "tool_result", content: [{ text: "ok" }] }])).toBe(1);
    expect(countMessageTokens({ a: 1 })).toBe(countTokens('{"a":1}'));
    expect(countMessageTokens(null)).toBe(0);
  });
});

describe("estimates", () => {
  const texts = [
    "",
    "Estimates are for budgets, not for bills. 12345 THINGS; camelCaseWords\n\n  indented\t\ttabs",
    "Все люди 人人生而自由 すべて 모든 인간은 ไทย हिन्दी ᏣᎳᎩ ቋንቋ 𐌰𐌻 👩‍👩‍👧 ∀ε>0 \u1e00\u0700",
    fixture("tools.json"),
  ];

  test("need neither module nor vocabulary", async () => {
    vi.resetModules();
    const fresh = await import("varve/tokens");
    expect(fresh.approximateTokens("hello world")).toBe(2);
  });

  test.each(texts)("are the same in TypeScript and in a repository: %j", async (text) => {
    const chat = await createVarve({ encoding: "approximate" }).open("chat");
    expect((await chat.user(text)).tokenCount).toBe(tokens.approximateTokens(text));
  });

  test("are near on ordinary text", async () => {
    await tokens.loadEncoding();
    const text = readFileSync("CONTRIBUTING.md", "utf8");
    const exact = tokens.countTokens(text);
    expect(Math.abs(tokens.approximateTokens(text) - exact) / exact).toBeLessThan(0.12);
  });
});

function fixture(name: string): string {
  return readFileSync(`tests/fixtures/${name}`, "utf8");
}
