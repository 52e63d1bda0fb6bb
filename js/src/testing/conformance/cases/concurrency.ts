// Many calls at once, of one handle and of several.
import type { RepositoryKey, StorageAdapter } from "../../../types/storage.js";
import {
  conflicts,
  create,
  fieldsOf,
  fill,
  filled,
  idsOf,
  journalOf,
  objectOf,
  write,
} from "../actions.js";
import { equal, holds, refuses } from "../assert.js";
import {
  both,
  type Group,
  group,
  hasSeveralWriters,
  keepsCheckpoints,
  type Trial,
} from "../case.js";
import { batch, checkpoint, entry, fullBatch, hashOf, object, upTo } from "../samples.js";

const needs = hasSeveralWriters;

/** Appends `count` entries as a writer does that shares the journal with others. */
async function append(
  store: StorageAdapter,
  key: RepositoryKey,
  writer: string,
  count: number,
): Promise<void> {
  let seq = 1;
  for (let written = 0; written < count; ) {
    const { conflict } = await store.write(key, fullBatch(seq, writer));
    if (conflict === undefined) written++;
    holds(conflict === undefined || conflict.length > 0, "a conflict must tell an entry");
    seq = conflict === undefined ? seq + 1 : (conflict.at(-1)?.seq ?? seq) + 1;
  }
}

/** Fails unless entries have the numbers 1 to `count`, each with its object and row. */
async function isGapless(store: StorageAdapter, key: RepositoryKey, count: number): Promise<void> {
  const entries = await journalOf(store, key);
  equal(
    entries.map(({ seq }) => seq),
    upTo(count),
    "the numbers of the entries",
  );
  equal(new Set(entries.map(({ hash }) => hash)).size, count, "how many different entries");
  equal((await fieldsOf(store, key)).length, count, "how many rows the log has");
  equal((await store.listObjects(key, { limit: count + 9 })).length, count, "how many objects");
}

async function two({ store, open }: Trial): Promise<[StorageAdapter, StorageAdapter]> {
  return [store, await open()];
}

