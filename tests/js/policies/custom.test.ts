// Policies of the application: what they see, what becomes of what they ask for.

import type { Policy, PolicyEvent, PolicyView } from "varve";
import { memory, storageError } from "varve";
import { faultyAdapter, memoryAdapter, testVarve } from "varve/testing";
import { describe, expect, test, vi } from "vitest";
import { failure } from "../repository/support.js";

/** Pins the newest entry as long as it says so. */
const keeper = (over: Partial<Policy> = {}): Policy => ({
  name: "keeper",
  evaluateOn: "commit",
  mode: "autonomous",
  async evaluate(view) {
    const { entries } = await view.transcript({ limit: 1 });
    const [last] = entries;
    const text = JSON.stringify(last?.payload ?? "");
    if (last === undefined || !text.includes("keep")) return null;
    return { type: "annotate", entries: [{ id: last.id, priority: "pinned" }] };
  },
  ...over,
});

async function opened() {
  const varve = testVarve();
  const chat = await varve.open("chat");
  return { varve, chat };
}

const outcomes = async (chat: Awaited<ReturnType<typeof opened>>["chat"]) =>
  (await chat.policies.evaluations({ reverse: false })).evaluations.map(
    ({ outcome, count }) => outcome + (count === undefined ? "" : ` ${count}`),
  );

