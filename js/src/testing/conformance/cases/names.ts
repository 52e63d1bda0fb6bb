// Names are any text: workspaces, ids, logs.
import { byUtf8 } from "../../queries.js";
import { create, fieldsOf, idsOf, journalOf, leavesAsItWas, listOf, write } from "../actions.js";
import { equal } from "../assert.js";
import { type Group, group } from "../case.js";
import { batch, entry, fullBatch, row } from "../samples.js";

/** Texts that something on the way to a disk likes to take for something else. */
export const NASTY: Readonly<Record<string, string>> = {
  "a NUL": "a\0b",
  "only a NUL": "\0",
  "single quotes": "it's ''quoted''",
  "double quotes": 'a"b""c',
  "a backslash": "a\\b\\",
  "a percent sign": "100%_of",
  "a slash": "a/b",
  "dots and slashes": "../../etc/passwd",
  "two dots": "..",
  "a space": " ",
  "leading and trailing blanks": "  a \t ",
  "line ends": "a\r\nb\n",
  "control characters": "\u0001\u0008\u001b\u007f\u0085",
  "an emoji": "👩‍👩‍👧‍👦 🏳️‍🌈",
  "an astral character": "𝔞\u{10ffff}",
  "non-characters": "\ufffe\uffff",
  "combining characters": "Z\u0351\u036b\u0343\u036aA\u0321",
  "text from right to left": "שלום \u202e عليكم",
  "Chinese, Greek and Russian": "漢字 Σίσυφος Ёжик",
  SQL: "'; DROP TABLE journal; --",
  placeholders: "$1 ? :name @p1 {0} %s",
  JSON: '{"a":[null]}',
  "a URL": "https://example.com/?a=b&c=%2f#d",
  "a glob": "*.[ab]?{c}",
  "member names of JavaScript": "__proto__",
  "a number": "007",
  "the word null": "null",
  "1,000 characters": "n".repeat(1000),
  "1,000 characters of four bytes": "👾".repeat(500),
};

/** Pairs of texts that are not the same. */
const PAIRS: Readonly<Record<string, readonly [string, string]>> = {
  "upper and lower case": ["Chat", "chat"],
  "upper and lower case outside of ASCII": ["É", "é"],
  "sharp s and ss": ["straße", "strasse"],
  "composed and decomposed letters": ["caf\u00e9", "cafe\u0301"],
  "letters with and without accents": ["cafe", "café"],
  "compatible characters": ["ﬁ", "fi"],
  "with and without a leading blank": [" a", "a"],
  "with and without a trailing blank": ["a ", "a"],
  "with and without a trailing NUL": ["a\0", "a"],
  "blanks of two kinds": ["a b", "a\u00a0b"],
  "with and without a zero-width space": ["ab", "a\u200bb"],
  "numbers of the same value": ["1", "01"],
  "with and without a trailing slash": ["a/", "a"],
  "escaped and not": ["a%2fb", "a/b"],
  "long texts that differ in the last character": [`${"n".repeat(999)}1`, `${"n".repeat(999)}2`],
};

/** Addresses that are the same if workspace and id are put together carelessly. */
const SPLITS = [
  ["a", "b/c", "a/b", "c"],
  ["a", "b\0c", "a\0b", "c"],
  ["a", "b:c", "a:b", "c"],
  ["a", "bc", "ab", "c"],
  ["a", ".b", "a.", "b"],
  ["a", "-b", "a-", "b"],
] as const;

export const names: Group = group("names", (test) => {
  for (const [what, name] of Object.entries(NASTY)) {
    test(`an id may be ${what}`, async ({ store }) => {
      const key = await create(store, { id: name });
      await write(store, key, fullBatch(1));
      equal(await store.findRepository({ workspace: "acme", id: name }), key.incarnation, "found");
      equal(await journalOf(store, key), [entry(1)], "the journal");
      equal(await listOf(store), [{ id: name }], "the list");
      equal(await idsOf(store, { prefix: name }), [name], "the list of what begins with it");
      equal(await store.deleteRepository(key), true, "what deleteRepository tells");
      equal(await idsOf(store), [], "the list afterwards");
    });

    test(`a workspace may be ${what}`, async ({ store }) => {
      const key = await create(store, { workspace: name });
      await write(store, key, fullBatch(1));
      const found = await store.findRepository({ workspace: name, id: "chat" });
      equal(found, key.incarnation, "what findRepository tells");
      equal(await journalOf(store, key), [entry(1)], "the journal");
      equal(await idsOf(store, {}, name), ["chat"], "the list");
      equal(await idsOf(store), [], "the list of another workspace");
    });

    test(`a log may be called ${what}`, async ({ store }) => {
      const key = await create(store);
      await write(store, key, batch(1, { logs: [row({ n: 1 }, 1, name), row({ n: 2 }, 2)] }));
      equal(await fieldsOf(store, key, name), [{ n: 1 }], "the log");
    });
  }

  for (const [what, pair] of Object.entries(PAIRS)) {
    test(`ids that differ by this are two: ${what}`, async ({ store }) => {
      const [first, second] = [{ id: pair[0] }, { id: pair[1] }] as const;
      const one = await create(store, first);
      equal(await store.findRepository({ workspace: "acme", ...second }), undefined, "the other");
      const two = await create(store, second);
      await write(store, one, fullBatch(1));
      await leavesAsItWas(store, two, "a write to the first", () =>
        write(store, one, fullBatch(2)),
      );
      equal(await idsOf(store), [...pair].sort(byUtf8), "the list");
      await store.deleteRepository(one);
      equal(await idsOf(store), [pair[1]], "the list after the first was deleted");
    });

    test(`workspaces that differ by this are two: ${what}`, async ({ store }) => {
      const one = await create(store, { workspace: pair[0] });
      equal(await idsOf(store, {}, pair[1]), [], "the list of the other");
      const two = await create(store, { workspace: pair[1] });
      await write(store, one, fullBatch(1));
      equal(await journalOf(store, two), [], "the journal of the other");
    });
  }

  test("logs whose names differ by any of this are two", async ({ store }) => {
    const key = await create(store);
    const all = Object.values(PAIRS).flat();
    const logs = [...new Set(all)];
    await write(store, key, batch(1, { logs: logs.map((log, n) => row({ n }, 1, log)) }));
    for (const [n, log] of logs.entries()) {
      equal(await fieldsOf(store, key, log), [{ n }], `the log ${JSON.stringify(log)}`);
    }
  });

  for (const [workspace, id, otherWorkspace, otherId] of SPLITS) {
    const [one, two] = [
      { workspace, id },
      { workspace: otherWorkspace, id: otherId },
    ];
    test(`${JSON.stringify(one)} and ${JSON.stringify(two)} are two`, async ({ store }) => {
      const key = await create(store, one);
      equal(await store.findRepository(two), undefined, "the other");
      const other = await create(store, two);
      await write(store, key, fullBatch(1));
      equal(await journalOf(store, other), [], "the journal of the other");
    });
  }

  test("all of these names live side by side, in order", async ({ store }) => {
    const all = [...Object.values(NASTY), ...Object.values(PAIRS).flat()];
    const ids = [...new Set(all)].sort(byUtf8);
    for (const id of [...ids].reverse()) await create(store, { id });
    equal(await idsOf(store), ids, "the list");
    equal(await idsOf(store, { limit: 7 }), ids, "the list, in pages");
  });
});
