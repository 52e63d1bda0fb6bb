// listRepositories.
import type { RepositoryQuery, StorageAdapter } from "../../../types/storage.js";
import { byUtf8 } from "../../queries.js";
import { create, filled, idsOf, listOf, write } from "../actions.js";
import { equal, holds } from "../assert.js";
import { type Group, group } from "../case.js";
import { AT, batch, fullBatch, upTo } from "../samples.js";

/** Repositories with these ids, made and changed at times that are neither in order nor all different. */
async function make(store: StorageAdapter, ids: readonly string[]): Promise<void> {
  for (const [n, id] of ids.entries()) {
    const key = await create(store, { id, at: AT + ((n * 5) % 7) });
    if (n % 3 !== 0) await write(store, key, batch(1, { at: AT + 100 + ((n * 11) % 5) }));
  }
}

const IDS = ["c", "a", "b", "d", "ab", "A", "ba", "Z", "aa", "1", "é", "\u{1f600}", "\uffee"];

/** What the list should be, from what is listed by id. */
async function ordered(
  store: StorageAdapter,
  orderBy: "updatedAt" | "createdAt",
): Promise<string[]> {
  const rows = [...(await listOf(store))];
  rows.sort((a, b) => b[orderBy] - a[orderBy] || byUtf8(a.id, b.id));
  return rows.map(({ id }) => id);
}

const PREFIXES = [
  "%",
  "_",
  "*",
  "?",
  "[a]",
  "\\",
  "^",
  ".",
  "'",
  "a%",
  "a_",
  "%a",
  "a\\",
  "\0",
  "$",
];

