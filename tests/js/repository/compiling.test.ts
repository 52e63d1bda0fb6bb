// The compile: what a model sees.
import { createVarve, type Repository } from "varve";
import { describe, expect, test } from "vitest";
import { failure, NOW, open, texts, view } from "./support.js";

const characters = { name: "characters", count: (text: string) => text.length };

async function counted(): Promise<Repository> {
  return createVarve({ counter: characters, clock: () => NOW }).open("test");
}

describe("the result", () => {
  test("holds messages with their entries and commits", async () => {
    const chat = await open();
    const first = await chat.instruction("be brief", { id: "i" });
    const second = await chat.user("hello", { id: "u" });
    const { messages, head, commitCount, warnings, proposals } = await chat.prepare();
    expect(messages).toEqual([
      {
        role: "system",
        parts: [{ type: "text", text: "be brief" }],
        entries: ["i"],
        commits: [first.hash],
      },
      {
        role: "user",
        parts: [{ type: "text", text: "hello" }],
        entries: ["u"],
        commits: [second.hash],
      },
    ]);
    expect({ head, commitCount, warnings, proposals }).toEqual({
      head: second.hash,
      commitCount: 2,
      warnings: [],
      proposals: [],
    });
  });

  test("of an empty repository is empty", async () => {
    const compiled = await (await open()).compile();
    expect(compiled.messages).toEqual([]);
    expect(compiled.head).toBeUndefined();
  });

  test("is frozen, and so are its messages, all the way down", async () => {
    const chat = await open();
    await chat.user([{ type: "text", text: "x", provider: { a: { b: [1] } } }]);
    const compiled = await chat.compile();
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(compiled)).toBe(true);
    expect(frozen(compiled.messages)).toBe(true);
  });

  test("has the same message objects as before where nothing changed", async () => {
    const chat = await open();
    for (let turn = 0; turn < 10; turn++) await chat.user(`${turn}`, { id: `${turn}` });
    const first = (await chat.compile()).messages;
    expect((await chat.compile()).messages).toBe(first);
    await chat.user("new");
    await chat.edit("4", { contentType: "dialogue", role: "user", text: "edited" });
    const second = (await chat.compile()).messages;
    expect(second).toHaveLength(11);
    for (const [index, message] of first.entries()) {
      if (index === 4) expect(second[index]).not.toBe(message);
      else expect(second[index]).toBe(message);
    }
  });

  test("stays what it was, whenever it is read", async () => {
    const chat = await open();
    const expected: string[][] = [];
    const results = [];
    for (let turn = 0; turn < 20; turn++) {
      await chat.user(`${turn}`, { id: `${turn}` });
      if (turn % 3 === 2) await chat.delete(`${turn - 1}`);
      if (turn % 5 === 4)
        await chat.edit(`${turn}`, { contentType: "dialogue", role: "user", text: `${turn}!` });
      if (turn % 4 === 0) expected[results.length] = await view(await chat.at(chat.head ?? ""));
      results.push(await chat.compile());
    }
    for (const [index, texted] of Object.entries(expected)) {
      expect(texts(results[Number(index)]?.messages ?? [])).toEqual(texted);
    }
    expect(results.map(({ messages }) => messages.length)).toEqual(
      results.map((_, turn) => turn + 1 - Math.floor((turn + 1) / 3)),
    );
  });

  test("of branches that are compiled in turn is right for each", async () => {
    const chat = await open();
    await chat.user("start");
    const names = Array.from({ length: 12 }, (_, index) => `b${index}`);
    for (const name of names) {
      await chat.branch(name);
      await (await chat.at(name)).user(name);
    }
    const early = new Map();
    for (const name of names) early.set(name, await (await chat.at(name)).compile());
    for (const name of [...names, ...names.toReversed()]) {
      expect(await view(await chat.at(name))).toEqual(["start", name]);
      expect(texts(early.get(name).messages)).toEqual(["start", name]);
    }
  });
});

