// Turns: what a stream brought is stored as one operation, whatever became of the stream.
import fc from "fast-check";
import { createVarve, type Delta, memory, type Part, type Repository } from "varve";
import { toModelMessages } from "varve/formats/ai-sdk";
import { toAnthropic } from "varve/formats/anthropic";
import { check } from "varve/formats/check";
import { toGoogle } from "varve/formats/google";
import { fromOpenAI, toOpenAI, toResponses } from "varve/formats/openai";
import { faultyAdapter, memoryAdapter } from "varve/testing";
import { describe, expect, test } from "vitest";
import { callsTwice } from "../formats/histories.js";
import { failure, NOW, open, view } from "../repository/support.js";

const say = (text: string): Delta => ({ type: "text-delta", text });
const think = (text: string): Delta => ({ type: "reasoning-delta", text });
const call = (callId: string, text: string, toolName = "search"): Delta => ({
  type: "tool-input-delta",
  callId,
  toolName,
  text,
});
const result = (callId: string): Part => ({
  type: "tool-result",
  callId,
  output: { type: "text", value: `of ${callId}` },
});

async function partsOf(chat: Repository, id: string): Promise<unknown> {
  return (await chat.get(id))?.payload?.parts;
}

/** What every provider would refuse of a compile. */
async function refused(chat: Repository): Promise<unknown[]> {
  const compiled = await chat.compile();
  return [
    ...check(toOpenAI(compiled).messages, "openai-chat"),
    ...check(toResponses(compiled).input, "openai-responses"),
    ...check(toAnthropic(compiled).messages, "anthropic"),
    ...check(toGoogle(compiled).contents, "google"),
    ...check(toModelMessages(compiled).messages, "ai-sdk"),
  ];
}

