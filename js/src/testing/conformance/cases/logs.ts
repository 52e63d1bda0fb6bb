// Logs: rows written with entries, read by time and members.
import type { LogQuery, LogRow, RepositoryKey, StorageAdapter } from "../../../types/storage.js";
import { create, fieldsOf, filled, rowsOf, write } from "../actions.js";
import { equal, holds, refuses } from "../assert.js";
import { type Group, group } from "../case.js";
import { AT, batch, row, upTo } from "../samples.js";

async function logging(store: StorageAdapter, logs: readonly LogRow[]): Promise<RepositoryKey> {
  const key = await create(store);
  await write(store, key, batch(1, { logs }));
  return key;
}

const numbered = (count: number): LogRow[] => upTo(count).map((n) => row({ n }, AT + n * 10));
const numbers = (...from: number[]) => from.map((n) => ({ n }));

/** Values of a member that something could take for each other. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.1,
  1e21,
  5e-324,
  9_007_199_254_740_991,
  "",
  "0",
  "1",
  "1.0",
  "true",
  "false",
  "null",
  "a",
  "A",
  "a ",
  "é",
  "e\u0301",
  "👾",
  "\0",
  "a\0b",
  "it's",
  '"',
  "%",
  "_",
  "$.a",
  "[]",
  "{}",
  [],
  {},
  [1],
  { a: 1 },
];

const isSimple = (value: unknown): value is string | number | boolean | null =>
  value === null || typeof value !== "object";

const MEMBERS = [
  "a",
  "",
  " ",
  "a.b",
  "$.a",
  "a[0]",
  "[0]",
  "0",
  'a"b',
  "a'b",
  "a\\b",
  "a b",
  "a-b",
  "é",
  "👾",
  "__proto__",
  "constructor",
  "%",
  "*",
  "#",
  "a\0b",
  "A",
];

/** An object with one member, also one called `__proto__`. */
const only = (name: string, value: unknown): object => Object.fromEntries([[name, value]]);

