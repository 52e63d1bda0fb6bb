// Batches, events, budgets: what happens together, and who hears of it.
import { type CommitEvent, createVarve, type Transaction } from "varve";
import { describe, expect, test, vi } from "vitest";
import { failure, open, view } from "./support.js";

describe("a batch", () => {
  test("is one operation", async () => {
    const chat = await open();
    const result = await chat.batch(async (tx) => {
      const first = await tx.user("one", { id: "a" });
      await tx.assistant("two", { replyTo: "a" });
      await tx.edit("a", { contentType: "dialogue", role: "user", text: "ONE" });
      await tx.pin("a");
      await tx.setNote("a", "x", 1);
      await tx.tag("v1");
      return first.id;
    });
    expect(result).toBe("a");
    expect(await view(chat)).toEqual(["ONE", "two"]);
    expect((await chat.operations({ limit: 1 }))[0]).toMatchObject({ kind: "batch", records: 6 });
    expect(await chat.tags()).toEqual([{ name: "v1", hash: chat.head }]);
    await chat.undo();
    expect(chat.head).toBeUndefined();
  });

  test("gives the hashes that the commits will have", async () => {
    const chat = await open();
    const receipts = await chat.batch(async (tx) => [await tx.user("one"), await tx.user("two")]);
    const { commits } = await chat.history();
    expect(commits.map(({ hash }) => hash).toReversed()).toEqual(receipts.map(({ hash }) => hash));
    expect(receipts.map(({ height }) => height)).toEqual([1, 2]);
  });

  test("stores nothing where its function throws", async () => {
    const chat = await open();
    await chat.user("before");
    const run = chat.batch(async (tx) => {
      await tx.user("lost");
      throw new Error("changed my mind");
    });
    await expect(run).rejects.toThrow("changed my mind");
    expect(await view(chat)).toEqual(["before"]);
  });

  test("stores nothing where one of its operations fails, unless that was caught", async () => {
    const chat = await open();
    await chat.user("before");
    const error = await failure(
      chat.batch(async (tx) => {
        await tx.user("lost");
        await tx.delete("nobody");
      }),
    );
    expect(error.code).toBe("EditTarget");
    expect(await view(chat)).toEqual(["before"]);
    await chat.batch(async (tx) => {
      await tx.user("kept");
      await tx.delete("nobody").catch(() => {});
    });
    expect(await view(chat)).toEqual(["before", "kept"]);
  });

  test("runs again where the head moved meanwhile", async () => {
    const chat = await open();
    await chat.user("start");
    let runs = 0;
    await chat.batch(async (tx) => {
      runs++;
      await tx.user(`run ${runs}`);
      if (runs < 3) await chat.user(`between ${runs}`);
    });
    expect(runs).toBe(3);
    expect(await view(chat)).toEqual(["start", "between 1", "between 2", "run 3"]);
  });

  test("with an operationId that is known does nothing", async () => {
    const chat = await open();
    const run = () => chat.batch((tx) => tx.user("once", { id: "a" }), { operationId: "op" });
    await run();
    await chat.user("later");
    await run();
    expect(await view(chat)).toEqual(["once", "later"]);
  });

  test("of nothing is nothing", async () => {
    const chat = await open();
    expect(await chat.batch(() => 5)).toBe(5);
    expect(chat.head).toBeUndefined();
  });

  test("that has ended takes nothing any more, whether it was stored or not", async () => {
    const chat = await open();
    const ended: Transaction[] = [];
    await chat.batch(async (tx) => {
      ended.push(tx);
      await tx.user("in time", { id: "a" });
    });
    const run = chat.batch((tx) => {
      ended.push(tx);
      throw new Error("changed my mind");
    });
    await expect(run).rejects.toThrow("changed my mind");
    for (const tx of ended) {
      for (const late of [tx.user("late"), tx.pin("a"), tx.setNote("a", "x", 1)]) {
        expect((await failure(late as Promise<unknown>)).code).toBe("Closed");
      }
    }
    expect(await view(chat)).toEqual(["in time"]);
    expect(await chat.annotations("a")).toEqual([]);
  });

  test("that has ended refuses what was under way, as it is not stored", async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const validator = () => gate;
    const chat = await createVarve({ contentTypes: { ticket: { validator } } as never }).open("x");
    let late: Promise<unknown> | undefined;
    await chat.batch(async (tx) => {
      await tx.user("in time");
      late = failure(tx.commit({ contentType: "ticket" } as never, { id: "late" }));
    });
    go();
    expect(await late).toMatchObject({ code: "Closed" });
    expect(await view(chat)).toEqual(["in time"]);
  });

  test("whose function writes past it moves the head each time, and is given up", async () => {
    const chat = await open();
    let runs = 0;
    const run = chat.batch(async (tx) => {
      runs += 1;
      await tx.user("in it");
      await chat.pin((await chat.user(`past it ${runs}`)).id ?? "");
    });
    const error = await failure(run);
    expect([error.code, error.retryable]).toEqual(["Conflict", true]);
    expect(error.message).toContain("write with tx");
    expect(await view(chat)).not.toContain("in it");
    expect(runs).toBeLessThanOrEqual(1000);
  });

  test("refuses what cannot be part of one", async () => {
    const chat = await open();
    const error = await failure(chat.batch((tx) => tx.user("x", { id: 5 as never })));
    expect(error.code).toBe("Validation");
    expect(chat.head).toBeUndefined();
  });
});

