// compress: who writes summaries, what is checked of them, what is recorded.
import {
  createVarve,
  type Message,
  memory,
  type Repository,
  type SummarizeRequest,
  type VarveOptions,
} from "varve";
import { expect, test } from "vitest";
import { failure, NOW, text, texts, view } from "./support.js";

/** A token is a word: easy to check. */
const words = (text: string) => text.split(/\s+/).filter((word) => word !== "").length;
const counter = { name: "words", count: words };

async function open(options: VarveOptions<Record<never, never>> = {}) {
  const varve = createVarve({ counter, clock: () => NOW, ...options });
  return varve.open("test");
}

const long = (about: string) => `${about} ${"and so on ".repeat(10)}`.trim();

/** Four long messages and a current turn. */
async function talk(options?: VarveOptions<Record<never, never>>) {
  const chat = await open(options);
  await chat.user(long("My order 4711 never came."), { id: "u1" });
  await chat.assistant(long("It was sent on 2025-10-02."), { id: "a1" });
  await chat.user(long("To Ring 5?"), { id: "u2" });
  await chat.assistant(long("Yes, to Ring 5."), { id: "a2" });
  await chat.user("And now?", { id: "u3" });
  return chat;
}

const block = (count: number, text: string) =>
  `<summary of="${count} entries">\n${text}\n</summary>`;

const whole = async (chat: Repository) => (await chat.compile()).messages;

test("a summary of the application's takes the place of what it stands for, and undo brings that back", async () => {
  const chat = await talk();
  const before = await chat.compile();
  const done = await chat.compress({ content: "Order 4711 is lost." });
  expect(await view(chat)).toEqual([`${block(4, "Order 4711 is lost.")} | And now?`]);
  const after = await chat.compile();
  const [last] = await chat.operations({ limit: 1 });
  expect(last?.kind).toBe("compact");
  expect(done).toEqual({
    operation: last?.id,
    tokensBefore: before.tokenCount,
    tokensAfter: after.tokenCount,
    summaries: [
      {
        id: expect.any(String),
        hash: chat.head,
        text: "Order 4711 is lost.",
        facts: [],
        entries: ["u1", "a1", "u2", "a2"],
        tokensBefore: before.tokenCount - after.tokenCount + words(block(4, "Order 4711 is lost.")),
        tokensAfter: words(block(4, "Order 4711 is lost.")),
        summarizer: "content",
      },
    ],
  });
  await chat.undo(done.operation);
  expect((await chat.compile()).messages).toEqual(before.messages);
});

test("a summarizer is given what the model would have read, after edits, and a length", async () => {
  const asked: SummarizeRequest[] = [];
  const chat = await talk({
    summarize: (request) => {
      asked.push(request);
      return { text: "In short.", model: "tiny", usage: { input: { total: 9 } } };
    },
  });
  await chat.edit("a1", {
    contentType: "message",
    role: "assistant",
    parts: [{ type: "text", text: long("It was lost.") }],
  });
  const before = await whole(chat);
  const { summaries } = await chat.compress({
    instructions: "Keep dates.",
    targetTokens: 30,
    author: { kind: "agent", name: "ann" },
  });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.messages).toEqual(before.slice(0, 4));
  expect(asked[0]).toMatchObject({
    instructions: "Keep dates.",
    targetTokens: 30 - words(block(4, "")),
  });
  expect(asked[0]).not.toHaveProperty("earlier");
  const [made] = summaries;
  const info = await chat.get(made?.hash ?? "");
  expect(info).toMatchObject({
    author: { kind: "agent", name: "ann" },
    payload: { contentType: "summary", text: "In short.", of: { count: 4, first: NOW, last: NOW } },
    operation: { kind: "compact", targets: ["u1", "a1", "u2", "a2"] },
    generation: {
      summarizer: "summarize",
      model: "tiny",
      usage: { input: { total: 9 } },
      tokensBefore: made?.tokensBefore,
      tokensAfter: made?.tokensAfter,
    },
  });
  expect(await chat.get("u1")).toMatchObject({
    status: "compacted",
    compactedInto: made?.id,
    compactedAt: NOW,
    compactedIntoVersion: info?.height,
  });
  const { entries } = await chat.transcript();
  expect(entries.filter(({ compactedInto }) => compactedInto === made?.id)).toHaveLength(4);
});