describe("a turn that completes", () => {
  test("is one journal entry, whose deltas are whole parts, in the order they began", async () => {
    const chat = await open();
    await chat.user("hello");
    const before = (await chat.operations())[0]?.seq ?? 0;
    const turn = chat.turn({ id: "a1", model: "gpt-5", replyTo: "u", labels: ["x"] });
    for (const piece of [
      think("let "),
      think("me see"),
      say("I will "),
      say("look"),
      call("c1", '{"q"'),
      call("c1", ": 1}"),
      call("c2", "{}"),
    ]) {
      turn.write(piece);
    }
    expect(await chat.get("a1")).toBeNull();
    const usage = { input: { total: 5 } };
    const receipts = await turn.finish({ status: "complete", usage, finishReason: "tool_calls" });
    expect(receipts.map(({ id }) => id)).toEqual(["a1"]);
    expect(turn.finished).toBe(true);
    const entry = await chat.get("a1");
    expect(entry?.payload).toEqual({
      contentType: "message",
      role: "assistant",
      parts: [
        { type: "reasoning", text: "let me see" },
        { type: "text", text: "I will look" },
        {
          type: "tool-call",
          callId: "c1",
          toolName: "search",
          input: { q: 1 },
          rawInput: '{"q": 1}',
        },
        { type: "tool-call", callId: "c2", toolName: "search", input: {} },
      ],
    });
    expect(entry).toMatchObject({
      turn: "a1",
      replyTo: "u",
      labels: ["x"],
      generation: { status: "complete", model: "gpt-5", finishReason: "tool_calls", usage },
    });
    expect((await chat.operations())[0]).toMatchObject({ seq: before + 1, kind: "batch" });
  });

  test("over several requests is an entry for each, with its results, of one turn", async () => {
    const chat = await open();
    await chat.user("hello");
    const turn = chat.turn({ id: "a", turn: "t", model: "m" });
    // A tool may be done before the next call has come.
    turn.write(call("c1", "{}")).write(result("c1")).write(call("c2", "{}")).write(result("c2"));
    turn.write(say("well")).write({ type: "step-start" }).write(call("c3", "{}"));
    turn.write(result("c3")).write({ type: "step-start" });
    const receipts = await turn.finish({ status: "complete", finishReason: "stop" });
    expect(receipts.map(({ id }) => id)).toEqual(["a", "a#2", "a#3", "a#4", "a#5"]);
    expect(await view(chat)).toEqual([
      "hello",
      "search(c1) | search(c2)",
      'c1: "of c1" | c2: "of c2"',
      "well | search(c3)", // nothing between: one message of one turn
      'c3: "of c3"',
    ]);
    const entries = await Promise.all(receipts.map(({ id }) => chat.get(id)));
    expect(entries.map((entry) => entry?.turn)).toEqual(["t", "t", "t", "t", "t"]);
    const model = "m";
    expect(entries.map((entry) => entry?.generation)).toEqual([
      { status: "complete", model },
      undefined,
      { status: "complete", model },
      { status: "complete", model, finishReason: "stop" },
      undefined,
    ]);
  });

  test("keeps apart what grows at once, and provider data of every piece", async () => {
    const chat = await open();
    const turn = chat.turn({ id: "a" });
    turn.write({ ...think("a"), id: "1" } as Delta);
    turn.write({ ...say("b"), id: "1" } as Delta);
    turn.write({ ...think("a"), id: "1", provider: { anthropic: { signature: "S" } } } as Delta);
    turn.write({
      type: "reasoning-delta",
      id: "1",
      text: "",
      provider: { anthropic: { model: "m" } },
    });
    turn.write(say("c")).write(say("d"));
    await turn.finish({ status: "complete" });
    expect(await partsOf(chat, "a")).toEqual([
      { type: "reasoning", text: "aa", provider: { anthropic: { signature: "S", model: "m" } } },
      { type: "text", text: "b" },
      { type: "text", text: "cd" },
    ]);
  });

  test("takes a whole call in the place of its pieces, and copies what it is given", async () => {
    const chat = await open();
    const turn = chat.turn({ id: "a" });
    const whole = { type: "tool-call", callId: "c", toolName: "f", input: { a: [1] } } as const;
    const given = structuredClone(whole);
    turn.write(call("c", '{"a"')).write(say("x")).write(given);
    (given.input.a as unknown as number[])[0] = 2;
    await turn.finish({ status: "complete" });
    expect(await partsOf(chat, "a")).toEqual([whole, { type: "text", text: "x" }]);
  });

  test("takes what a converter made of the answer in the place of the last step", async () => {
    const chat = await open();
    const turn = chat.turn({ id: "a" });
    turn
      .write(call("c0", "{}"))
      .write(result("c0"))
      .write({ type: "step-start" })
      .write(say("str"));
    await turn.save();
    const message = { role: "assistant", content: "streamed", refusal: null, annotations: [] };
    await turn.finish({ status: "complete", payloads: fromOpenAI([message]) });
    expect(await view(chat)).toEqual(["search(c0)", 'c0: "of c0"', "streamed"]);
    expect(toOpenAI(await chat.compile()).messages.at(-1)).toEqual(message);
  });
});

describe("arguments in pieces", () => {
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  test.each([
    ['{"a":1,"b":[{"c":null}]}', true],
    ['{"b":1,"a":2}', false],
    ['{"a":1.0}', false],
    ['"text"', true],
    ['{"__proto__":{"a":1}}', true],
    [deep(90), true],
  ])(
    "%s are a value; their text is kept where it is not canonical: %j",
    async (text, canonical) => {
      const chat = await open();
      await chat.turn({ id: "a" }).write(call("c", text)).finish({ status: "complete" });
      const [part] = (await partsOf(chat, "a")) as [{ input: unknown; rawInput?: string }];
      expect(part.input).toEqual(JSON.parse(text));
      expect(part.rawInput).toBe(canonical ? undefined : text);
      const { messages } = toOpenAI(await chat.compile());
      const [{ function: sent }] = (
        messages[0] as unknown as { tool_calls: [{ function: object }] }
      ).tool_calls;
      expect(sent).toEqual({ name: "search", arguments: text });
    },
  );

  test.each(['{"a', '"\\ud83d"', "1e999", deep(99), deep(100_000), " "])(
    "that cannot be stored as a value are kept as text: %.20s",
    async (text) => {
      const chat = await open();
      await chat.turn({ id: "a" }).write(call("c", text)).finish({ status: "complete" });
      const [part] = (await partsOf(chat, "a")) as [object];
      expect(part).toMatchObject({ input: null, rawInput: text });
      expect(await refused(chat)).toEqual([]);
    },
  );
});

