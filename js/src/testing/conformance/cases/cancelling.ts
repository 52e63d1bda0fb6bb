// Calls with a signal.
import { contentsOf, create, idsOf, journalOf, leavesAsItWas, write } from "../actions.js";
import { equal, fail, holds, type Outcome, outcomeOf } from "../assert.js";
import { CALLS, CALLS_ON_A_REPOSITORY } from "../calls.js";
import { type Group, group } from "../case.js";
import { AT, batch, checkpoint, fullBatch, object, upTo } from "../samples.js";
import { show } from "../show.js";

/** Fails unless a call failed with exactly this reason. */
function gave(outcome: Outcome<unknown>, reason: unknown, what: string): void {
  if ("value" in outcome) {
    fail(`${what}: expected it to fail with the signal's reason, got ${show(outcome.value)}`);
  }
  if (outcome.error !== reason) {
    fail(
      `${what}: expected the signal's reason itself, ${show(reason)}, got ${show(outcome.error)}`,
    );
  }
}

export const cancelling: Group = group("signals", (test) => {
  for (const call of CALLS) {
    const where = call.optional ? ", where the store has it," : "";
    test(`${call.name}${where} with an aborted signal fails with its reason and does nothing`, async (t) => {
      const { store } = t;
      const key = await create(store);
      await write(store, key, fullBatch(1));
      await store.writeCheckpoint(key, checkpoint(1));
      if (store[call.name] === undefined) return;
      const reason = new Error("the user left");
      const { signal } = abortedWith(reason);
      await leavesAsItWas(store, key, `a cancelled ${call.name}`, async () => {
        gave(await outcomeOf(() => call.make(store, key, { signal })), reason, call.name);
      });
    });
  }

  test("a cancelled creation makes nothing", async ({ store }) => {
    const reason = new Error("the user left");
    const address = { workspace: "acme", id: "chat" };
    const { signal } = abortedWith(reason);
    const create = () => store.createRepository(address, "00000000000000a1", AT, { signal });
    gave(await outcomeOf(create), reason, "createRepository");
    equal(await store.findRepository(address), undefined, "what findRepository tells");
    equal(await idsOf(store), [], "the list");
  });

  test("a cancelled write writes nothing", async ({ store }) => {
    const key = await create(store);
    await write(store, key, fullBatch(1));
    const reason = { any: "value" };
    const { signal } = abortedWith(reason);
    await leavesAsItWas(store, key, "a cancelled write", async () => {
      const given = { ...fullBatch(2), deleteObjects: [object("object 1 of a").hash] };
      gave(await outcomeOf(() => store.write(key, given, { signal })), reason, "write");
    });
    await write(store, key, fullBatch(2));
  });

  test("without a reason of its own, the signal's AbortError is given", async ({ store }) => {
    const key = await create(store);
    const controller = new AbortController();
    controller.abort();
    const { signal } = controller;
    const read = await outcomeOf(() => store.readJournal(key, { after: 0, limit: 5 }, { signal }));
    gave(read, signal.reason, "readJournal");
  });

  for (const call of CALLS) {
    const where = call.optional ? ", where the store has it," : "";
    test(`${call.name}${where} with a signal that is aborted later goes well`, async ({
      store,
    }) => {
      const key = await create(store);
      if (store[call.name] === undefined) return;
      const controller = new AbortController();
      await call.make(store, key, { signal: controller.signal });
      controller.abort();
    });
  }

  for (const call of CALLS_ON_A_REPOSITORY) {
    const where = call.optional ? ", where the store has it" : "";
    test(`${call.name}${where}, aborted meanwhile, ends well or with the reason`, async ({
      store,
    }) => {
      const key = await create(store);
      if (store[call.name] === undefined) return;
      const reason = new Error("the user left");
      const controller = new AbortController();
      const running = outcomeOf(() => call.make(store, key, { signal: controller.signal }));
      controller.abort(reason);
      const outcome = await running;
      if ("error" in outcome) gave(outcome, reason, call.name);
      await contentsOf(store, key); // and the handle works on
    });
  }

  test("a write that is aborted meanwhile happens whole or not at all", {
    slow: true,
  }, async (t) => {
    const { store } = t;
    for (const round of upTo(20)) {
      const key = await create(store, { id: `chat ${round}` });
      const controller = new AbortController();
      const given = { ...fullBatch(1), objects: upTo(20).map((n) => object(`${n}`)) };
      const running = outcomeOf(() => store.write(key, given, { signal: controller.signal }));
      for (let turn = 1; turn < round; turn++) await Promise.resolve();
      if (round % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      controller.abort(new Error("the user left"));
      const outcome = await running;
      const entries = await journalOf(store, key);
      const objects = await store.listObjects(key, { limit: 99 });
      const rows = (await store.readLog(key, "calls", { limit: 9 })).rows;
      const what = `entries, objects and rows in round ${round}`;
      const counts = [entries.length, objects.length, rows.length];
      equal(counts, entries.length === 1 ? [1, 20, 1] : [0, 0, 0], what);
      if ("value" in outcome) equal(entries.length, 1, "how many entries a resolved write left");
      holds(
        (await store.write(key, fullBatch(entries.length + 1, "b"))).conflict === undefined,
        what,
      );
    }
  });

  test("cancelling one call leaves the others", async ({ store }) => {
    const key = await create(store);
    const controller = new AbortController();
    const { signal } = controller;
    const calls = upTo(8).map((n) =>
      outcomeOf(() =>
        n % 2
          ? store.readJournal(key, { after: 0, limit: 5 }, { signal })
          : store.readJournal(key, { after: 0, limit: 5 }),
      ),
    );
    controller.abort();
    const outcomes = await Promise.all(calls);
    for (const [index, outcome] of outcomes.entries()) {
      if (index % 2 === 1) equal(outcome, { value: [] }, "a call that was not cancelled");
    }
    await write(store, key, batch(1));
  });
});

function abortedWith(reason: unknown): AbortController {
  const controller = new AbortController();
  controller.abort(reason);
  return controller;
}