describe("a policy of the application", () => {
  test("acts after commits, batches and turns, and what it did can be undone", async () => {
    const { chat } = await opened();
    chat.policies.register(keeper());
    await chat.user("hello", { id: "a" });
    await chat.user("keep this", { id: "b" });
    expect((await chat.get("b"))?.priority).toBe("pinned");
    await chat.batch(async (tx) => void (await tx.user("keep that", { id: "c" })));
    expect((await chat.get("c"))?.priority).toBe("pinned");
    const turn = chat.turn({ id: "d" });
    turn.write({ type: "text", text: "keep it all" });
    await turn.finish({ status: "complete" });
    expect((await chat.get("d"))?.priority).toBe("pinned");
    const [annotation] = await chat.annotations("c");
    expect(annotation?.author).toEqual({ kind: "policy", name: "keeper" });
    const { evaluations } = await chat.policies.evaluations({ where: { outcome: "executed" } });
    await chat.undo(evaluations[0]?.operation);
    expect((await chat.get("d"))?.priority).toBe("normal");
  });

  test("sees status, entries, annotations, branches and time, and can change nothing", async () => {
    const { varve, chat } = await opened();
    let seen: PolicyView | undefined;
    chat.policies.register(
      keeper({
        evaluateOn: "compile",
        evaluate: async (view) => {
          seen = view;
          return null;
        },
      }),
    );
    await chat.policies.configure({ keeper: { config: { words: ["keep"] } } });
    await chat.user("hello", { id: "a" });
    await chat.pin("a");
    varve.clock.advance(5);
    await chat.prepare();
    const view = seen as PolicyView;
    expect(view).toMatchObject({
      trigger: "compile",
      branch: "main",
      now: varve.clock(),
      config: { words: ["keep"] },
    });
    expect((await view.status()).byRole.user?.entries).toBe(1);
    expect((await view.transcript()).entries.map(({ id }) => id)).toEqual(["a"]);
    expect((await view.annotations("a"))[0]?.priority).toBe("pinned");
    expect((await view.branches())[0]?.name).toBe("main");
    expect(Object.isFrozen(view)).toBe(true);
    const writes = ["commit", "edit", "delete", "annotate", "batch", "reset", "call"];
    expect(writes.filter((name) => name in view)).toEqual([]);
  });

  test("is evaluated in order of priority, and sees what the one before it did", async () => {
    const { chat } = await opened();
    const order: string[] = [];
    const noting = (name: string, priority: number): Policy => ({
      name,
      priority,
      evaluateOn: "compile",
      async evaluate(view) {
        order.push(`${name} ${(await view.get("a"))?.priority}`);
        return name === "first"
          ? { type: "annotate", entries: [{ id: "a", priority: "pinned" }] }
          : null;
      },
      mode: "autonomous",
    });
    chat.policies.register(noting("second", 20));
    chat.policies.register(noting("first", 10));
    await chat.user("hello", { id: "a" });
    await chat.prepare();
    expect(order).toEqual(["first normal", "second pinned"]);
  });

  test("that fails neither stops the commit nor the others, and is told", async () => {
    const { chat } = await opened();
    const events: PolicyEvent[] = [];
    chat.on("policy", (event) => events.push(event));
    chat.policies.register(
      keeper({
        name: "broken",
        priority: 1,
        evaluate: () => {
          throw new Error("no luck");
        },
      }),
    );
    chat.policies.register(keeper());
    await chat.user("keep", { id: "a" });
    expect((await chat.get("a"))?.priority).toBe("pinned");
    expect(events.map(({ policy, outcome }) => `${policy} ${outcome}`)).toEqual([
      "broken failed",
      "keeper executed",
    ]);
    expect(await outcomes(chat)).toContain("failed");
  });

  test("that asks for what is no action fails with what one is", async () => {
    const { chat } = await opened();
    let error: unknown;
    chat.on("policy", (event) => {
      error = event.error;
    });
    chat.policies.register(keeper({ evaluate: () => ({ type: "dance" }) as never }));
    await chat.user("hello");
    expect(error).toMatchObject({ code: "Validation", details: { pointer: "/type" } });
  });

  test("is refused without a name, with one of varve's, or without evaluate", async () => {
    const { chat } = await opened();
    for (const wrong of [
      { name: "" },
      { name: "auto-pin" },
      { evaluateOn: "tea" },
      { evaluate: 3 },
    ])
      expect(() => chat.policies.register(keeper(wrong as never))).toThrow(
        expect.objectContaining({ code: "Validation" }),
      );
  });

  test("is counted where it asks for nothing, and rests where it was configured to", async () => {
    const { varve, chat } = await opened();
    chat.policies.register(keeper({ evaluateOn: "compile", evaluate: () => null }));
    await chat.user("hello");
    for (let n = 0; n < 5; n++) await chat.prepare();
    expect(await outcomes(chat)).toContain("quiet 5");
    const counting = vi.fn(() => ({ type: "annotate", entries: [] }) as never);
    chat.policies.register(keeper({ evaluateOn: "compile", evaluate: counting }));
    await chat.policies.configure({ keeper: { cooldown: 1000 } });
    await chat.prepare();
    await chat.prepare();
    expect(counting).toHaveBeenCalledTimes(1);
    varve.clock.advance(1000);
    await chat.prepare();
    expect(counting).toHaveBeenCalledTimes(2);
  });

  test("never looks at an asOf compile, nor at compile itself", async () => {
    const { chat } = await opened();
    const evaluate = vi.fn(() => null);
    chat.policies.register(keeper({ evaluateOn: "compile", evaluate }));
    const { hash } = await chat.user("hello");
    await chat.prepare({ asOf: hash });
    await chat.compile();
    expect(evaluate).not.toHaveBeenCalled();
    await chat.prepare();
    expect(evaluate).toHaveBeenCalledTimes(1);
  });
});

