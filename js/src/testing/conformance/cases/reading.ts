// readJournal.
import { ALL, create, fill, filled, journalOf } from "../actions.js";
import { equal } from "../assert.js";
import { type Group, group } from "../case.js";
import { batch, entry, everyByte, hashOf, noise, upTo } from "../samples.js";

const entries = (from: number, to: number) => upTo(to - from + 1).map((n) => entry(from - 1 + n));

export const reading: Group = group("readJournal", (test) => {
  for (const [what, after, limit, from, to] of [
    ["from the start", 0, 3, 1, 3],
    ["behind an entry", 4, 3, 5, 7],
    ["one entry", 4, 1, 5, 5],
    ["exactly what is left", 7, 3, 8, 10],
    ["more than is left", 7, 4, 8, 10],
    ["all there are", 0, 10, 1, 10],
    ["with the largest limit", 2, Number.MAX_SAFE_INTEGER, 3, 10],
  ] as const) {
    test(`reading ${what} gives those entries`, async ({ store }) => {
      const key = await filled(store, 10);
      equal(await store.readJournal(key, { after, limit }), entries(from, to), "the entries");
    });
  }

  for (const after of [10, 11, 4_294_967_295, 9_007_199_254_740_991]) {
    test(`behind number ${after} of 10 there is nothing`, async ({ store }) => {
      const key = await filled(store, 10);
      equal(await store.readJournal(key, { after, limit: 5 }), [], "the entries");
    });
  }

  test("an empty journal gives nothing", async ({ store }) => {
    const key = await create(store);
    equal(await store.readJournal(key, { after: 0, limit: 5 }), [], "the entries");
    equal(await store.readJournal(key, { after: 5, limit: 5 }), [], "the entries behind 5");
  });

  test("pages one after the other give everything once", async ({ store }) => {
    const key = await filled(store, 25);
    const read: unknown[] = [];
    for (let after = 0; ; after += 4) {
      const page = await store.readJournal(key, { after, limit: 4 });
      equal(page.length, Math.min(4, 25 - after), `how many entries are behind ${after}`);
      read.push(...page);
      if (page.length < 4) break;
    }
    equal(read, entries(1, 25), "the entries");
  });

  test("numbers have more than one digit's order", async ({ store }) => {
    const key = await filled(store, 120);
    const seqs = (await journalOf(store, key)).map(({ seq }) => seq);
    equal(seqs, upTo(120), "the numbers");
  });

  test("an entry is seen as soon as its write resolved", async ({ store }) => {
    const key = await create(store);
    for (const seq of upTo(10)) {
      await store.write(key, batch(seq));
      equal(await store.readJournal(key, { after: seq - 1, limit: 5 }), [entry(seq)], "the last");
    }
  });

  test("entries added between two pages are on the next", async ({ store }) => {
    const key = await filled(store, 4);
    equal(await store.readJournal(key, { after: 0, limit: 3 }), entries(1, 3), "the first page");
    await fill(store, key, 5, 6);
    equal(await store.readJournal(key, { after: 3, limit: 3 }), entries(4, 6), "the second page");
  });

  test("what was read may be changed", async ({ store }) => {
    const key = await create(store);
    await store.write(key, {
      ...batch(1),
      entry: { seq: 1, hash: hashOf("x"), bytes: everyByte() },
    });
    (await journalOf(store, key))[0]?.bytes.fill(7);
    equal((await journalOf(store, key))[0]?.bytes, everyByte(), "the entry read again");
  });

  test("what a conflict tells may be changed", async ({ store }) => {
    const key = await filled(store, 1);
    const { conflict } = await store.write(key, batch(1, { writer: "b" }));
    conflict?.[0]?.bytes.fill(7);
    equal(await journalOf(store, key), [entry(1)], "the journal");
  });

  test("10 MB of entries are read at once", { slow: true }, async ({ store }) => {
    const key = await create(store);
    const given = (seq: number) => ({ seq, hash: hashOf(`${seq}`), bytes: noise(200_000, seq) });
    for (const seq of upTo(50)) await store.write(key, { ...batch(seq), entry: given(seq) });
    const read = await store.readJournal(key, { after: 0, limit: ALL });
    equal(read, upTo(50).map(given), "the entries");
  });
});
