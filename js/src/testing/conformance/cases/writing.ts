// write: the number decides, all or nothing.
import {
  conflicts,
  create,
  fieldsOf,
  fill,
  filled,
  journalOf,
  leavesAsItWas,
  listOf,
  objectOf,
  write,
} from "../actions.js";
import { equal, refuses } from "../assert.js";
import { type Group, group } from "../case.js";
import {
  AT,
  batch,
  entry,
  everyByte,
  fullBatch,
  hashOf,
  noise,
  object,
  row,
  upTo,
} from "../samples.js";

/** A batch of writer b that would change everything that can be changed. */
const intruding = (seq: number) => ({
  ...fullBatch(seq, "b"),
  at: AT + 5000,
  deleteObjects: [hashOf("object 1 of a")],
});

export const writing: Group = group("write", (test) => {
  test("entry 1 is written to an empty journal", async ({ store }) => {
    const key = await create(store);
    await write(store, key, batch(1));
    equal(await journalOf(store, key), [entry(1)], "the journal");
  });

  test("a write that goes well tells no conflict", async ({ store }) => {
    const key = await create(store);
    const result = await store.write(key, batch(1));
    equal(result.conflict, undefined, "the conflict");
  });

  test("entries follow each other", async ({ store }) => {
    const key = await filled(store, 20);
    const expected = upTo(20).map((seq) => entry(seq));
    equal(await journalOf(store, key), expected, "the journal");
  });

  test("the hash of an entry is kept beside it, not made from it", async ({ store }) => {
    const key = await create(store);
    const given = { seq: 1, hash: hashOf("anything"), bytes: everyByte() };
    await write(store, key, { ...batch(1), entry: given });
    equal(await journalOf(store, key), [given], "the journal");
  });

  for (const [what, bytes] of Object.entries({
    "every byte there is": everyByte(),
    "bytes that are not UTF-8": Uint8Array.of(0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80),
    "a format that nobody knows": new TextEncoder().encode('{"format":99,"seq":7}'),
    "a byte order mark": Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d),
    "line ends of every kind": new TextEncoder().encode("\r\n\n\r\u2028"),
    "100,000 bytes": noise(100_000),
  })) {
    test(`an entry of ${what} is kept byte for byte`, async ({ store }) => {
      const key = await create(store);
      const given = { seq: 1, hash: hashOf(what), bytes };
      await write(store, key, { ...batch(1), entry: given });
      equal(await journalOf(store, key), [given], "the journal");
    });
  }

  test("a batch brings its entry, objects, log rows and summary together", async ({ store }) => {
    const key = await create(store);
    const given = fullBatch(1);
    await write(store, key, given);
    equal(await journalOf(store, key), [given.entry], "the journal");
    const [brought] = given.objects;
    equal(await objectOf(store, key, brought?.hash ?? ""), brought?.bytes, "the object");
    equal(await fieldsOf(store, key), [{ name: "1 of a" }], "the log");
    equal(await listOf(store), [{ updatedAt: AT + 1 }], "the list");
    equal(JSON.parse((await listOf(store))[0]?.summary ?? ""), { name: "1 of a" }, "the summary");
  });

  for (const [what, seq] of [
    ["entry 1", 1],
    ["the last entry", 5],
  ] as const) {
    test(`writing ${what} again by another writer is a conflict and changes nothing`, async (t) => {
      const { store } = t;
      const key = await create(store);
      for (const each of upTo(5)) await write(store, key, fullBatch(each));
      await leavesAsItWas(store, key, "the conflict", async () => {
        await conflicts(
          store,
          key,
          intruding(seq),
          upTo(5).map((each) => entry(each)),
        );
      });
    });
  }

  test("a batch that lost brings no objects", async ({ store }) => {
    const key = await filled(store, 1);
    await store.write(key, fullBatch(1, "b"));
    equal(await store.listObjects(key, { limit: 10 }), [], "the objects");
  });

  test("a batch that lost brings no log rows", async ({ store }) => {
    const key = await filled(store, 1);
    await store.write(
      key,
      batch(1, { writer: "b", logs: [row({ n: 1 }), row({ n: 2 }, AT, "other")] }),
    );
    equal(await fieldsOf(store, key), [], "the log");
    equal(await fieldsOf(store, key, "other"), [], "the other log");
  });

  test("a batch that lost changes neither summary nor updatedAt", async ({ store }) => {
    const key = await create(store);
    await write(store, key, batch(1, { summary: '"first"' }));
    await store.write(key, batch(1, { writer: "b", at: AT + 9000, summary: '"second"' }));
    equal(await listOf(store), [{ updatedAt: AT + 1, summary: '"first"' }], "the list");
  });

  test("a batch that lost deletes no objects", async ({ store }) => {
    const key = await create(store);
    const kept = object("kept");
    await write(store, key, batch(1, { objects: [kept] }));
    await store.write(key, batch(1, { writer: "b", deleteObjects: [kept.hash] }));
    equal(await objectOf(store, key, kept.hash), kept.bytes, "the object");
  });

  test("an object of a batch that lost can be brought by the next", async ({ store }) => {
    const key = await filled(store, 1);
    const late = object("late");
    await store.write(key, batch(1, { writer: "b", objects: [object("late", noise(10))] }));
    await write(store, key, batch(2, { writer: "b", objects: [late] }));
    equal(await objectOf(store, key, late.hash), late.bytes, "the object");
  });

  test("writing the same batch again, as after a lost answer, is a conflict that begins with it", async (t) => {
    const { store } = t;
    const key = await filled(store, 3);
    await write(store, key, fullBatch(4));
    await leavesAsItWas(store, key, "the second write", async () => {
      await conflicts(store, key, fullBatch(4), [entry(4)]);
    });
    await write(store, key, batch(5));
  });

  test("writing the same batch again behind later ones tells it first", async ({ store }) => {
    const key = await filled(store, 6);
    await conflicts(
      store,
      key,
      batch(3),
      upTo(6).map((seq) => entry(seq)),
    );
  });

  test("a writer that is far behind is told entries in order and without gaps", async ({
    store,
  }) => {
    const key = await filled(store, 60);
    const all = upTo(60).map((seq) => entry(seq));
    for (const seq of [1, 2, 30, 59, 60]) {
      await conflicts(store, key, batch(seq, { writer: "b" }), all);
    }
  });

  test("a writer that reads on from each conflict catches up", async ({ store }) => {
    const key = await filled(store, 40);
    let seq = 1;
    for (let tries = 0; tries <= 40; tries++) {
      const { conflict } = await store.write(key, batch(seq, { writer: "b" }));
      if (conflict === undefined) break;
      seq = (conflict.at(-1)?.seq ?? 0) + 1;
    }
    equal(seq, 41, "the number it got");
    equal((await journalOf(store, key)).length, 41, "how many entries there are");
  });

  for (const [what, there, seq] of [
    ["entry 2 as the first", 0, 2],
    ["entry 1,000 as the first", 0, 1000],
    ["an entry behind a gap of 1", 5, 7],
    ["an entry behind a gap of 1,000", 5, 1006],
  ] as const) {
    test(`${what} is refused with Corrupt, and nothing is written`, async ({ store }) => {
      const key = await create(store);
      for (const each of upTo(there)) await write(store, key, fullBatch(each));
      await leavesAsItWas(store, key, "the refusal", async () => {
        await refuses("Corrupt", what, () => store.write(key, intruding(seq)));
      });
      equal(
        await fieldsOf(store, key),
        upTo(there).map((n) => ({ name: `${n} of a` })),
        "the log",
      );
      await write(store, key, batch(there + 1, { writer: "b" }));
    });
  }

  test("the journals of two repositories are numbered apart", async ({ store }) => {
    const one = await filled(store, 5, undefined, { id: "one" });
    const two = await create(store, { id: "two" });
    await refuses("Corrupt", "entry 6 in the other", () => store.write(two, batch(6)));
    await write(store, two, batch(1));
    await write(store, one, batch(6));
  });

  test("a batch may have the time of the one before", async ({ store }) => {
    const key = await filled(store, 3, () => ({ at: AT }));
    equal((await journalOf(store, key)).length, 3, "how many entries there are");
    equal(await listOf(store), [{ updatedAt: AT }], "the list");
  });

  test("of writers at one number exactly one wins, and the others hear of it", async ({
    store,
  }) => {
    const key = await create(store);
    for (const seq of upTo(5)) {
      const writers = upTo(16).map((n) => `writer ${n}`);
      const tries = writers.map((writer) => store.write(key, fullBatch(seq, writer)));
      const results = await Promise.all(tries);
      const won = writers.filter((_, index) => results[index]?.conflict === undefined);
      equal(won.length, 1, "how many won");
      const winner = entry(seq, won[0]);
      for (const { conflict } of results) {
        if (conflict !== undefined) equal(conflict[0], winner, "the first entry of a conflict");
      }
      equal(await store.readJournal(key, { after: seq - 1, limit: 9 }), [winner], "the journal");
    }
    equal((await fieldsOf(store, key)).length, 5, "how many rows the log has");
    equal((await store.listObjects(key, { limit: 99 })).length, 5, "how many objects there are");
  });

  test("what is given may change when the write is done", async ({ store }) => {
    const key = await create(store);
    const given = { seq: 1, hash: hashOf("given"), bytes: everyByte() };
    const brought = { hash: hashOf("brought"), bytes: everyByte() };
    const objects = [brought];
    await write(store, key, { ...batch(1), entry: given, objects });
    given.bytes.fill(7);
    brought.bytes.fill(7);
    objects.length = 0;
    equal((await journalOf(store, key))[0]?.bytes, everyByte(), "the entry");
    equal(await objectOf(store, key, brought.hash), everyByte(), "the object");
  });

  test("of bytes that are a part of a larger buffer only the part is written", async ({
    store,
  }) => {
    const key = await create(store);
    const part = noise(1000).subarray(100, 300);
    const given = { seq: 1, hash: hashOf("part"), bytes: part };
    await write(store, key, { ...batch(1), entry: given, objects: [object("part", part)] });
    equal((await journalOf(store, key))[0]?.bytes, part.slice(), "the entry");
    equal(await objectOf(store, key, hashOf("part")), part.slice(), "the object");
  });

  test("a frozen batch can be written", async ({ store }) => {
    const key = await create(store);
    const { entry: given, objects, logs, ...rest } = fullBatch(1);
    const frozen = objects.map((each) => Object.freeze(each));
    await write(
      store,
      Object.freeze(key),
      Object.freeze({
        ...rest,
        entry: Object.freeze(given),
        objects: Object.freeze(frozen) as typeof objects,
        logs: Object.freeze(logs.map((each) => Object.freeze(each))),
      }),
    );
    equal(await journalOf(store, key), [given], "the journal");
  });

  test("a thousand entries can be written", { slow: true }, async ({ store }) => {
    const key = await create(store);
    await fill(store, key, 1, 1000);
    equal(
      await journalOf(store, key),
      upTo(1000).map((seq) => entry(seq)),
      "the journal",
    );
  });
});