describe("time travel", () => {
  test("shows a commit, tag, branch or time as it was", async () => {
    const chat = await open();
    await chat.user("one", { id: "a" });
    await chat.user("two");
    await chat.tag("v1");
    const { head } = chat;
    chat.clock.now = NOW + 1000;
    await chat.edit("a", { contentType: "dialogue", role: "user", text: "ONE" });
    await chat.branch("other", { from: "v1" });
    for (const asOf of [head, head?.slice(0, 10), "v1", "other", NOW, new Date(NOW + 999)]) {
      expect(texts((await chat.compile({ asOf })).messages), `${asOf}`).toEqual(["one", "two"]);
    }
    expect(texts((await chat.compile({ asOf: NOW + 1000 })).messages)).toEqual(["ONE", "two"]);
  });

  test("knows the annotations of then", async () => {
    const chat = await open();
    const { hash } = await chat.user("one", { id: "a" });
    await chat.user("two");
    chat.clock.now = NOW + 1000;
    await chat.skip("a");
    expect(texts((await chat.compile({ asOf: hash })).messages)).toEqual(["one"]);
    expect(texts((await chat.compile({ asOf: NOW })).messages)).toEqual(["one", "two"]);
    expect(texts((await chat.compile({ asOf: NOW + 1000 })).messages)).toEqual(["two"]);
  });

  test("to nowhere is an error", async () => {
    const chat = await open();
    await chat.user("one");
    for (const asOf of ["nope", NOW - 1]) {
      expect(await failure(chat.compile({ asOf }))).toMatchObject({ code: "CommitNotFound" });
    }
    expect((await failure(chat.compile({ asOf: new Date(Number.NaN) }))).code).toBe("Validation");
  });
});

describe("instructions", () => {
  test("of one name hold as the last of them says, where the first stands", async () => {
    const chat = await open();
    await chat.instruction("v1", { name: "style" });
    await chat.user("hi");
    await chat.instruction("v2", { name: "style" });
    expect(await view(chat)).toEqual(["v2", "hi"]);
    await chat.instruction("v3", { name: "style", place: "here" });
    expect(await view(chat)).toEqual(["hi", "v3"]);
  });

  test("given to a compile are first, counted, and not stored", async () => {
    const chat = await counted();
    await chat.user("hi");
    const plain = await chat.compile();
    const { messages, tokenCount } = await chat.compile({ instructions: ["be brief", "be kind"] });
    expect(texts(messages)).toEqual(["be brief", "be kind", "hi"]);
    expect(messages[0]).toMatchObject({ role: "system", entries: [], commits: [] });
    expect(tokenCount).toBeGreaterThan(plain.tokenCount + "be brief".length + "be kind".length);
    expect(texts((await chat.compile({ instructions: "be brief" })).messages)).toEqual([
      "be brief",
      "hi",
    ]);
    expect(await view(chat)).toEqual(["hi"]);
  });

  test("and tools are counted", async () => {
    const chat = await counted();
    await chat.user("hi");
    const tool = {
      type: "function",
      function: { name: "lookup", description: "looks up", parameters: {} },
    };
    const [without, with_] = [await chat.compile(), await chat.compile({ tools: [tool] })];
    expect(with_.tokenCount).toBeGreaterThan(without.tokenCount);
    expect(with_.messages).toEqual(without.messages);
  });
});