describe("events", () => {
  test("tell of commits, by whichever handle, until they are not listened to", async () => {
    const chat = await open();
    const heard: CommitEvent[] = [];
    const stop = chat.on("commit", (event) => heard.push(event));
    const first = await chat.user("one", { id: "a" });
    const other = await chat.at("main");
    const second = await other.edit("a", { contentType: "dialogue", role: "user", text: "x" });
    const both = await chat.batch(async (tx) => [await tx.user("two"), await tx.delete("a")]);
    await chat.pin("a");
    stop();
    stop();
    await chat.user("unheard");
    expect(heard.map(({ receipts }) => receipts)).toEqual([[first], [second], both]);
    expect(heard[0]).toMatchObject({ type: "commit", branch: "main" });
  });

  test("reach every listener, also one that was added twice or leaves while it is called", async () => {
    const chat = await open();
    const calls: string[] = [];
    const listener = () => void calls.push("twice");
    chat.on("commit", listener);
    chat.on("commit", listener);
    const stop = chat.on("commit", () => {
      calls.push("once");
      stop();
    });
    chat.on("commit", () => calls.push("last"));
    await chat.user("one");
    await chat.user("two");
    expect(calls).toEqual(["twice", "twice", "once", "last", "twice", "twice", "last"]);
  });

  test("survive a listener that throws: the commit stands, the others hear of it", async () => {
    const chat = await open();
    const uncaught = vi.fn();
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", uncaught);
    try {
      const heard = vi.fn();
      chat.on("commit", () => {
        throw new Error("bad listener");
      });
      chat.on("commit", heard);
      await chat.user("one");
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(heard).toHaveBeenCalledOnce();
      expect(uncaught.mock.calls[0]?.[0]).toMatchObject({ message: "bad listener" });
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of others) process.on("uncaughtException", listener);
    }
    expect(await view(chat)).toEqual(["one"]);
  });

  test("let a screen follow: a snapshot stays the same object until something changes", async () => {
    const chat = await open();
    const changed = vi.fn();
    const { subscribe, getSnapshot } = chat;
    const stop = subscribe(changed);
    const first = getSnapshot();
    expect(getSnapshot()).toBe(first);
    expect(first).toEqual({ head: undefined, branch: "main", version: 0 });
    const { hash } = await chat.user("one");
    expect(changed).toHaveBeenCalledTimes(1);
    expect(getSnapshot()).toMatchObject({ head: hash });
    expect(getSnapshot()).toBe(getSnapshot());
    await (await chat.at("main")).user("two");
    expect(changed).toHaveBeenCalledTimes(2);
    expect(getSnapshot().head).toBe(chat.head);
    await chat.branch("other");
    await chat.switchTo("other");
    expect(getSnapshot().branch).toBe("other");
    stop();
    await chat.user("three");
    expect(changed).toHaveBeenCalledTimes(4);
  });
});

describe("a budget", () => {
  const varve = () =>
    createVarve({ counter: { name: "characters", count: (text) => text.length } });

  test("warns by an event, and stores what comes", async () => {
    const chat = await varve().open("x", { budget: { maxTokens: 100, action: "warn" } });
    const heard: object[] = [];
    chat.on("budget", (event) => heard.push(event));
    await chat.user("x".repeat(50));
    expect(heard).toEqual([]);
    await chat.user("x".repeat(50));
    const { tokenCount } = await chat.compile();
    expect(heard).toEqual([{ type: "budget", branch: "main", limit: 100, used: tokenCount }]);
  });

  test("calls back", async () => {
    const callback = vi.fn();
    const chat = await varve().open("x", {
      budget: { maxTokens: 10, action: "callback", callback },
    });
    await chat.user("x".repeat(50));
    expect(callback).toHaveBeenCalledTimes(1);
    await chat.setBudget(null);
    await chat.user("x".repeat(50));
    expect(callback).toHaveBeenCalledTimes(1);
  });

  test("that rejects refuses input, and stores nothing of it", async () => {
    const chat = await varve().open("x", { budget: { maxTokens: 100, action: "reject" } });
    await chat.user("x".repeat(60));
    for (const write of [
      () => chat.user("x".repeat(60)),
      () => chat.instruction("x".repeat(60)),
      () => chat.batch((tx) => tx.user("x".repeat(60))),
    ]) {
      expect(await failure(write)).toMatchObject({
        code: "BudgetExceeded",
        details: { limit: 100 },
      });
    }
    expect(await view(chat)).toHaveLength(1);
  });

  test("that rejects stores replies and results all the same, and says so", async () => {
    const chat = await varve().open("x", { budget: { maxTokens: 100, action: "reject" } });
    const heard = vi.fn();
    chat.on("budget", heard);
    await chat.user("x".repeat(60));
    await chat.assistant("x".repeat(60));
    await chat.toolCall("t", {}, { callId: "a" });
    await chat.toolResult("a", "x".repeat(60));
    expect((await view(chat)).length).toBe(4);
    expect(heard).toHaveBeenCalled();
  });

  test("can be a share of the model's window", async () => {
    const budget = {
      contextWindow: 1000,
      reserveOutput: 100,
      margin: 0.1,
      action: "warn",
    } as const;
    const chat = await varve().open("x", { budget });
    await chat.user("hi");
    expect((await chat.status()).budget?.limit).toBe(800);
  });

  test.each<[string, object]>([
    ["nothing", { action: "warn" }],
    ["zero", { maxTokens: 0, action: "warn" }],
    ["a fraction", { maxTokens: 1.5, action: "warn" }],
    ["both", { maxTokens: 5, contextWindow: 5, action: "warn" }],
    ["less than it reserves", { contextWindow: 5, reserveOutput: 5, action: "warn" }],
    ["an unknown action", { maxTokens: 5, action: "panic" }],
    ["an unknown field", { maxTokens: 5, action: "warn", extra: 1 }],
  ])("of %s is refused", async (_, budget) => {
    expect((await failure(varve().open("x", { budget: budget as never }))).code).toBe("Validation");
  });
});