test("each run between what stays gets a summary of its own, in one operation", async () => {
  const chat = await talk();
  await chat.pin("u2");
  const said: string[][] = [];
  const summarize = ({ messages }: SummarizeRequest) => {
    said.push(messages.map(({ entries }) => entries.join()));
    return `Run ${said.length}.`;
  };
  const { summaries } = await chat.compress({ summarize });
  expect(said).toEqual([["u1", "a1"], ["a2"]]);
  expect(summaries.map(({ entries }) => entries)).toEqual([["u1", "a1"], ["a2"]]);
  expect(await view(chat)).toEqual([
    `${block(2, "Run 1.")} | ${long("To Ring 5?")}`,
    `${block(1, "Run 2.")} | And now?`,
  ]);
  expect((await failure(chat.compress({ content: "One text" }))).code).toBe("Validation");
  await chat.undo();
  expect(await view(chat)).toHaveLength(5);
  const twice = await failure(chat.compress({ content: "One text" }));
  expect(twice.code).toBe("Validation");
  expect(twice.message).toContain("2 runs");
});

test("the facts of the first summary are in the third, whatever later summarizers say", async () => {
  const chat = await talk();
  const earlier: unknown[] = [];
  const facts = [["order: 4711"], ["street: Ring 5"], undefined];
  for (const [round, kept] of facts.entries()) {
    const summarize = (request: SummarizeRequest) => {
      earlier.push(request.earlier);
      return { text: `Summary ${round}.`, facts: kept };
    };
    await chat.compress({ summarize });
    await chat.assistant(long(`Answer ${round}`));
    await chat.user(long(`Question ${round}`));
  }
  expect(earlier).toEqual([
    undefined,
    { text: "Summary 0.", facts: ["order: 4711"] },
    { text: "Summary 1.", facts: ["order: 4711", "street: Ring 5"] },
  ]);
  const [first] = await view(chat);
  expect(first).toContain("Summary 2.\n- order: 4711\n- street: Ring 5");
  // u1, a1, u2, a2, then two a round: all that the three of them stand for.
  expect(first).toContain('of="8 entries"');
});

test("the built-in summarizer is asked where nobody is named, and keeps what three compressions ago was said", async () => {
  const chat = await createVarve({ clock: () => NOW }).open("test");
  const told = ["ORD-4711 of 19.90 EUR", "tracking 1Z999AA10123456784", "refund RF-88231"];
  await chat.user(`My order ${told[0]} never came to Ring 5. ${long("I waited")}`);
  const sizes: number[] = [];
  for (const [round, words] of told.entries()) {
    for (const step of [1, 2, 3]) {
      await chat.assistant(
        `Step ${step}: I found ${words} in system ${round}. ${long("I asked them")}`,
      );
      await chat.user(`Thank you. ${long("Please go on")}`);
    }
    const before = (await chat.compile()).tokenCount;
    const { summaries, tokensAfter } = await chat.compress({ mustKeep: [/\b[A-Z]{2,3}-\d+/] });
    expect(summaries.map(({ summarizer }) => summarizer)).toEqual(["builtin"]);
    expect(tokensAfter).toBeLessThan(before);
    sizes.push(summaries[0]?.tokensAfter ?? 0);
  }
  const [first] = await view(chat);
  for (const words of ["ORD-4711", "19.90", "1Z999AA10123456784", "RF-88231"])
    expect(first).toContain(words);
  expect(sizes[2]).toBeLessThan(3 * (sizes[0] ?? 0) + 50);
});

test("what must be kept is asked for once more, and then nothing is stored", async () => {
  const chat = await talk();
  const head = chat.head;
  const asked: SummarizeRequest[] = [];
  const answers = ["Something is lost.", "Order 4711 of 2025-10-02."];
  const summarize = (request: SummarizeRequest) => answers[asked.push(request) - 1] ?? "";
  const mustKeep = [/\d{4}(-\d\d)*/, "not in the source"];
  await chat.compress({ summarize, mustKeep });
  expect(asked.map(({ mustKeep }) => mustKeep)).toEqual([undefined, ["4711", "2025-10-02"]]);
  await chat.undo();
  expect(chat.head).toBe(head);
  const error = await failure(chat.compress({ summarize: () => "Lost 4711.", mustKeep }));
  expect(error).toMatchObject({
    code: "Compression",
    details: { reason: "lost", missing: ["2025-10-02"] },
  });
  const content = await failure(chat.compress({ content: "Nothing", mustKeep: ["4711"] }));
  expect(content.code).toBe("Compression");
  const inFacts = { text: "Lost.", facts: ["order 4711 of 2025-10-02"] };
  expect(chat.head).toBe(head);
  await chat.compress({ content: inFacts, mustKeep });
});