describe("steps", () => {
  async function calling() {
    const chat = await open();
    await chat.user("weather?");
    await chat.reasoning("two places");
    await chat.toolCall("weather", { in: "Oslo" }, { callId: "a" });
    await chat.toolCall("weather", { in: "Rome" }, { callId: "b" });
    return chat;
  }

  test("have their results behind them, whatever came between", async () => {
    const chat = await calling();
    await chat.toolResult("b", "sun");
    await chat.user("are you there?");
    await chat.toolResult("a", "rain");
    const all = await view(chat);
    expect(all.at(-1)).toBe("are you there?");
    const results = all.filter((line) => /^[ab]: /.test(line));
    expect(results.toSorted()).toEqual(['a: "rain"', 'b: "sun"']);
    expect(all.findIndex((line) => line.includes("weather(a)"))).toBeLessThan(
      all.indexOf(results[0] ?? ""),
    );
  });

  test("make one message of the calls of one turn", async () => {
    const chat = await calling();
    await chat.toolResult("a", "rain");
    await chat.toolResult("b", "sun");
    const { messages } = await chat.compile();
    const calls = messages.filter(({ parts }) => parts.some(({ type }) => type === "tool-call"));
    expect(calls).toHaveLength(1);
    expect(calls[0]?.parts.filter(({ type }) => type === "tool-call")).toHaveLength(2);
  });

  test("without an answer get an error as the result, or are dropped, or kept", async () => {
    const chat = await calling();
    await chat.toolResult("b", "sun");
    const mended = texts((await chat.compile()).messages);
    expect(mended.some((line) => /^a: "interrupted/.test(line))).toBe(true);
    const dropped = texts((await chat.compile({ dangling: "drop" })).messages).join("\n");
    expect(dropped).not.toMatch(/weather\(a\)/);
    expect(dropped).toMatch(/weather\(b\)/);
    const kept = texts((await chat.compile({ dangling: "keep" })).messages).join("\n");
    expect(kept).toMatch(/weather\(a\)/);
    expect(kept).not.toMatch(/interrupted/);
  });

  test("show no reasoning where none is wanted", async () => {
    const chat = await calling();
    expect((await view(chat)).join()).toMatch(/two places/);
    expect(texts((await chat.compile({ includeReasoning: false })).messages).join()).not.toMatch(
      /two places/,
    );
  });

  test("that miss their call are left out with a warning", async () => {
    const chat = await open();
    await chat.toolResult("nobody", "x", { id: "r" });
    const { messages, warnings } = await chat.compile();
    expect(messages).toEqual([]);
    expect(warnings).toEqual([{ kind: "result-without-call", entries: ["r"] }]);
  });

  test("are hidden as a whole where a part is skipped", async () => {
    const chat = await calling();
    await chat.toolResult("a", "rain", { id: "r" });
    await chat.toolResult("b", "sun");
    await chat.skip("r");
    const { messages, warnings } = await chat.compile();
    expect(texts(messages)).not.toContain('b: "sun"');
    expect(warnings.map(({ kind }) => kind)).toEqual(["step-hidden"]);
  });
});

describe("a window", () => {
  async function long() {
    const chat = await counted();
    await chat.instruction("pinned", { id: "i" });
    for (let turn = 0; turn < 20; turn++) {
      await chat.user(`question ${turn} ${"x".repeat(50)}`, { id: `q${turn}` });
      await chat.assistant(`answer ${turn} ${"x".repeat(50)}`, { id: `a${turn}` });
    }
    return chat;
  }

  test("keeps what is pinned and the newest, and fits", async () => {
    const chat = await long();
    const full = await chat.compile();
    const { messages, tokenCount } = await chat.compile({ maxTokens: 500 });
    expect(tokenCount).toBeLessThanOrEqual(500);
    expect(messages.length).toBeLessThan(full.messages.length);
    expect(messages[0]?.entries).toEqual(["i"]);
    expect(messages.at(-1)?.entries).toEqual(["a19"]);
    expect(messages).toContain(full.messages.at(-1));
  });

  test("keeps the last entries where told to", async () => {
    const chat = await long();
    const { messages } = await chat.compile({ maxTokens: 900, preserveRecent: 8 });
    const entries = messages.flatMap((message) => message.entries);
    expect(entries).toEqual(
      expect.arrayContaining(["q16", "a16", "q17", "a17", "q18", "a18", "q19", "a19"]),
    );
  });

  test("that is too small fails with the figures, or returns what must stay", async () => {
    const chat = await long();
    const error = await failure(chat.compile({ maxTokens: 50 }));
    expect(error).toMatchObject({
      code: "BudgetExceeded",
      details: { limit: 50 },
      retryable: false,
    });
    const { warnings, tokenCount } = await chat.compile({ maxTokens: 50, onOverflow: "return" });
    expect(warnings).toEqual([{ kind: "overflow", limit: 50, required: tokenCount }]);
  });
});

describe("strategies", () => {
  test("notes stand for entries, or only for the older ones", async () => {
    const chat = await open();
    await chat.user("a long question", { note: "asked" });
    await chat.assistant("a long answer", { note: "answered" });
    await chat.user("thanks");
    const notes = texts((await chat.compile({ strategy: "notes" })).messages).join("\n");
    expect(notes).toMatch(/asked/);
    expect(notes).toMatch(/answered/);
    expect(notes).not.toMatch(/long|thanks/);
    const recent = texts(
      (await chat.compile({ strategy: { adaptive: { recent: 2 } } })).messages,
    ).join("\n");
    expect(recent).toMatch(/asked.*a long answer.*thanks/s);
    expect(recent).not.toMatch(/a long question/);
  });
});

describe("what was sent", () => {
  test("is recorded, and its true usage counts for exactly this compile", async () => {
    const chat = await counted();
    await chat.user("hello");
    const compiled = await chat.compile();
    expect(compiled.tokenSource).toBe("custom:characters");
    const usage = {
      input: { total: 1234, cacheRead: 1000, uncached: 234 },
      output: { total: 9 },
      raw: { x: 1 },
    };
    await compiled.sent({ model: "gpt-x", usage, responseId: "r1" });
    expect(await chat.compile()).toMatchObject({ tokenCount: 1234, tokenSource: "api:gpt-x" });
    expect((await chat.operations({ limit: 1 }))[0]?.kind).toBe("sent");
  });

  test("is what the stable prefix is measured against", async () => {
    const chat = await counted();
    await chat.user("one", { id: "a" });
    await chat.user("two", { id: "b" });
    const compiled = await chat.compile();
    expect(compiled.stablePrefix).toEqual({ messages: 0, tokens: 0 });
    await compiled.sent({ model: "m" });
    await chat.user("three");
    const next = await chat.compile();
    expect(next.stablePrefix.messages).toBe(2);
    expect(next.stablePrefix.tokens).toBeGreaterThan(0);
    await chat.edit("b", { contentType: "dialogue", role: "user", text: "TWO" });
    expect((await chat.compile()).stablePrefix.messages).toBe(1);
  });

  test("is refused where the figures are none", async () => {
    const chat = await counted();
    await chat.user("hello");
    const compiled = await chat.compile();
    for (const total of [-1, 1.5, "5"]) {
      const report = { model: "m", usage: { input: { total: total as number } } };
      expect((await failure(compiled.sent(report))).code).toBe("Validation");
    }
    expect((await failure(compiled.sent({} as never))).code).toBe("Validation");
  });
});

test("status tells how full the context is", async () => {
  const chat = await createVarve({ counter: characters }).open("x", {
    budget: { maxTokens: 1000, action: "warn" },
  });
  await chat.instruction("be brief");
  await chat.user("hello", { id: "u" });
  await chat.skip("u");
  const status = await chat.status();
  const { tokenCount } = await chat.compile();
  expect(status).toMatchObject({
    branch: "main",
    head: chat.head,
    commits: 2,
    entries: 1,
    pinned: 1,
    skipped: 1,
    compiledTokens: tokenCount,
    byType: { instruction: { entries: 1, tokens: 8 } },
    byRole: { system: { entries: 1, tokens: 8 } },
    budget: { limit: 1000, used: tokenCount, share: tokenCount / 1000 },
  });
});

describe("counters", () => {
  test("may be asynchronous", async () => {
    const count = async (text: string) => text.length;
    const [sync, async_] = [
      await counted(),
      await createVarve({ counter: { name: "later", count } }).open("x"),
    ];
    for (const chat of [sync, async_]) {
      await chat.instruction("be brief");
      expect((await chat.user("hello")).tokenCount).toBe(5);
    }
    expect((await async_.compile()).tokenCount).toBe((await sync.compile()).tokenCount);
  });

  test("that fail make the write fail, and nothing is stored", async () => {
    for (const count of [
      () => {
        throw new Error("no network");
      },
      async () => {
        throw new Error("no network");
      },
      () => 1.5,
      () => -1,
      () => "5" as never,
      () => Number.NaN,
    ]) {
      const chat = await createVarve({ counter: { name: "bad", count } }).open("x");
      const error = await failure(chat.user("hello"));
      expect(error).toMatchObject({ code: "Callback", details: { callback: "counter" } });
      expect(chat.head).toBeUndefined();
    }
  });

  test("count nothing where none is wanted", async () => {
    const chat = await open();
    await chat.user("hello");
    expect(await chat.compile()).toMatchObject({ tokenCount: 0, tokenSource: "none" });
  });
});