describe("a turn that is cut off", () => {
  test("keeps what came, and every provider takes the next request", async () => {
    const chat = await open();
    await chat.user("hello");
    const turn = chat.turn({ id: "a" });
    turn
      .write(think("hm"))
      .write(say("so \uD83D"))
      .write(call("c1", '{"q":"wh'))
      .write(call("c2", "", "no_input"));
    await turn.finish({ status: "aborted" });
    await chat.user("go on");
    expect(await partsOf(chat, "a")).toEqual([
      { type: "reasoning", text: "hm" },
      { type: "text", text: "so \uFFFD" },
      {
        type: "tool-call",
        callId: "c1",
        toolName: "search",
        input: null,
        rawInput: '{"q":"wh',
        provider: { varve: { notJson: true } },
      },
      { type: "tool-call", callId: "c2", toolName: "no_input", input: {} },
    ]);
    expect((await chat.get("a"))?.generation).toEqual({ status: "aborted" });
    expect(await refused(chat)).toEqual([]);
    const compiled = await chat.compile();
    const wrapped = { arguments: '{"q":"wh' };
    const chatCall = toOpenAI(compiled).messages[1] as { tool_calls: { function: object }[] };
    expect(chatCall.tool_calls[0]?.function).toEqual({
      name: "search",
      arguments: JSON.stringify(wrapped),
    });
    expect(toResponses(compiled).input).toContainEqual({
      type: "function_call",
      call_id: "c1",
      name: "search",
      arguments: JSON.stringify(wrapped),
    });
    expect(JSON.stringify(toAnthropic(compiled).messages)).toContain(JSON.stringify(wrapped));
    expect(JSON.stringify(toGoogle(compiled).contents)).toContain(JSON.stringify(wrapped));
    expect(JSON.stringify(toModelMessages(compiled).messages)).toContain(JSON.stringify(wrapped));
    for (const { warnings } of [
      toOpenAI(compiled),
      toResponses(compiled),
      toModelMessages(compiled),
    ]) {
      expect(warnings).toContainEqual(expect.objectContaining({ kind: "changed-value", index: 1 }));
    }
  });

  test("stores nothing where nothing came", async () => {
    const chat = await open();
    await chat.user("hello");
    const { head } = chat;
    const turn = chat.turn().write(say(""));
    expect(await turn.finish({ status: "aborted" })).toEqual([]);
    expect(chat.head).toBe(head);
  });

  test("by its signal can only finish as aborted, and takes nothing more", async () => {
    const chat = await open();
    const abort = new AbortController();
    const turn = chat.turn({ id: "a", signal: abort.signal }).write(say("so"));
    abort.abort(new Error("enough"));
    expect(() => turn.write(say(" on"))).toThrow("enough");
    await expect(turn.save()).rejects.toThrow("enough");
    await turn.finish({ status: "complete", usage: { output: { total: 3 } } });
    expect((await chat.get("a"))?.generation).toEqual({
      status: "aborted",
      usage: { output: { total: 3 } },
    });
    expect(await view(chat)).toEqual(["so"]);
  });

  test("by leaving its block is finished as aborted", async () => {
    const chat = await open();
    const leave = async () => {
      await using turn = chat.turn({ id: "a" });
      turn.write(say("so"));
      throw new Error("the network went away");
    };
    await expect(leave()).rejects.toThrow("the network went away");
    expect((await chat.get("a"))?.generation).toEqual({ status: "aborted" });
    {
      await using turn = chat.turn({ id: "b" });
      await turn.write(say("done")).finish({ status: "complete" });
    }
    expect((await chat.get("b"))?.generation).toEqual({ status: "complete" });
  });

  test.each([5, 17, 29])("after any %i pieces is what every provider takes", async (seed) => {
    const piece: fc.Arbitrary<Delta | Part> = fc.oneof(
      fc.string({ unit: "binary", maxLength: 6 }).map(say),
      fc.string({ unit: "grapheme", maxLength: 6 }).map(think),
      fc
        .tuple(fc.constantFrom("c1", "c2", "c3"), fc.constantFrom("", "{", '{"a', "}", "1]"))
        .map(([id, text]) => call(id, text)),
      fc.constantFrom("c1", "c2", "c3").map(result),
      fc.constant({ type: "step-start" } as const),
    );
    const property = fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const chat = await open();
      await chat.user("hello");
      const turn = chat.turn({ id: "a" });
      for (const [index, each] of pieces.entries()) {
        turn.write(each);
        if (index % 3 === 2) {
          await turn.save();
          fc.pre(!callsTwice(await chat.compile()));
          expect(await refused(chat)).toEqual([]);
        }
      }
      await turn.finish({ status: "aborted" });
      await chat.user("go on");
      fc.pre(!callsTwice(await chat.compile()));
      expect(await refused(chat)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 60, seed });
  });
});

