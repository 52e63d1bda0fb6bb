// deleteRepository, and calls on what is no longer there.
import type { RepositoryKey, StorageAdapter } from "../../../types/storage.js";
import {
  contentsOf,
  create,
  FIRST,
  filled,
  idsOf,
  journalOf,
  leavesAsItWas,
  SECOND,
  write,
} from "../actions.js";
import { equal, outcomeOf, refuses } from "../assert.js";
import { CALLS_ON_A_REPOSITORY } from "../calls.js";
import { type Group, group, hasSeveralWriters } from "../case.js";
import { batch, checkpoint, fullBatch, upTo } from "../samples.js";

/** Ways in which a key is not that of a repository that is there. */
const GONE: Record<string, (store: StorageAdapter) => Promise<RepositoryKey>> = {
  "a repository that nobody made": async () => ({
    workspace: "acme",
    id: "chat",
    incarnation: FIRST,
  }),
  "a repository that was deleted": async (store) => {
    const key = await filled(store, 2);
    await store.deleteRepository(key);
    return key;
  },
  "a repository that was made again under another incarnation": async (store) => {
    const key = await filled(store, 2);
    await store.deleteRepository(key);
    await create(store, { incarnation: SECOND });
    return key;
  },
  "another incarnation than the one that is there": async (store) => {
    const key = await filled(store, 2);
    return { ...key, incarnation: SECOND };
  },
};

export const deleting: Group = group("deleteRepository", (test) => {
  test("deleting tells true, and false the second time", async ({ store }) => {
    const key = await filled(store, 2);
    equal(await store.deleteRepository(key), true, "what deleteRepository tells");
    equal(await store.deleteRepository(key), false, "what it tells the second time");
  });

  test("deleting what nobody made tells false", async ({ store }) => {
    const key = { workspace: "acme", id: "chat", incarnation: FIRST };
    equal(await store.deleteRepository(key), false, "what deleteRepository tells");
  });

  test("deleting another incarnation tells false and deletes nothing", async ({ store }) => {
    const key = await create(store);
    await write(store, key, fullBatch(1));
    await leavesAsItWas(store, key, "deleting another incarnation", async () => {
      const deleted = await store.deleteRepository({ ...key, incarnation: SECOND });
      equal(deleted, false, "what deleteRepository tells");
    });
  });

  test("deleting the old incarnation leaves the one made since", async ({ store }) => {
    const old = await filled(store, 2);
    await store.deleteRepository(old);
    const key = await filled(store, 3, undefined, { incarnation: SECOND });
    equal(await store.deleteRepository(old), false, "what deleteRepository tells");
    equal((await journalOf(store, key)).length, 3, "how many entries the new one has");
  });

  for (const [what, other] of [
    ["the same id in another workspace", { workspace: "other" }],
    ["another id of the same incarnation", { id: "other" }],
    ["an id that begins with it", { id: "chat/2" }],
    ["an id that it begins with", { id: "cha" }],
    ["the id in another case", { id: "CHAT" }],
    ["a workspace that begins with it", { workspace: "acme/2" }],
  ] as const) {
    test(`deleting leaves ${what}`, async ({ store }) => {
      const key = await create(store);
      const neighbour = await create(store, other);
      for (const each of [key, neighbour]) {
        await write(store, each, fullBatch(1));
        await store.writeCheckpoint(each, checkpoint(1));
      }
      await leavesAsItWas(store, neighbour, "deleting the other", async () => {
        await store.deleteRepository(key);
      });
    });
  }

  test("what was deleted is not listed", async ({ store }) => {
    await create(store, { id: "one" });
    const two = await create(store, { id: "two" });
    await create(store, { id: "three" });
    await store.deleteRepository(two);
    equal(await idsOf(store), ["one", "three"], "the ids");
  });

  test("a large repository is deleted whole", { slow: true }, async ({ store }) => {
    const key = await create(store);
    for (const seq of upTo(300)) await write(store, key, fullBatch(seq));
    await store.deleteRepository(key);
    const again = await create(store);
    const empty = { journal: [], objects: [], calls: [], checkpoint: undefined };
    equal(await contentsOf(store, again), empty, "the repository made again");
  });

  test("a write that races a deletion is written before it, or fails with Closed", async ({
    store,
  }) => {
    for (const round of upTo(10)) {
      const key = await create(store, { id: `chat ${round}` });
      const [written, deleted] = await Promise.all([
        outcomeOf(() => store.write(key, batch(1))),
        store.deleteRepository(key),
      ]);
      equal(deleted, true, "what deleteRepository tells");
      if ("error" in written) {
        await refuses("Closed", "the write", () => Promise.reject(written.error));
      }
      await refuses("Closed", "reading afterwards", () => journalOf(store, key));
    }
  });

  test("a handle sees that another deleted", { needs: hasSeveralWriters }, async (t) => {
    const other = await t.open();
    const key = await filled(t.store, 2);
    equal((await journalOf(other, key)).length, 2, "how many entries the other handle sees");
    equal(await t.store.deleteRepository(key), true, "what deleteRepository tells");
    await refuses("Closed", "write of the other handle", () => other.write(key, batch(3)));
    await refuses("Closed", "readJournal of the other handle", () => journalOf(other, key));
    equal(await other.findRepository(key), undefined, "what the other handle finds");
  });

  for (const [what, make] of Object.entries(GONE)) {
    for (const call of CALLS_ON_A_REPOSITORY) {
      const where = call.optional ? ", where the store has it," : "";
      test(`${call.name}${where} on ${what} fails with Closed`, async ({ store }) => {
        const key = await make(store);
        if (store[call.name] === undefined) return;
        await refuses("Closed", call.name, () => call.make(store, key));
        await refuses("Closed", `${call.name} once more`, () => call.make(store, key));
      });
    }
  }

  test("an old writer changes nothing of the repository made since", async ({ store }) => {
    const old = await create(store);
    await store.deleteRepository(old);
    const key = await create(store, { incarnation: SECOND });
    await write(store, key, fullBatch(1));
    await leavesAsItWas(store, key, "what an old writer tried", async () => {
      for (const { make } of CALLS_ON_A_REPOSITORY) await outcomeOf(() => make(store, old));
      await outcomeOf(() => store.write(old, fullBatch(2)));
    });
  });
});