test("what arguments and results of tools say must be kept as well", async () => {
  const chat = await open();
  await chat.user(long("Where is it?"));
  await chat.toolCall("find", { id: 'A"1' }, { callId: "c" });
  await chat.toolResult("c", { state: [{ carrier: "UPS-77" }] });
  await chat.user("And now?");
  const kept = async (mustKeep: (string | RegExp)[]) =>
    (await failure(chat.compress({ content: "Nothing", mustKeep }))).details;
  expect(await kept(['A"1', /[A-Z]+-\d+/])).toMatchObject({ missing: ['A"1', "UPS-77"] });
});

test("a summary that is longer than its source is refused, and asked for once more before", async () => {
  const chat = await talk();
  const head = chat.head;
  const asked: number[] = [];
  const summarize = ({ targetTokens }: SummarizeRequest) => {
    asked.push(targetTokens);
    return "word ".repeat(1000);
  };
  const error = await failure(chat.compress({ summarize }));
  expect(error).toMatchObject({ code: "Compression", details: { reason: "longer" } });
  expect(asked).toHaveLength(2);
  expect(asked[1]).toBeLessThan(asked[0] ?? 0);
  expect((await failure(chat.compress({ content: "word ".repeat(1000) }))).code).toBe(
    "Compression",
  );
  expect((await failure(chat.compress({ summarize: () => " " }))).details).toEqual({
    reason: "empty",
  });
  expect(chat.head).toBe(head);
});

test("what is not worth a summary is left as it is", async () => {
  const chat = await open();
  await chat.user("Hi", { id: "u1" });
  await chat.assistant("Hello", { id: "pinned" });
  await chat.pin("pinned");
  await chat.user(long("Where is it?"), { id: "u2" });
  await chat.user("And now?");
  const { summaries } = await chat.compress({ summarize: () => "Short." });
  expect(summaries.map(({ entries }) => entries)).toEqual([["u2"]]);
  const none = await chat.compress({ summarize: () => "Short." });
  expect(none).toMatchObject({ summaries: [], tokensBefore: none.tokensAfter });
});

test("a run whose summary gets no shorter stays, where all that can was to go", async () => {
  const chat = await talk();
  await chat.pin("u2");
  const summarize = ({ messages }: SummarizeRequest) =>
    messages.length === 1 ? "word ".repeat(500) : "Short.";
  const { summaries } = await chat.compress({ summarize });
  expect(summaries.map(({ entries }) => entries)).toEqual([["u1", "a1"]]);
  expect((await failure(chat.compress({ ids: ["a2"], summarize }))).code).toBe("Compression");
});

test("a plan tells what would happen, asks nobody and writes nothing", async () => {
  const chat = await talk();
  await chat.pin("u1");
  const compiled = await chat.compile();
  await compiled.sent({ model: "m" });
  const operations = await chat.operations();
  const summarize = () => {
    throw new Error("asked");
  };
  const plan = await chat.compress({ plan: true, summarize });
  const [run] = plan.runs;
  expect(plan).toEqual({
    tokensBefore: compiled.tokenCount,
    tokensAfter: compiled.tokenCount - (run?.tokens ?? 0) + (run?.targetTokens ?? 0),
    cachedTokensLost: expect.any(Number),
    runs: [
      {
        entries: ["a1", "u2", "a2"],
        tokens: expect.any(Number),
        targetTokens: expect.any(Number),
        extends: [],
      },
    ],
  });
  expect(plan.cachedTokensLost).toBeGreaterThanOrEqual(run?.tokens ?? 0);
  expect(plan.cachedTokensLost).toBeLessThan(compiled.tokenCount);
  expect(await chat.operations()).toEqual(operations);
  expect((await chat.compress({ plan: true, preserveRecent: 3 })).runs[0]?.entries).toEqual(["a1"]);
});

test("entries can be named by id or as a range", async () => {
  const chat = await talk();
  const planned = async (options: object) =>
    (await chat.compress({ ...options, plan: true })).runs.map(({ entries }) => entries);
  expect(await planned({ from: "a1", to: "u2" })).toEqual([["a1", "u2"]]);
  expect(await planned({ ids: ["a2", "u1"] })).toEqual([["u1"], ["a2"]]);
  expect((await failure(planned({ ids: ["u3"] }))).code).toBe("EditTarget");
  expect((await failure(planned({ ids: ["u1"], from: "u1" }))).code).toBe("Validation");
});