export const concurrency: Group = group("many calls at once", (test) => {
  test("32 reads and writes of one handle at once", async ({ store }) => {
    const keys = await Promise.all(upTo(8).map((n) => create(store, { id: `chat ${n}` })));
    await Promise.all(keys.map((key) => write(store, key, fullBatch(1))));
    const answers = await Promise.all(
      keys.flatMap((key): Promise<unknown>[] => [
        write(store, key, fullBatch(2)),
        journalOf(store, key).then((entries) => {
          equal(entries[0], entry(1), "the first entry");
        }),
        objectOf(store, key, hashOf("object 1 of a")).then((bytes) => {
          equal(bytes, object("object 1 of a").bytes, "the object");
        }),
        idsOf(store).then((ids) => {
          equal(ids.length, 8, "how many repositories");
        }),
      ]),
    );
    equal(answers.length, 32, "how many answers came");
    for (const key of keys) equal(await journalOf(store, key), [entry(1), entry(2)], "the journal");
  });

  test("calls of a handle that was never used open it once", async ({ store }) => {
    const made = await Promise.all(upTo(16).map((n) => create(store, { id: `chat ${n}` })));
    equal((await idsOf(store)).length, made.length, "how many repositories there are");
  });

  test("one handle's appends at once come to a journal without gaps", { slow: true }, async (t) => {
    const key = await create(t.store);
    await Promise.all(upTo(6).map((n) => append(t.store, key, `writer ${n}`, 10)));
    await isGapless(t.store, key, 60);
  });

  test("who sees an entry sees its objects and rows, if batches are atomic", {
    slow: true,
  }, async (t) => {
    const { store } = t;
    const key = await create(store);
    let failed: { error: unknown } | undefined;
    const writing = fill(store, key, 1, 40, fullBatch).catch((error: unknown) => {
      failed = { error };
    });
    for (let seen = 0, looks = 1; seen < 40 && failed === undefined; looks++) {
      // Reads that are answered without an event would keep those away that a write may wait for.
      if (looks % 16 === 0) await new Promise((resolve) => setTimeout(resolve));
      seen = (await journalOf(store, key)).length;
      if (!t.claims.multiKeyAtomic) continue;
      const hashes = upTo(seen).map((seq) => hashOf(`object ${seq} of a`));
      const missing = (await store.readObjects(key, hashes)).indexOf(null);
      equal(missing, -1, `the first object missing of ${seen}`);
      const rows = (await fieldsOf(store, key)).length;
      holds(rows >= seen, `${seen} entries were seen, but then ${rows} rows`);
    }
    await writing;
    if (failed !== undefined) throw failed.error;
  });

  test("a handle sees at once what another wrote", { needs }, async (t) => {
    const [one, other] = await two(t);
    const key = await create(one);
    equal(await other.findRepository(key), key.incarnation, "what findRepository tells");
    for (const seq of upTo(10)) {
      await write(seq % 2 ? one : other, key, fullBatch(seq));
      const reader = seq % 2 ? other : one;
      equal((await journalOf(reader, key)).length, seq, "how many entries the other sees");
      const bytes = await objectOf(reader, key, hashOf(`object ${seq} of a`));
      equal(bytes, object(`object ${seq} of a`).bytes, "the object");
      equal((await fieldsOf(reader, key)).length, seq, "how many rows the other sees");
    }
  });

  test("a handle that is behind is told what it has not seen", { needs }, async (t) => {
    const [one, other] = await two(t);
    const key = await filled(one, 2);
    await conflicts(other, key, batch(1, { writer: "b" }), [entry(1), entry(2)]);
    await write(other, key, batch(3));
    await conflicts(one, key, batch(3, { writer: "b" }), [entry(3)]);
    await refuses("Corrupt", "a gap", () => one.write(key, batch(5)));
    await write(one, key, batch(4));
  });

  test("of two handles at one number exactly one wins, 30 times", {
    needs,
    slow: true,
  }, async (t) => {
    const [one, other] = await two(t);
    const key = await create(one);
    for (const seq of upTo(30)) {
      const [first, second] = await Promise.all([
        one.write(key, fullBatch(seq, "a")),
        other.write(key, fullBatch(seq, "b")),
      ]);
      const won = [first, second].filter(({ conflict }) => conflict === undefined);
      equal(won.length, 1, `how many won at ${seq}`);
      const winner = entry(seq, first.conflict === undefined ? "a" : "b");
      equal((first.conflict ?? second.conflict)?.[0], winner, "the first entry of the conflict");
    }
    await isGapless(one, key, 30);
    await isGapless(other, key, 30);
  });

  test("appends of three handles come to a journal without gaps", {
    needs,
    slow: true,
  }, async (t) => {
    const [one, other] = await two(t);
    const third = await t.open();
    const key = await create(one);
    await Promise.all([
      append(one, key, "a", 20),
      append(other, key, "b", 20),
      append(third, key, "c", 20),
    ]);
    for (const store of [one, other, third]) await isGapless(store, key, 60);
  });

  test("a checkpoint of one handle is read by another", {
    needs: both(needs, keepsCheckpoints),
  }, async (t) => {
    const [one, other] = await two(t);
    const key = await filled(one, 3);
    await one.writeCheckpoint(key, checkpoint(2, [object("a")]));
    equal(await other.readCheckpoint(key), checkpoint(2, [object("a")]), "the checkpoint");
    equal(await other.writeCheckpoint(key, checkpoint(1)), false, "what an older one is told");
    const next = checkpoint(3, [{ hash: hashOf("a") }]);
    equal(await other.writeCheckpoint(key, next), true, "what a later one is told");
    equal(await one.readCheckpoint(key), checkpoint(3, [object("a")]), "the checkpoint");
    await one.deleteCheckpoint(key);
    equal(await other.readCheckpoint(key), undefined, "the checkpoint after its deletion");
  });

  test("a repository that another handle made again has a new writer, not the old one", {
    needs,
  }, async (t) => {
    const [one, other] = await two(t);
    const old = await filled(one, 2);
    equal((await journalOf(other, old)).length, 2, "how many entries there are");
    await other.deleteRepository(old);
    const key = await create(other, { incarnation: "00000000000000c3" });
    await refuses("Closed", "the old writer's write", () => one.write(old, batch(3)));
    await write(one, key, fullBatch(1));
    equal(await journalOf(other, key), [entry(1)], "the journal");
  });

  test("watch, where the store has it, tells how to stop", async ({ store }) => {
    const key = await create(store);
    if (store.watch === undefined) return;
    const stop = store.watch(key, () => {});
    equal(typeof stop, "function", "the type of what watch gives");
    await write(store, key, batch(1));
    stop();
    stop();
    await write(store, key, batch(2));
  });
});