describe("what is saved on the way", () => {
  test("says that it is streaming, survives, and is replaced in its place at the end", async () => {
    const storage = memory("turns");
    const chat = await createVarve({ counter: null, storage }).open("x");
    await chat.user("hello");
    const turn = chat.turn({ id: "a" }).write(say("so ")).write(call("c1", '{"a'));
    const [first] = await turn.save();
    const other = await createVarve({ counter: null, storage }).open("x");
    expect((await other.get("a"))?.generation).toEqual({ status: "streaming" });
    expect((await other.compile()).messages[1]?.provider).toEqual({
      varve: { status: "streaming" },
    });
    expect(await refused(other)).toEqual([]);
    expect(await turn.save()).toEqual([first]);
    await chat.user("meanwhile");
    turn.write(call("c1", '":1}')).write(result("c1")).write(say("done"));
    await turn.save();
    turn.write(say("!"));
    const receipts = await turn.finish({ status: "complete" });
    expect(receipts.map(({ id }) => id)).toEqual(["a", "a#2", "a#3"]);
    expect(await view(chat)).toEqual([
      "hello",
      "so  | search(c1)",
      'c1: "of c1"',
      "meanwhile",
      "done!",
    ]);
    for (const { provider } of (await chat.compile()).messages) expect(provider).toBeUndefined();
    const statuses = receipts.map(async ({ id }) => (await chat.get(id))?.generation);
    expect(await Promise.all(statuses)).toEqual([
      { status: "complete" },
      undefined,
      { status: "complete" },
    ]);
  });

  test("and nothing more comes is marked as ended all the same", async () => {
    const chat = await open();
    const turn = chat.turn({ id: "a" }).write(say("so"));
    await turn.save();
    await turn.finish({ status: "error" });
    expect((await chat.get("a"))?.generation).toEqual({ status: "error" });
    expect((await chat.get("a"))?.payload).not.toHaveProperty("provider");
  });

  test("at once is stored one after the other, each piece once", async () => {
    const chat = await open();
    const turn = chat.turn({ id: "a" });
    const saves = ["1", "2", "3"].map((text) => turn.write(say(text)).save());
    const end = turn.write(say("4")).finish({ status: "complete" });
    await Promise.all([...saves, end]);
    expect(await view(chat)).toEqual(["1234"]);
  });
});