export const logs: Group = group("logs", (test) => {
  test("a log that nobody wrote is empty", async ({ store }) => {
    const key = await filled(store, 2);
    const page = await store.readLog(key, "calls", { limit: 10 });
    equal(page.rows, [], "the rows");
    equal(page.cursor, undefined, "the cursor");
  });

  test("rows come in the order in which they were written", async ({ store }) => {
    const key = await create(store);
    for (const seq of upTo(6)) {
      const three = [1, 2, 3].map((n) => row({ n: seq * 3 + n - 3 }));
      await write(store, key, batch(seq, { logs: three }));
    }
    equal(await fieldsOf(store, key), numbers(...upTo(18)), "the rows");
  });

  test("a row tells its time and fields", async ({ store }) => {
    const key = await logging(store, [row({ a: 1 }, 5), row({}, 0), row({ b: null }, AT)]);
    const rows = (await rowsOf(store, key)).map(({ at, fields }) => [at, JSON.parse(fields)]);
    equal(
      rows,
      [
        [5, { a: 1 }],
        [0, {}],
        [AT, { b: null }],
      ],
      "the rows",
    );
  });

  test("rows are not ordered by time", async ({ store }) => {
    const key = await logging(
      store,
      [5, 3, 9, 1, 1].map((n) => row({ n }, n)),
    );
    equal(await fieldsOf(store, key), numbers(5, 3, 9, 1, 1), "the rows");
    const reversed = await fieldsOf(store, key, "calls", { reverse: true });
    equal(reversed, numbers(1, 1, 9, 3, 5), "the rows, reversed");
  });

  test("logs of one batch are kept apart", async ({ store }) => {
    const given = upTo(12).map((n) => row({ n }, AT, `log ${n % 3}`));
    const key = await logging(store, given);
    equal(await fieldsOf(store, key, "log 0"), numbers(3, 6, 9, 12), "log 0");
    equal(await fieldsOf(store, key, "log 1"), numbers(1, 4, 7, 10), "log 1");
    equal(await fieldsOf(store, key, "log 2"), numbers(2, 5, 8, 11), "log 2");
    equal(await fieldsOf(store, key, "log"), [], "a log whose name theirs begin with");
  });

  test("logs of two repositories are kept apart", async ({ store }) => {
    const key = await logging(store, numbered(3));
    for (const other of [{ id: "other" }, { workspace: "other" }]) {
      const neighbour = await create(store, other);
      equal(await fieldsOf(store, neighbour), [], "the log of the other");
      await write(store, neighbour, batch(1, { logs: [row({ n: 9 })] }));
      equal(await fieldsOf(store, neighbour), numbers(9), "the log of the other");
    }
    equal(await fieldsOf(store, key), numbers(1, 2, 3), "the log");
  });

  test("fields of any text come back", async ({ store }) => {
    const fields = {
      "": "\0 ' \" \\ % \u2028 👾 e\u0301",
      nested: { a: [1, { b: null }], __: "x" },
      numbers: [0, -1, 0.1, 1e21, 5e-324, 9_007_199_254_740_991],
      long: "x".repeat(50_000),
    };
    const key = await logging(store, [row(fields), row(only("__proto__", 1))]);
    equal(await fieldsOf(store, key), [fields, only("__proto__", 1)], "the rows");
  });

  for (const [what, query, expected] of [
    ["since is included", { since: AT + 30 }, [3, 4, 5]],
    ["until is not included", { until: AT + 30 }, [1, 2]],
    ["since and until together", { since: AT + 20, until: AT + 40 }, [2, 3]],
    ["since and until of one time select nothing", { since: AT + 30, until: AT + 30 }, []],
    ["since between two rows", { since: AT + 31 }, [4, 5]],
    ["until between two rows", { until: AT + 31 }, [1, 2, 3]],
    ["since before everything", { since: 0 }, [1, 2, 3, 4, 5]],
    ["since after everything", { since: AT + 51 }, []],
    ["until after everything", { until: AT + 1000 }, [1, 2, 3, 4, 5]],
    ["until 0", { until: 0 }, []],
    ["since, reversed", { since: AT + 30, reverse: true }, [5, 4, 3]],
    ["until, reversed, in pages", { until: AT + 50, reverse: true, limit: 1 }, [4, 3, 2, 1]],
    ["everything, reversed", { reverse: true }, [5, 4, 3, 2, 1]],
    ["reverse false is not reversed", { reverse: false }, [1, 2, 3, 4, 5]],
  ] as const satisfies readonly (readonly [string, Partial<LogQuery>, readonly number[]])[]) {
    test(`times: ${what}`, async ({ store }) => {
      const key = await logging(store, numbered(5));
      equal(await fieldsOf(store, key, "calls", query), numbers(...expected), "the rows");
    });
  }

  for (const limit of [1, 2, 3, 10, 11]) {
    for (const reverse of [false, true]) {
      const order = reverse ? ", reversed" : "";
      test(`pages of ${limit} of 10${order} give every row once, in order`, async ({ store }) => {
        const key = await logging(
          store,
          numbered(10).map((each) => ({ ...each, at: AT })),
        );
        const expected = reverse ? upTo(10).reverse() : upTo(10);
        const read = await fieldsOf(store, key, "calls", { limit, reverse });
        equal(read, numbers(...expected), "the rows");
      });
    }
  }

  test("a limit takes the first rows, reversed the last", async ({ store }) => {
    const key = await logging(store, numbered(5));
    const first = await store.readLog(key, "calls", { limit: 2 });
    equal(
      first.rows.map(({ fields }) => JSON.parse(fields)),
      numbers(1, 2),
      "the first page",
    );
    const last = await store.readLog(key, "calls", { limit: 2, reverse: true });
    equal(
      last.rows.map(({ fields }) => JSON.parse(fields)),
      numbers(5, 4),
      "the last page",
    );
  });

  test("the page that holds the rest has no cursor", async ({ store }) => {
    const key = await logging(store, numbered(5));
    for (const reverse of [false, true]) {
      const { cursor } = await store.readLog(key, "calls", { limit: 9, reverse });
      equal(cursor, undefined, "the cursor");
    }
  });

  test("rows added between two pages come on later pages, none twice", async ({ store }) => {
    const key = await logging(store, numbered(3));
    const first = await store.readLog(key, "calls", { limit: 2 });
    await write(store, key, batch(2, { logs: [row({ n: 4 }), row({ n: 5 })] }));
    holds(first.cursor !== undefined, "a page of 2 of 3 must have a cursor");
    equal(await restOf(store, key, first.cursor), numbers(3, 4, 5), "the rest");
  });

  test("reversed, rows added between two pages are not seen, and none comes twice", async (t) => {
    const { store } = t;
    const key = await logging(store, numbered(4));
    const first = await store.readLog(key, "calls", { limit: 2, reverse: true });
    await write(store, key, batch(2, { logs: [row({ n: 5 })] }));
    holds(first.cursor !== undefined, "a page of 2 of 4 must have a cursor");
    const query = { cursor: first.cursor, reverse: true, limit: 9 };
    const { rows } = await store.readLog(key, "calls", query);
    equal(
      rows.map(({ fields }) => JSON.parse(fields)),
      numbers(2, 1),
      "the second page",
    );
  });

  for (const value of VALUES.filter(isSimple)) {
    test(`where: a member equal to ${JSON.stringify(value)}`, async ({ store }) => {
      const rows = VALUES.map((each, index) => row({ a: each, index }));
      const key = await logging(store, [...rows, row({ index: -1 })]);
      const found = await fieldsOf(store, key, "calls", { where: { a: value } });
      equal(found, [{ a: value, index: VALUES.indexOf(value) }], "the rows");
    });
  }

  test("where: a member that is absent is not null", async ({ store }) => {
    const key = await logging(store, [row({ n: 1 }), row({ n: 2, a: null }), row({ n: 3, a: 1 })]);
    equal(await fieldsOf(store, key, "calls", { where: { a: null } }), [{ n: 2 }], "the rows");
  });

  test("where: 1 and 1.0 are the same number", async ({ store }) => {
    const key = await logging(store, [
      { log: "calls", at: AT, fields: '{"a":1.0}' },
      row({ a: 1 }),
    ]);
    equal((await fieldsOf(store, key, "calls", { where: { a: 1 } })).length, 2, "how many rows");
  });

  for (const name of MEMBERS) {
    test(`where: a member called ${JSON.stringify(name)}`, async ({ store }) => {
      const rows = MEMBERS.map((each) => row(only(each, each)));
      const nested = [
        row({ a: { b: name }, c: [name] }),
        row(only(name, "other")),
        row({ x: name }),
      ];
      const key = await logging(store, [...rows, ...nested]);
      const where = Object.fromEntries([[name, name]]);
      equal(await fieldsOf(store, key, "calls", { where }), [only(name, name)], "the rows");
    });
  }

  test("where: all members that are named must be equal", async ({ store }) => {
    const rows = upTo(12).map((n) => row({ n, even: n % 2 === 0, third: n % 3, kind: "call" }));
    const key = await logging(store, rows);
    const where = { even: true, third: 0, kind: "call" };
    equal(await fieldsOf(store, key, "calls", { where }), numbers(6, 12), "the rows");
    const none = { even: true, third: 0, kind: "other" };
    equal(await fieldsOf(store, key, "calls", { where: none }), [], "the rows that none is");
  });

  test("where: nothing named selects all", async ({ store }) => {
    const key = await logging(store, numbered(3));
    equal(await fieldsOf(store, key, "calls", { where: {} }), numbers(1, 2, 3), "the rows");
  });

  for (const reverse of [false, true]) {
    const order = reverse ? ", reversed" : "";
    test(`where, times and pages go together${order}`, async ({ store }) => {
      const rows = upTo(40).map((n) => row({ n, kind: n % 4 ? "other" : "call" }, AT + n));
      const key = await logging(store, rows);
      const query = { since: AT + 8, until: AT + 36, where: { kind: "call" }, limit: 2, reverse };
      const expected = [8, 12, 16, 20, 24, 28, 32];
      if (reverse) expected.reverse();
      equal(await fieldsOf(store, key, "calls", query), numbers(...expected), "the rows");
    });
  }

  test("rows of a batch that was refused are not there", async ({ store }) => {
    const key = await logging(store, numbered(1));
    await store.write(key, batch(1, { writer: "b", logs: [row({ n: 7 })] }));
    await refuses("Corrupt", "a gap", () => store.write(key, batch(9, { logs: [row({ n: 8 })] })));
    equal(await fieldsOf(store, key), numbers(1), "the rows");
  });

  test("equal rows are all kept", async ({ store }) => {
    const key = await logging(store, [row({ n: 1 }), row({ n: 1 }), row({ n: 1 })]);
    await write(store, key, batch(2, { logs: [row({ n: 1 })] }));
    equal(await fieldsOf(store, key), numbers(1, 1, 1, 1), "the rows");
  });

  test("1,000 rows are written in one batch", { slow: true }, async ({ store }) => {
    const key = await logging(store, numbered(1000));
    equal(await fieldsOf(store, key, "calls", { limit: 300 }), numbers(...upTo(1000)), "the rows");
  });
});

/** What comes from a cursor on. */
async function restOf(store: StorageAdapter, key: RepositoryKey, from: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let cursor: string | undefined = from; cursor !== undefined; ) {
    const page: Awaited<ReturnType<StorageAdapter["readLog"]>> = await store.readLog(key, "calls", {
      cursor,
      limit: 9,
    });
    rows.push(...page.rows.map(({ fields }) => JSON.parse(fields) as unknown));
    cursor = page.cursor;
  }
  return rows;
}
