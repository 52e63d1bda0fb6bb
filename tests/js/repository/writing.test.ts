// Writing entries: commits, their options and receipts, edits, deletes, reverts.
import { createVarve } from "varve";
import { describe, expect, test } from "vitest";
import { failure, NOW, open, view } from "./support.js";

describe("a commit", () => {
  test("gives a receipt", async () => {
    const chat = await open();
    const first = await chat.user("one", { id: "a" });
    const second = await chat.assistant("two");
    expect(first).toEqual({
      id: "a",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      height: 1,
      tokenCount: 0,
    });
    expect(second.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(second.height).toBe(2);
    expect(chat.head).toBe(second.hash);
  });

  test("has a hash that depends on nothing but what was said, when, and after what", async () => {
    const [one, two] = [await open(), await open()];
    const payload = {
      contentType: "message",
      role: "user",
      parts: [{ type: "text", text: "x" }],
    } as const;
    const turned = {
      parts: [{ text: "x", type: "text" }],
      role: "user",
      contentType: "message",
    } as const;
    const first = await one.commit(payload, { id: "a", metadata: { x: 1, y: 2 } });
    const second = await two.commit(turned, { metadata: { y: 2, x: 1 }, id: "a" });
    expect(second.hash).toBe(first.hash);
  });

  test("keeps everything that was said about it", async () => {
    const chat = await open();
    await chat.user("q", { id: "q" });
    const options = {
      note: "answered",
      metadata: { ticket: 7, deep: { list: [null, true] } },
      replyTo: "q",
      labels: ["a", "b"],
      turn: "t1",
      generation: { model: "m", temperature: 0.5 },
      author: { kind: "agent", name: "support" },
    };
    await chat.assistant("a", options);
    const { commits } = await chat.history();
    expect(commits[0]).toMatchObject({
      ...options,
      operation: { kind: "append" },
      createdAt: NOW,
      height: 2,
    });
  });

  test("with the id and payload of an earlier one is a retry", async () => {
    const chat = await open();
    const first = await chat.user("one", { id: "a" });
    await chat.user("two", { id: "b" });
    expect(await chat.user("one", { id: "a" })).toEqual(first);
    expect(await view(chat)).toEqual(["one", "two"]);
  });

  test("with the id of another payload is refused, and points to edit", async () => {
    const chat = await open();
    await chat.user("one", { id: "a" });
    const error = await failure(chat.user("other", { id: "a" }));
    expect(error).toMatchObject({ code: "DuplicateId", details: { id: "a" }, retryable: false });
    expect(error.message).toMatch(/edit/);
    expect(await view(chat)).toEqual(["one"]);
  });

  test("goes ahead only where the head is expected", async () => {
    const chat = await open();
    const { hash } = await chat.user("one", { expectedHead: null });
    await chat.user("two", { expectedHead: hash });
    for (const expectedHead of [null, hash]) {
      const error = await failure(chat.user("three", { expectedHead }));
      expect(error).toMatchObject({
        code: "Conflict",
        retryable: true,
        details: { expected: expectedHead, actual: chat.head },
      });
    }
    expect(await view(chat)).toEqual(["one", "two"]);
  });

  test("with an operationId that is known gives the first result", async () => {
    const chat = await open();
    const first = await chat.user("one", { operationId: "op" });
    expect(await chat.user("something else", { operationId: "op" })).toEqual(first);
    expect(await view(chat)).toEqual(["one"]);
  });

  test("does not happen once the signal is aborted", async () => {
    const chat = await open();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(chat.user("one", { signal })).rejects.toThrow("enough");
    await expect(chat.tag("x", { signal })).rejects.toThrow("enough");
    await expect(chat.compile({ signal })).rejects.toThrow("enough");
    await expect(chat.batch(() => {}, { signal })).rejects.toThrow("enough");
    expect(chat.head).toBeUndefined();
    await chat.user("two", { signal: new AbortController().signal });
    expect(await view(chat)).toEqual(["two"]);
  });

  test("that was called before another stands before it, awaited or not", async () => {
    const chat = await open();
    const numbers = Array.from({ length: 50 }, (_, index) => `${index}`);
    const receipts = await Promise.all(numbers.map((number) => chat.user(number)));
    expect(await view(chat)).toEqual(numbers);
    expect(receipts.map(({ height }) => height)).toEqual(numbers.map((_, index) => index + 1));
  });

  test("stands in the order of the calls, whatever they are", async () => {
    const chat = await open();
    await Promise.all([
      chat.user("one", { id: "a" }),
      chat.edit("a", { contentType: "dialogue", role: "user", text: "x" }),
      chat.delete("a"),
      chat.user("two", { id: "b" }),
      chat.pin("b"),
      chat.batch((tx) => tx.user("three")),
      chat.user("four"),
    ]);
    expect((await chat.operations()).map(({ kind }) => kind).toReversed()).toEqual(
      expect.arrayContaining(["append", "edit", "delete", "append", "annotate"]),
    );
    expect((await view(chat)).toSorted()).toEqual(["four", "three", "two"]);
  });

  test("never lies before its parent", async () => {
    const chat = await open();
    await chat.user("one");
    chat.clock.now = NOW - 5000;
    await chat.user("two");
    const { commits } = await chat.history();
    expect(commits.map(({ createdAt }) => createdAt)).toEqual([NOW, NOW]);
  });

  test("counts tokens, and adds them up", async () => {
    const chat = await createVarve({
      counter: { name: "words", count: (text) => text.split(" ").length },
    }).open("x");
    expect((await chat.user("one two three")).tokenCount).toBe(3);
    expect((await chat.assistant("four")).tokenCount).toBe(1);
    const { commits } = await chat.history();
    expect(commits.map(({ cumulativeTokens }) => cumulativeTokens)).toEqual([4, 3]);
  });
});

test("helpers commit the payloads they are named after", async () => {
  const chat = await open();
  const provider = { anthropic: { signature: "AA==" } };
  await chat.instruction("be brief", { id: "1", name: "style", place: "here" });
  await chat.user("hello", { id: "2", name: "Ada" });
  await chat.user(
    [
      { type: "text", text: "a" },
      { type: "file", mediaType: "image/png", url: "x" },
    ],
    { id: "3" },
  );
  await chat.reasoning("hm", { id: "4", provider });
  await chat.toolCall("lookup", { id: 7 }, { id: "5", callId: "c1" });
  await chat.toolCall("lookup", null, { id: "6", callId: "c2", rawInput: "{" });
  await chat.toolResult("c1", "found", { id: "7" });
  await chat.toolResult(
    "c2",
    { reason: "not JSON" },
    { id: "8", toolName: "lookup", status: "error" },
  );
  await chat.assistant("done", { id: "9" });
  const payloads = await Promise.all(
    [..."123456789"].map(async (id) => (await chat.get(id))?.payload),
  );
  expect(payloads).toEqual([
    { contentType: "instruction", text: "be brief", name: "style", place: "here" },
    { contentType: "message", role: "user", name: "Ada", parts: [{ type: "text", text: "hello" }] },
    {
      contentType: "message",
      role: "user",
      parts: [
        { type: "text", text: "a" },
        { type: "file", mediaType: "image/png", url: "x" },
      ],
    },
    { contentType: "reasoning", text: "hm", provider },
    {
      contentType: "tool_io",
      direction: "call",
      toolName: "lookup",
      callId: "c1",
      payload: { id: 7 },
    },
    {
      contentType: "tool_io",
      direction: "call",
      toolName: "lookup",
      callId: "c2",
      rawPayload: "{",
    },
    {
      contentType: "message",
      role: "tool",
      parts: [{ type: "tool-result", callId: "c1", output: { type: "text", value: "found" } }],
    },
    {
      contentType: "message",
      role: "tool",
      parts: [
        {
          type: "tool-result",
          callId: "c2",
          toolName: "lookup",
          output: { type: "error-json", value: { reason: "not JSON" } },
        },
      ],
    },
    { contentType: "message", role: "assistant", parts: [{ type: "text", text: "done" }] },
  ]);
});

describe("an edit", () => {
  test("replaces the payload in its place", async () => {
    const chat = await open();
    await chat.user("one", { id: "a" });
    await chat.user("two");
    const receipt = await chat.edit("a", { contentType: "dialogue", role: "user", text: "ONE" });
    expect(receipt.id).toBe("a");
    expect(await view(chat)).toEqual(["ONE", "two"]);
    expect(await chat.get("a")).toMatchObject({ payload: { text: "ONE" }, status: "live" });
  });

  test("to what is there already is none", async () => {
    const chat = await open();
    const first = await chat.user("one", { id: "a" });
    const payload = {
      contentType: "message",
      role: "user",
      parts: [{ type: "text", text: "one" }],
    } as const;
    expect(await chat.edit("a", payload)).toEqual(first);
    expect((await chat.history()).commits).toHaveLength(1);
  });

  test("of what is not in the view is refused", async () => {
    const chat = await open();
    await chat.user("one", { id: "a" });
    await chat.delete("a");
    const payload = { contentType: "dialogue", role: "user", text: "x" } as const;
    expect(await failure(chat.edit("a", payload))).toMatchObject({
      code: "EditTarget",
      details: { id: "a" },
    });
    expect(await failure(chat.edit("nobody", payload))).toMatchObject({ code: "EditTarget" });
  });
});

describe("a delete", () => {
  test("takes the entry out, and a revert puts it back", async () => {
    const chat = await open();
    await chat.user("one", { id: "a" });
    await chat.user("two");
    const { hash } = await chat.delete("a", { note: "not needed" });
    expect(await view(chat)).toEqual(["two"]);
    expect(await chat.get("a")).toMatchObject({ status: "deleted" });
    await chat.revert(hash);
    expect(await view(chat)).toEqual(["one", "two"]);
  });

  test("can be reverted by the entry's id", async () => {
    const chat = await open();
    await chat.user("one", { id: "a" });
    await chat.delete("a");
    await chat.revert("a");
    expect(await view(chat)).toEqual(["one"]);
    expect(await failure(chat.revert("nobody"))).toMatchObject({ code: "CommitNotFound" });
  });
});

describe("notes and annotations", () => {
  test("a note is set, read, changed and removed, and no hash changes", async () => {
    const chat = await open();
    const { hash } = await chat.user("one", { id: "a" });
    await chat.setNote("a", "thumb", "up");
    await chat.setNote("a", "read", { at: 5 });
    expect(await chat.notes("a")).toEqual({ thumb: "up", read: { at: 5 } });
    await chat.setNote("a", "thumb", null);
    expect(await chat.notes("a")).toEqual({ read: { at: 5 } });
    expect(chat.head).toBe(hash);
    expect(await failure(chat.setNote("nobody", "x", 1))).toMatchObject({ code: "EditTarget" });
  });

  test("skip leaves an entry out of every branch, unset brings it back", async () => {
    const chat = await open();
    await chat.user("one", { id: "a" });
    await chat.user("two");
    await chat.branch("other");
    await chat.skip("a", { reason: "noise", author: { kind: "user" } });
    expect(await view(chat)).toEqual(["two"]);
    expect(await view(await chat.at("other"))).toEqual(["two"]);
    expect((await chat.get("a"))?.priority).toBe("skip");
    await chat.annotate("a", "unset");
    expect(await view(chat)).toEqual(["one", "two"]);
    const annotations = await chat.annotations("a");
    expect(annotations.map(({ priority }) => priority)).toEqual(["unset", "skip"]);
    expect(annotations[1]).toMatchObject({
      reason: "noise",
      author: { kind: "user" },
      target: "a",
    });
    expect(annotations[0]?.createdAt).toBeGreaterThan(
      annotations[1]?.createdAt ?? Number.POSITIVE_INFINITY,
    );
  });

  test("pinned entries stay in every window", async () => {
    const counter = { name: "length", count: (text: string) => text.length };
    const chat = await createVarve({ counter }).open("x");
    await chat.user("pinned", { id: "a" });
    await chat.pin("a");
    for (let turn = 0; turn < 20; turn++) await chat.user(`turn ${turn} ${"x".repeat(100)}`);
    const { messages } = await chat.compile({ maxTokens: 400 });
    expect(messages.length).toBeLessThan(5);
    expect(messages[0]?.entries).toEqual(["a"]);
  });
});