describe("mistakes", () => {
  test("nothing can be done with a turn that is finished", async () => {
    const chat = await open();
    const turn = chat.turn({ id: "a" }).write(say("so"));
    const end = turn.finish({ status: "complete" });
    expect(await failure(turn.finish({ status: "complete" }))).toMatchObject({ code: "Closed" });
    await end;
    expect(await failure(() => turn.write(say("x")))).toMatchObject({ code: "Closed" });
    expect(await failure(turn.finish({ status: "aborted" }))).toMatchObject({ code: "Closed" });
    expect((await failure(turn.save())).message).toBe("the turn a was finished; create another");
    await turn[Symbol.asyncDispose]();
    expect((await chat.get("a"))?.generation).toEqual({ status: "complete" });
  });

  test.each([
    [{ type: "text-delta" }, "/text"],
    [{ type: "nope" }, "/parts/0/type"],
    [null, "/parts/0"],
    ["text", "/parts/0"],
    [{ type: "__proto__" }, "/parts/0/type"],
    [{ type: "tool-input-delta", callId: "c", text: "" }, "/toolName"],
    [{ type: "tool-input-delta", toolName: "c", text: "" }, "/callId"],
    [{ type: "tool-call", callId: "c", toolName: "f" }, "/parts/0/input"],
    [{ type: "tool-call", callId: "", toolName: "f", input: 1 }, "/parts/0/callId"],
    [{ type: "text", text: "x", more: 1 }, "/parts/0/more"],
    [{ type: "text", text: 5 }, "/parts/0/text"],
    [{ type: "file", mediaType: "a/b" }, "/parts/0/data"],
    [{ type: "tool-result", callId: "c", output: { type: "words" } }, "/parts/0/output/type"],
    [{ type: "text", text: "\uD83D" }, "/text"],
    [{ type: "text-delta", text: "x", provider: { a: () => 1 } }, "/a"],
  ])("%j is refused when it is written, and the turn goes on", async (piece, pointer) => {
    const chat = await open();
    const turn = chat.turn({ id: "a" }).write(say("so"));
    const error = await failure(() => turn.write(piece as never));
    expect(error).toMatchObject({ code: "Validation", details: { pointer } });
    await turn.write(say(" on")).finish({ status: "complete" });
    expect(await view(chat)).toEqual(["so on"]);
  });

  test("an end or an id that is none is named", async () => {
    const chat = await open();
    const turn = chat.turn().write(say("so"));
    const error = await failure(turn.finish({ status: "done" as never }));
    expect(error).toMatchObject({ code: "Validation", details: { pointer: "/status" } });
    expect(await failure(() => chat.turn({ id: "" }))).toMatchObject({
      details: { pointer: "/id" },
    });
    await turn.finish({ status: "complete" });
    await chat.user("x", { id: "taken" });
    const other = chat.turn({ id: "taken" }).write(say("y"));
    expect(await failure(other.finish({ status: "complete" }))).toMatchObject({
      code: "DuplicateId",
    });
    expect(await failure(other.finish({ status: "complete" }))).toMatchObject({
      code: "DuplicateId",
    });
  });

  test("what the store fails with can be repeated, and nothing is stored twice", async () => {
    const store = faultyAdapter(memoryAdapter());
    let now = NOW; // hurries, so that nobody waits for deadlines
    const clock = () => (now += 1000);
    const chat = await createVarve({ counter: null, storage: store, clock }).open("x");
    await chat.user("hello");
    const turn = chat.turn({ id: "a" }).write(say("so"));
    store.setFaults({ kind: "fail", on: "write", times: 1000 });
    expect(await failure(turn.save())).toMatchObject({ code: "OutcomeUnknown" });
    expect(turn.finished).toBe(false);
    // It happens, and nobody can say so.
    store.setFaults(
      { kind: "loseAnswer", on: "write" },
      { kind: "fail", on: ["write", "readJournal"], times: 1000 },
    );
    expect(await failure(turn.save())).toMatchObject({ code: "OutcomeUnknown" });
    store.setFaults();
    await turn.write(say(" on")).finish({ status: "complete" });
    expect(await view(chat)).toEqual(["hello", "so on"]);
    expect((await chat.get("a"))?.generation).toEqual({ status: "complete" });
  });
});
