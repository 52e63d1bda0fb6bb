// What is there after the store was closed and opened again.
import type { RepositoryKey, StorageAdapter } from "../../../types/storage.js";
import { byUtf8 } from "../../queries.js";
import {
  conflicts,
  contentsOf,
  create,
  FIRST,
  filled,
  idsOf,
  journalOf,
  listOf,
  objectOf,
  SECOND,
  write,
} from "../actions.js";
import { equal, refuses } from "../assert.js";
import { both, type Group, group, isDurable, keepsCheckpoints, type Trial } from "../case.js";
import {
  AT,
  batch,
  checkpoint,
  entry,
  everyByte,
  fullBatch,
  hashOf,
  noise,
  object,
  upTo,
} from "../samples.js";
import { NASTY } from "./names.js";

const needs = isDurable;

async function reopened({ store, open }: Trial): Promise<StorageAdapter> {
  await store.close();
  return open();
}

/** A repository with something of everything. */
async function furnished(store: StorageAdapter): Promise<RepositoryKey> {
  const key = await create(store);
  for (const seq of upTo(20)) await write(store, key, fullBatch(seq));
  const objects = [object("bytes", everyByte()), object("empty", new Uint8Array(0))];
  await write(store, key, batch(21, { objects, deleteObjects: [hashOf("object 3 of a")] }));
  await store.writeCheckpoint(key, checkpoint(21, [object("a", noise(5000)), object("b")]));
  return key;
}

export const reopening: Group = group("reopening", (test) => {
  test("everything is there, byte for byte", { needs }, async (t) => {
    const key = await furnished(t.store);
    const before = await contentsOf(t.store, key);
    equal(await contentsOf(await reopened(t), key), before, "the repository");
  });

  test("an empty repository is there", { needs }, async (t) => {
    await create(t.store);
    const row = { id: "chat", incarnation: FIRST, createdAt: AT, updatedAt: AT };
    equal(await listOf(await reopened(t)), [row], "the list");
  });

  test("a single write is there", { needs }, async (t) => {
    const key = await create(t.store);
    await write(t.store, key, fullBatch(1));
    const store = await reopened(t);
    equal(await journalOf(store, key), [entry(1)], "the journal");
    equal(
      await objectOf(store, key, hashOf("object 1 of a")),
      object("object 1 of a").bytes,
      "the object",
    );
  });

  test("writing goes on where it ended, and races are lost as before", { needs }, async (t) => {
    const key = await filled(t.store, 3);
    const store = await reopened(t);
    await conflicts(store, key, batch(3, { writer: "b" }), [entry(3)]);
    await refuses("Corrupt", "a gap", () => store.write(key, batch(5)));
    await write(store, key, batch(4));
  });

  test("an entry whose answer was lost with the handle is told as a conflict", {
    needs,
  }, async (t) => {
    const key = await filled(t.store, 2);
    await write(t.store, key, fullBatch(3));
    await conflicts(await reopened(t), key, fullBatch(3), [entry(3)]);
  });

  test("what was deleted stays deleted", { needs }, async (t) => {
    const key = await furnished(t.store);
    await t.store.deleteRepository(key);
    const store = await reopened(t);
    equal(await store.findRepository(key), undefined, "what findRepository tells");
    equal(await idsOf(store), [], "the list");
    await refuses("Closed", "readJournal", () => journalOf(store, key));
    const again = await create(store);
    equal(await contentsOf(store, again), { journal: [], objects: [], calls: [] }, "made again");
  });

  test("an incarnation made since stays the one that is there", { needs }, async (t) => {
    const old = await filled(t.store, 2);
    await t.store.deleteRepository(old);
    await filled(t.store, 1, undefined, { incarnation: SECOND });
    const store = await reopened(t);
    equal(await store.findRepository(old), SECOND, "what findRepository tells");
    await refuses("Closed", "readJournal of the old one", () => journalOf(store, old));
  });

  test("names of every kind are there", { needs }, async (t) => {
    const ids = Object.values(NASTY);
    for (const id of ids) await write(t.store, await create(t.store, { id }), fullBatch(1));
    const store = await reopened(t);
    equal(await idsOf(store), [...ids].sort(byUtf8), "the list");
    for (const id of ids) {
      const key = { workspace: "acme", id, incarnation: FIRST };
      equal(await journalOf(store, key), [entry(1)], `the journal of ${JSON.stringify(id)}`);
    }
  });

  test("a checkpoint can be built upon", {
    needs: both(isDurable, keepsCheckpoints),
  }, async (t) => {
    const key = await filled(t.store, 3);
    await t.store.writeCheckpoint(key, checkpoint(2, [object("a"), object("b")]));
    const store = await reopened(t);
    const next = checkpoint(3, [{ hash: hashOf("b") }, object("c")]);
    equal(await store.writeCheckpoint(key, next), true, "what writeCheckpoint tells");
    equal(await store.readCheckpoint(key), checkpoint(3, [object("b"), object("c")]), "it");
  });

  test("a cursor goes on with another handle", { needs }, async (t) => {
    for (const n of upTo(6)) await create(t.store, { id: `chat ${n}` });
    const { cursor } = await t.store.listRepositories("acme", { limit: 2 });
    const store = await reopened(t);
    const { repositories } = await store.listRepositories("acme", { limit: 9, cursor });
    const ids = repositories.map(({ id }) => id);
    equal(ids, ["chat 3", "chat 4", "chat 5", "chat 6"], "the second page");
  });

  test("handles can follow each other 20 times", { needs, slow: true }, async (t) => {
    const key = await create(t.store);
    let { store } = t;
    for (const seq of upTo(20)) {
      await write(store, key, fullBatch(seq));
      await store.close();
      store = await t.open();
      equal(
        await journalOf(store, key),
        upTo(seq).map((n) => entry(n)),
        "the journal",
      );
    }
  });

  test("entries written at once just before closing are there, if they were told", {
    needs,
  }, async (t) => {
    const key = await create(t.store);
    const writers = upTo(8).map((n) => `writer ${n}`);
    const results = await Promise.all(
      writers.map((each) => t.store.write(key, fullBatch(1, each))),
    );
    const won = writers.filter((_, index) => results[index]?.conflict === undefined);
    equal(
      await journalOf(await reopened(t), key),
      won.map((each) => entry(1, each)),
      "the journal",
    );
  });
});