test("bad options are refused by name", async () => {
  const chat = await talk();
  const pointer = async (options: object) => {
    const error = await failure(chat.compress(options));
    return error.code === "Validation" ? error.details.pointer : error.code;
  };
  expect(await pointer({ targetTokens: 0 })).toBe("/targetTokens");
  expect(await pointer({ targetTokens: "many" })).toBe("/targetTokens");
  expect(await pointer({ mustKeep: [1] })).toBe("/mustKeep");
  expect(await pointer({ summarize: "me" })).toBe("/summarize");
  expect(await pointer({ content: 1 })).toBe("/content");
  expect(await pointer({ content: null })).toBe("/content");
  expect(await pointer({ content: "x", summarize: () => "x" })).toBe("/content");
  expect(await pointer({ preserveRecent: -1 })).toBe("/preserveRecent");
  expect(await pointer({ ids: [1] })).toBe("/ids/0");
  expect(await pointer({ unknown: 1 })).toBe("/unknown");
  expect(() => createVarve({ summarize: "me" as never })).toThrow("summarize must be a function");
});

test("what a summarizer throws, or answers wrongly, is told and nothing is stored", async () => {
  const chat = await talk();
  const head = chat.head;
  const cause = new Error("no connection");
  const thrown = await failure(chat.compress({ summarize: () => Promise.reject(cause) }));
  expect(thrown).toMatchObject({ code: "Callback", details: { callback: "summarize" }, cause });
  for (const answer of [
    undefined,
    null,
    1,
    {},
    { text: 1 },
    { text: "x", facts: [1] },
    { text: "x", facts: "y" },
  ]) {
    const wrong = await failure(chat.compress({ summarize: () => answer as never }));
    expect(wrong.code).toBe("Callback");
  }
  const control = new AbortController();
  const aborted = chat.compress({
    signal: control.signal,
    summarize: ({ signal }) => {
      expect(signal).toBe(control.signal);
      control.abort(new Error("enough"));
      return "Short.";
    },
  });
  await expect(aborted).rejects.toThrow("enough");
  expect(chat.head).toBe(head);
});

test("an entry that changes while it is summarised makes a conflict; growth does not", async () => {
  const chat = await talk();
  const grows = async () => {
    await chat.assistant("growth");
    return "Short.";
  };
  const edits = async () => {
    await chat.pin("u1");
    return "Short.";
  };
  expect((await failure(chat.compress({ summarize: edits }))).code).toBe("Conflict");
  await chat.undo();
  expect((await chat.compress({ summarize: grows })).summaries).toHaveLength(1);
});

test("what another process wrote is taken in first", async () => {
  const storage = memory("two processes");
  const ann = await talk({ storage });
  const bob = await createVarve({ counter, storage }).open("test");
  await bob.user("news", { id: "news" });
  const { runs } = await ann.compress({ plan: true });
  expect(runs[0]?.entries).toContain("u3");
});

test("a repeated operationId gives what the first call gave, and asks nobody", async () => {
  const chat = await talk();
  const asked: Message[] = [];
  const summarize = ({ messages }: SummarizeRequest) => {
    asked.push(...messages);
    return { text: "Short.", facts: ["4711"] };
  };
  const first = await chat.compress({ summarize, operationId: "once" });
  const again = await chat.compress({ summarize, operationId: "once" });
  expect(again).toEqual(first);
  expect(asked).toHaveLength(4);
  expect(text({ parts: asked[0]?.parts ?? [] })).toContain("4711");
});

test("where nothing is counted, compression works by texts", async () => {
  const chat = await talk({ counter: null });
  const asked: number[] = [];
  const done = await chat.compress({
    summarize: ({ targetTokens }) => {
      asked.push(targetTokens);
      return "Short.";
    },
  });
  expect(done).toMatchObject({ tokensBefore: 0, tokensAfter: 0 });
  expect(asked[0]).toBeGreaterThan(20);
  expect(texts(await whole(chat))).toEqual([`${block(4, "Short.")} | And now?`]);
});

test("a summary stands as a system message where that is asked for", async () => {
  const chat = await talk();
  await chat.compress({ content: "Short." });
  const { messages } = await chat.compile({ summaries: "system" });
  expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
});