export const listing: Group = group("listRepositories", (test) => {
  test("an empty workspace has none", async ({ store }) => {
    await create(store, { workspace: "other" });
    const page = await store.listRepositories("acme", { limit: 10 });
    equal(page.repositories, [], "the rows");
    equal(page.cursor, undefined, "the cursor");
  });

  test("a row tells id, incarnation and times; before the first batch updatedAt is createdAt", async (t) => {
    const key = await create(t.store);
    const row = { id: "chat", incarnation: key.incarnation, createdAt: AT, updatedAt: AT };
    equal(await listOf(t.store), [{ ...row, summary: undefined }], "the rows");
  });

  test("updatedAt is the time of the last batch, createdAt stays", async ({ store }) => {
    const key = await create(store);
    for (const seq of upTo(3)) {
      await write(store, key, batch(seq, { at: AT + seq * 1000 }));
      equal(await listOf(store), [{ createdAt: AT, updatedAt: AT + seq * 1000 }], "the rows");
    }
  });

  test("the summary is that of the last batch that had one", async ({ store }) => {
    const key = await create(store);
    const seen: unknown[] = [];
    const summaries = [undefined, '{"n":2}', undefined, '{"n":4}', '"text"', undefined, "{}"];
    for (const [index, summary] of summaries.entries()) {
      await write(store, key, batch(index + 1, { summary }));
      const [row] = await listOf(store);
      seen.push(row?.summary === undefined ? undefined : JSON.parse(row.summary));
    }
    equal(seen, [undefined, { n: 2 }, { n: 2 }, { n: 4 }, "text", "text", {}], "the summaries");
  });

  test("a summary of any text comes back", async ({ store }) => {
    const key = await create(store);
    const summary = { "": "\0 ' \" \\ %", é: "e\u0301 👾\u2028", long: "x".repeat(50_000), n: 0.1 };
    await write(store, key, batch(1, { summary: JSON.stringify(summary) }));
    equal(JSON.parse((await listOf(store))[0]?.summary ?? "null"), summary, "the summary");
  });

  test("checkpoints and reads leave updatedAt as it is", async ({ store }) => {
    const key = await filled(store, 2);
    const before = await listOf(store);
    await store.writeCheckpoint(key, { seq: 2, manifest: new Uint8Array(4), segments: [] });
    await store.readJournal(key, { after: 0, limit: 5 });
    await store.deleteCheckpoint(key);
    equal(await listOf(store), before, "the rows");
  });

  test("rows are ordered by the UTF-8 bytes of their ids, if nothing else is asked for", async (t) => {
    await make(t.store, IDS);
    equal(await idsOf(t.store), [...IDS].sort(byUtf8), "the ids");
    equal(await idsOf(t.store, { orderBy: "id" }), [...IDS].sort(byUtf8), "the ids by id");
  });

  for (const orderBy of ["updatedAt", "createdAt"] as const) {
    test(`by ${orderBy} the newest come first, and of those of one time the lowest id`, async (t) => {
      await make(t.store, IDS);
      equal(await idsOf(t.store, { orderBy }), await ordered(t.store, orderBy), "the ids");
    });

    test(`by ${orderBy}, rows of one time are told apart by their ids in pages`, async ({
      store,
    }) => {
      const ids = upTo(9).map((n) => `chat ${n}`);
      for (const id of [...ids].reverse()) await create(store, { id });
      for (const limit of [1, 2, 4]) equal(await idsOf(store, { orderBy, limit }), ids, "the ids");
    });
  }

  for (const orderBy of ["id", "updatedAt", "createdAt"] as const) {
    for (const limit of [1, 2, 5, IDS.length - 1, IDS.length, IDS.length + 1]) {
      test(`pages of ${limit} of ${IDS.length} by ${orderBy} give every row once, in order`, async (t) => {
        await make(t.store, IDS);
        const whole = await listOf(t.store, { orderBy });
        equal(await listOf(t.store, { orderBy, limit }), whole, "the pages");
        equal(whole.length, IDS.length, "how many there are");
      });
    }

    test(`by ${orderBy}, rows that stay are seen once while others are added`, async ({
      store,
    }) => {
      const ids = upTo(12).map((n) => `chat ${String(n).padStart(2, "0")}`);
      await make(store, ids);
      const seen: string[] = [];
      let added = 0;
      for (let cursor: string | undefined; ; ) {
        const page = await store.listRepositories("acme", { orderBy, limit: 2, cursor });
        seen.push(...page.repositories.map(({ id }) => id));
        if (page.cursor === undefined || added > 40) break;
        cursor = page.cursor;
        added += 2;
        await create(store, { id: `aaa ${added}`, at: AT + 1000 + added });
        await create(store, { id: `zzz ${added}`, at: AT - 1000 - added });
      }
      equal(new Set(seen).size, seen.length, `how many rows are different, of ${seen.join(", ")}`);
      const stayed = seen.filter((id) => id.startsWith("chat"));
      equal([...stayed].sort(), ids, "the rows that were there all the time");
    });

    test(`by ${orderBy}, paging goes on where the last row given was deleted`, async ({
      store,
    }) => {
      await make(store, IDS);
      const whole = await listOf(store, { orderBy });
      const { repositories, cursor } = await store.listRepositories("acme", { orderBy, limit: 4 });
      const [last] = repositories.slice(-1);
      if (last !== undefined) await store.deleteRepository({ workspace: "acme", ...last });
      const rest = await store.listRepositories("acme", { orderBy, limit: 99, cursor });
      equal(rest.repositories, whole.slice(4), "the second page");
    });

    test(`by ${orderBy}, the page that holds the rest has no cursor`, async ({ store }) => {
      await make(store, IDS);
      const page = await store.listRepositories("acme", { orderBy, limit: 99 });
      equal(page.cursor, undefined, "the cursor");
    });
  }

  test("by updatedAt, rows that are not written are seen once while another moves to the front", async (t) => {
    const { store } = t;
    const ids = upTo(6).map((n) => `chat ${n}`);
    for (const [n, id] of ids.entries()) await create(store, { id, at: AT + n });
    const key = { workspace: "acme", id: "chat 1", incarnation: "00000000000000a1" };
    const query = { orderBy: "updatedAt", limit: 2 } as const;
    const first = await store.listRepositories("acme", query);
    await write(store, key, batch(1, { at: AT + 500 }));
    const seen = first.repositories.map(({ id }) => id);
    for (let { cursor } = first; cursor !== undefined; ) {
      const page = await store.listRepositories("acme", { ...query, cursor });
      seen.push(...page.repositories.map(({ id }) => id));
      cursor = page.cursor;
      holds(seen.length < 20, "pages never end");
    }
    const others = seen.filter((id) => id !== "chat 1");
    equal(others, ["chat 6", "chat 5", "chat 4", "chat 3", "chat 2"], "the other rows");
    equal((await idsOf(store, query))[0], "chat 1", "the first row afterwards");
  });

  test("workspaces are listed apart", async ({ store }) => {
    for (const workspace of ["a", "ab", "A", "b"])
      await create(store, { workspace, id: `of ${workspace}` });
    for (const workspace of ["a", "ab", "A", "b"]) {
      equal(await idsOf(store, {}, workspace), [`of ${workspace}`], `the ids of ${workspace}`);
      equal(
        await idsOf(store, { orderBy: "updatedAt" }, workspace),
        [`of ${workspace}`],
        "by time",
      );
    }
  });

  test("a prefix selects the ids that begin with it, itself too", async ({ store }) => {
    await make(store, ["a", "ab", "abc", "b", "ba", "aB", "AB", "bab"]);
    equal(await idsOf(store, { prefix: "ab" }), ["ab", "abc"], "the ids");
    equal(await idsOf(store, { prefix: "abcd" }), [], "the ids");
    equal(await idsOf(store, { prefix: "x" }), [], "the ids");
  });

  test("an empty prefix selects all", async ({ store }) => {
    await make(store, IDS);
    equal(await idsOf(store, { prefix: "" }), [...IDS].sort(byUtf8), "the ids");
  });

  for (const prefix of PREFIXES) {
    test(`the prefix ${JSON.stringify(prefix)} means itself`, async ({ store }) => {
      const meant = [prefix, `${prefix}x`, `${prefix}%`];
      await make(store, [...meant, "a", "ab", "a1", "xa", "b", `x${prefix}`]);
      equal(await idsOf(store, { prefix }), meant.sort(byUtf8), "the ids");
    });
  }

  for (const prefix of [
    "é",
    "e\u0301",
    "👾",
    "\uffff",
    "\u{10ffff}",
    "a\u{10ffff}",
    "\u007f",
    "Ā",
  ]) {
    test(`the prefix ${JSON.stringify(prefix)} selects by characters, not by letters`, async ({
      store,
    }) => {
      const meant = [prefix, `${prefix}\0`, `${prefix}\u{10ffff}`, `${prefix}a`];
      const others = ["e", "b", "a", "👽", "\u{1f47f}", "\u0080", "ā", "A"];
      await make(store, [...meant, ...others]);
      equal(await idsOf(store, { prefix }), meant.sort(byUtf8), "the ids");
      equal(await idsOf(store, { prefix, limit: 1 }), meant, "the ids in pages");
    });
  }

  for (const orderBy of ["updatedAt", "createdAt"] as const) {
    test(`a prefix and pages go together with the order by ${orderBy}`, async ({ store }) => {
      await make(
        store,
        upTo(20).map((n) => `${n % 2 ? "odd" : "even"} ${n}`),
      );
      const expected = (await ordered(store, orderBy)).filter((id) => id.startsWith("odd"));
      const query: Partial<RepositoryQuery> = { orderBy, prefix: "odd", limit: 3 };
      equal(await idsOf(store, query), expected, "the ids");
      equal(expected.length, 10, "how many there are");
    });
  }

  test("a write to one repository leaves the rows of the others", async ({ store }) => {
    const one = await create(store, { id: "one" });
    await write(store, await create(store, { id: "two" }), fullBatch(1));
    await write(store, await create(store, { workspace: "other", id: "one" }), fullBatch(1));
    const [, two] = await listOf(store);
    const other = await listOf(store, {}, "other");
    await write(store, one, batch(1, { at: AT + 9000, summary: '"changed"' }));
    equal((await listOf(store))[1], two, "the row of the other");
    equal(await listOf(store, {}, "other"), other, "the rows of the other workspace");
  });

  test("300 repositories are listed in order", { slow: true }, async ({ store }) => {
    const ids = upTo(300).map((n) => `chat ${(n * 7) % 300}`);
    await Promise.all(ids.map((id) => create(store, { id })));
    equal(await idsOf(store, { limit: 50 }), [...ids].sort(byUtf8), "the ids");
  });
});