describe("an action of the application", () => {
  const closing = (): Policy => ({
    name: "closer",
    evaluateOn: "compile",
    evaluate: () => ({ type: "ticket:close", ticket: 7 }),
  });

  test("is proposed, and done by its handler once", async () => {
    const { chat } = await opened();
    const handler = vi.fn();
    chat.policies.handle("ticket:close", handler);
    chat.policies.register(closing());
    await chat.user("hello");
    const { proposals } = await chat.prepare();
    expect(proposals).toMatchObject([{ policy: "closer", kind: "ticket:close", state: "pending" }]);
    expect((await chat.prepare()).proposals).toHaveLength(1);
    const done = await chat.policies.approve(proposals[0] as never);
    expect(done.state).toBe("executed");
    expect(handler).toHaveBeenCalledTimes(1);
    expect(handler.mock.calls[0]?.[0]).toEqual({ type: "ticket:close", ticket: 7 });
    const again = await failure(chat.policies.approve(proposals[0] as never));
    expect(again.code).toBe("StaleProposal");
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test("whose handler is missing after a restart is a typed error, and stays pending", async () => {
    const storage = memory("restart");
    const first = await testVarve({ storage }).open("chat");
    first.policies.register(closing());
    await first.user("hello");
    const [proposal] = (await first.prepare()).proposals;
    const later = await testVarve({ storage, ids: 2 }).open("chat");
    const error = await failure(later.policies.approve(proposal?.id as string));
    expect(error).toMatchObject({
      code: "PolicyExecution",
      details: { policy: "closer", tries: 0 },
    });
    expect((await later.policies.proposals())[0]?.state).toBe("pending");
    const handler = vi.fn();
    later.policies.handle("ticket:close", handler);
    await later.policies.approve(proposal?.id as string);
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test("is tried three times where it fails for now, each try in the log", async () => {
    const { chat } = await opened();
    const handler = vi.fn(() => {
      throw Object.assign(new Error("busy"), { status: 429 });
    });
    chat.policies.handle("ticket:close", handler);
    chat.policies.register(closing());
    await chat.user("hello");
    const [proposal] = (await chat.prepare()).proposals;
    const error = await failure(chat.policies.approve(proposal as never));
    expect(error).toMatchObject({
      code: "PolicyExecution",
      details: { policy: "closer", tries: 3 },
    });
    expect((error.cause as Error).message).toBe("busy");
    expect(handler).toHaveBeenCalledTimes(3);
    expect((await outcomes(chat)).filter((outcome) => outcome === "retried")).toHaveLength(2);
    expect((await chat.policies.proposals({ states: ["failed"] }))[0]?.reason).toContain("busy");
  });

  test("is done once, though writing that down fails for now", async () => {
    const storage = faultyAdapter(memoryAdapter());
    const chat = await testVarve({ storage }).open("chat");
    const handler = vi.fn(() => {
      storage.setFaults({ kind: "fail", on: "write", error: storageError("Blocked", "for now") });
    });
    chat.policies.handle("ticket:close", handler);
    chat.policies.register(closing());
    await chat.user("hello");
    const [proposal] = (await chat.prepare()).proposals;
    expect((await chat.policies.approve(proposal as never)).state).toBe("executed");
    expect(handler).toHaveBeenCalledTimes(1);
    expect(await outcomes(chat)).toContain("retried");
  });

  test("that was written down, though nobody knew, is found to be executed", async () => {
    const storage = faultyAdapter(memoryAdapter());
    const chat = await testVarve({ storage }).open("chat");
    const handler = vi.fn(() => {
      const error = storageError("OutcomeUnknown", "the connection broke");
      storage.setFaults({ kind: "loseAnswer", on: "write", error });
    });
    chat.policies.handle("ticket:close", handler);
    chat.policies.register(closing());
    await chat.user("hello");
    const [proposal] = (await chat.prepare()).proposals;
    const done = await chat.policies.approve(proposal as never);
    expect(done.state).toBe("executed");
    expect(handler).toHaveBeenCalledTimes(1);
    const executed = (await outcomes(chat)).filter((outcome) => outcome === "executed");
    expect(executed).toHaveLength(1);
  });

  test("is tried once where trying again is no use", async () => {
    const { chat } = await opened();
    const handler = vi.fn(() => {
      throw new Error("never");
    });
    chat.policies.handle("ticket:close", handler);
    chat.policies.register({ ...closing(), mode: "autonomous" });
    const events: PolicyEvent[] = [];
    chat.on("policy", (event) => events.push(event));
    await chat.user("hello");
    await chat.prepare();
    expect(handler).toHaveBeenCalledTimes(1);
    expect(events).toMatchObject([{ outcome: "failed", error: { code: "PolicyExecution" } }]);
  });
});
