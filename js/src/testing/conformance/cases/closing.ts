// close: calls afterwards fail, what was written stays.

import { isVarveError } from "../../../errors.js";
import { create, filled, journalOf, write } from "../actions.js";
import { equal, fail, outcomeOf, refuses } from "../assert.js";
import { CALLS } from "../calls.js";
import { type Group, group, hasSeveralWriters } from "../case.js";
import { batch, entry, fullBatch, upTo } from "../samples.js";
import { show } from "../show.js";

export const closing: Group = group("close", (test) => {
  for (const call of CALLS) {
    const where = call.optional ? ", where the store has it," : "";
    test(`${call.name}${where} after close fails with Closed`, async ({ store }) => {
      const key = await filled(store, 2);
      await store.close();
      if (store[call.name] === undefined) return;
      await refuses("Closed", call.name, () => call.make(store, key));
      await refuses("Closed", `${call.name} once more`, () => call.make(store, key));
    });
  }

  test("a handle may be closed twice", async ({ store }) => {
    await create(store);
    await store.close();
    await store.close();
    await Promise.all([store.close(), store.close()]);
  });

  test("a handle that was never used may be closed, and stays closed", async ({ store }) => {
    await store.close();
    const address = { workspace: "acme", id: "chat" };
    await refuses("Closed", "findRepository", () => store.findRepository(address));
  });

  test("closing a handle leaves the others working", { needs: hasSeveralWriters }, async (t) => {
    const other = await t.open();
    const key = await filled(t.store, 2);
    equal((await journalOf(other, key)).length, 2, "how many entries the other sees");
    await t.store.close();
    await write(other, key, fullBatch(3));
    equal(
      await journalOf(other, key),
      upTo(3).map((seq) => entry(seq)),
      "the journal",
    );
  });

  test("calls that are under way when the handle is closed end, well or with Closed", async (t) => {
    const { store } = t;
    const key = await filled(store, 2);
    const under = upTo(8).flatMap((n) => [
      outcomeOf(() => store.readJournal(key, { after: 0, limit: 9 })),
      outcomeOf(() => store.write(key, batch(3, { writer: `${n}` }))),
    ]);
    await store.close();
    for (const outcome of await Promise.all(under)) {
      if ("value" in outcome || isVarveError(outcome.error, "Closed")) continue;
      fail(`expected an answer or Closed, got ${show(outcome.error)}`, outcome.error);
    }
  });
});
