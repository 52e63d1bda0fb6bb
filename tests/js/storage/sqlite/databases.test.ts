// Databases: opened late, handed in, full, busy, of another version.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { afterEach, describe, expect, test } from "vitest";
import { localDriver } from "../../../../js/src/storage/sqlite/drivers/local.js";
import { nodeConnection } from "../../../../js/src/storage/sqlite/drivers/node.js";
import { migrate } from "../../../../js/src/storage/sqlite/migrate.js";
import { MIGRATIONS } from "../../../../js/src/storage/sqlite/schema.js";
import { tablesOf } from "../../../../js/src/storage/sqlite/tables.js";
import {
  type NodeDatabase,
  type SqliteDatabase,
  type SqliteDriver,
  sqlite,
  sqliteSchema,
} from "../../../../js/src/storage/sqlite.js";
import { batchOf, newRepository, PACKAGES, temporaryFolder } from "./support.js";

const require = createRequire(import.meta.url);
const { DatabaseSync } = process.getBuiltinModule("node:sqlite" as never) as unknown as {
  DatabaseSync: new (path: string) => NodeDatabase;
};
const Better = require("better-sqlite3");

let folder = temporaryFolder();
afterEach(() => {
  folder.remove();
  folder = temporaryFolder();
});
const file = () => join(folder.path, "store.db");

/** What a promise or value rejects with, for a store's calls may give either. */
const failure = (given: unknown) => expect(Promise.resolve(given)).rejects;

function rowsOf(database: NodeDatabase, sql: string): unknown[] {
  return (database.prepare(sql) as { all(): unknown[] })
    .all()
    .map((row) => ({ ...(row as object) }));
}

/** An open database of each kind, and how to close it. */
const HANDED_IN: Record<string, () => SqliteDatabase & { close(): unknown }> = {
  "node:sqlite": () => new DatabaseSync(file()),
  "better-sqlite3": () => new Better(file()),
  "@libsql/client": () => createClient({ url: `file:${file()}` }),
};

for (const [name, open] of Object.entries(HANDED_IN)) {
  test(`a database of ${name} that was handed in is used, and left open by close`, async () => {
    const database = open();
    const store = sqlite(database);
    const repository = await newRepository(store);
    await store.write(repository, batchOf(1));
    await store.close();
    await failure(store.readJournal(repository, { after: 0, limit: 9 })).toMatchObject({
      code: "Closed",
    });
    const other = sqlite(database);
    expect(await other.readJournal(repository, { after: 0, limit: 9 })).toHaveLength(1);
    database.close();
  });
}

test.each(PACKAGES)("%s opens nothing before the first call", async (driver) => {
  const store = sqlite(file(), { driver });
  await Promise.resolve();
  expect(existsSync(file())).toBe(false);
  await newRepository(store);
  expect(existsSync(file())).toBe(true);
  await store.close();
});

test.each(PACKAGES)(
  "%s opens a path with spaces and signs that mean something in URLs",
  async (driver) => {
    const path = join(folder.path, "a b%20c?d#e&f.db");
    const store = sqlite(path, { driver });
    await newRepository(store);
    expect(existsSync(path)).toBe(true);
    await store.close();
  },
);

test.each([
  ["strict", 2],
  ["relaxed", 1],
] as const)("%s is PRAGMA synchronous = %i, in WAL", async (durability, level) => {
  const database = new DatabaseSync(file());
  const own = sqlite(file(), { durability });
  await newRepository(own);
  expect(rowsOf(database, "PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
  await own.close();
  const store = sqlite(database, { durability });
  expect(store.capabilities.durability).toBe(durability);
  await newRepository(store);
  expect(rowsOf(database, "PRAGMA synchronous")).toEqual([{ synchronous: level }]);
  database.close();
});

test("a driver of one's own is used", async () => {
  const database = new DatabaseSync(":memory:");
  const inner = localDriver(nodeConnection(database), { strict: true, own: false });
  const batches: number[] = [];
  const driver: SqliteDriver = {
    ...inner,
    batch(statements) {
      batches.push(statements.length);
      return inner.batch(statements);
    },
  };
  const store = sqlite({ driver });
  await store.write(await newRepository(store), batchOf(1));
  expect(batches.length).toBe(3); // tables, repository, entry
});

test.each(["", "1x_", "a-b", 'x"; DROP TABLE y; --', "sqlite_", "x".repeat(41)])(
  "the prefix %j is refused",
  (tablePrefix) => {
    expect(() => sqlite(":memory:", { tablePrefix })).toThrow(/table prefix/);
  },
);

test("stores with different prefixes share a file and nothing else", async () => {
  const a = sqlite(file());
  const b = sqlite(file(), { tablePrefix: "other_" });
  const repository = await newRepository(a);
  await a.write(repository, batchOf(1));
  expect(await b.findRepository(repository)).toBeUndefined();
  await newRepository(b);
  expect(await a.readJournal(repository, { after: 0, limit: 9 })).toHaveLength(1);
  await a.close();
  await b.close();
});

describe("a full database", () => {
  test.each(PACKAGES)(
    "is Quota with %s, leaves nothing behind and nothing open",
    async (driver) => {
      const name = driver as keyof typeof HANDED_IN;
      const database = HANDED_IN[name]?.() as SqliteDatabase & { close(): unknown };
      const store = sqlite(database);
      const repository = await newRepository(store);
      await store.write(repository, batchOf(1));
      const pragma = async (sql: string) => {
        if ("execute" in database) await database.execute({ sql, args: [] });
        else (database as NodeDatabase).exec(sql);
      };
      await pragma("PRAGMA max_page_count = 60");
      const hash = "ab".repeat(32);
      const objects = [{ hash, bytes: new Uint8Array(1_000_000).fill(1) }];
      await failure(store.write(repository, batchOf(2, { objects }))).toMatchObject({
        code: "Quota",
      });
      expect(await store.readJournal(repository, { after: 0, limit: 9 })).toHaveLength(1);
      expect(await store.readObjects(repository, [hash])).toEqual([null]);
      expect(await store.write(repository, batchOf(2))).toEqual({});
      await pragma("PRAGMA max_page_count = 1000000");
      expect(await store.write(repository, batchOf(3, { objects }))).toEqual({});
      database.close();
    },
  );
});

describe("while others hold the database", () => {
  test("a write waits until they are done", async () => {
    const store = sqlite(file());
    const repository = await newRepository(store);
    const other = new DatabaseSync(file());
    other.exec("BEGIN IMMEDIATE");
    const written = store.write(repository, batchOf(1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    other.exec("COMMIT");
    expect(await written).toEqual({});
    other.close();
    await store.close();
  });

  test("a write gives up with Blocked when its patience ends, and can be repeated", async () => {
    const store = sqlite(file(), { busyTimeout: 50 });
    const repository = await newRepository(store);
    const other = new DatabaseSync(file());
    other.exec("BEGIN IMMEDIATE");
    await failure(store.write(repository, batchOf(1))).toMatchObject({ code: "Blocked" });
    other.exec("COMMIT");
    expect(await store.write(repository, batchOf(1))).toEqual({});
    other.close();
    await store.close();
  });

  test("a write that waits rejects with the reason of its signal", async () => {
    const store = sqlite(file());
    const repository = await newRepository(store);
    const other = new DatabaseSync(file());
    other.exec("BEGIN IMMEDIATE");
    const controller = new AbortController();
    const written = store.write(repository, batchOf(1), { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await failure(written).toThrow("enough");
    other.exec("COMMIT");
    other.close();
    await store.close();
  });

  test("a transaction of the application on the database handed in is waited for", async () => {
    const database = new DatabaseSync(file());
    const store = sqlite(database);
    const repository = await newRepository(store);
    database.exec("BEGIN; CREATE TABLE own (x)");
    const written = store.write(repository, batchOf(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    database.exec("ROLLBACK");
    expect(await written).toEqual({});
    expect(rowsOf(database, "SELECT name FROM sqlite_master WHERE name = 'own'")).toEqual([]);
    expect(await store.readJournal(repository, { after: 0, limit: 9 })).toHaveLength(1);
    database.close();
  });
});

test("writes that come at once are grouped by a caller that queues while one is under way", async () => {
  const store = sqlite(file());
  const repository = await newRepository(store);
  const order: string[] = [];
  const write = Promise.resolve(store.write(repository, batchOf(1))).then(() => order.push("done"));
  order.push("queued");
  await write;
  expect(order).toEqual(["queued", "done"]);
  await store.close();
});

describe("the version of the tables", () => {
  const second = () => [
    "ALTER TABLE varve_repositories ADD COLUMN note TEXT DEFAULT 'none'",
    "UPDATE varve_repositories SET note = id",
  ];
  const driverOf = (database: NodeDatabase) =>
    localDriver(nodeConnection(database), { strict: true, own: false });

  test("tables of an older version keep their rows and get what is new, once", async () => {
    const store = sqlite(file());
    const repository = await newRepository(store);
    await store.write(repository, batchOf(1));
    await store.close();

    const migrations = [...MIGRATIONS, second];
    const databases = [new DatabaseSync(file()), new DatabaseSync(file())];
    for (const database of [...databases, ...databases]) {
      await migrate(driverOf(database), tablesOf(), migrations);
    }
    const [database] = databases as [NodeDatabase];
    expect(rowsOf(database, "SELECT id, note FROM varve_repositories")).toEqual([
      { id: "chat", note: "chat" },
    ]);
    expect(rowsOf(database, "SELECT value FROM varve_meta")).toEqual([{ value: 2 }]);
    expect(rowsOf(database, "SELECT count(*) AS n FROM varve_journal")).toEqual([{ n: 1 }]);
    for (const each of databases) each.close();
  });

  test("a migration that fails changes nothing", async () => {
    const database = new DatabaseSync(file());
    const driver = driverOf(database);
    await migrate(driver, tablesOf());
    const broken = () => [...second(), "INSERT INTO varve_meta (name, value) VALUES ('x', NULL)"];
    await failure(migrate(driver, tablesOf(), [...MIGRATIONS, broken])).toThrow(/NOT NULL/);
    expect(rowsOf(database, "SELECT value FROM varve_meta")).toEqual([{ value: 1 }]);
    const columns = rowsOf(database, "SELECT name FROM pragma_table_info('varve_repositories')");
    expect(columns).not.toContainEqual({ name: "note" });
    database.close();
  });

  test("tables of a newer version are refused", async () => {
    const database = new DatabaseSync(file());
    await migrate(driverOf(database), tablesOf(), [...MIGRATIONS, second]);
    for (const migrates of [true, false]) {
      const store = sqlite(database, { migrate: migrates });
      await failure(newRepository(store)).toMatchObject({
        code: "VersionTooNew",
        details: { found: 2, supported: 1 },
      });
    }
    database.close();
  });

  test("without migration, missing tables are told, and come with migrate() or sqliteSchema()", async () => {
    const database = new DatabaseSync(file());
    const store = sqlite(database, { migrate: false });
    await failure(newRepository(store)).toMatchObject({
      code: "Blocked",
      message: expect.stringContaining("migrate()"),
    });
    await store.migrate?.();
    await newRepository(store);
    database.close();

    const other = new DatabaseSync(":memory:");
    other.exec(sqliteSchema());
    await newRepository(sqlite(other, { migrate: false }));
    other.close();
  });
});

test("what is no database is refused at once, and one that is damaged is Corrupt", async () => {
  expect(() => sqlite({ query: 1 } as never)).toThrow(/no database that is known/);
  const { writeFileSync } = await import("node:fs");
  writeFileSync(file(), "this is a text of some length, and no database at all".repeat(100));
  const store = sqlite(file());
  await failure(newRepository(store)).toMatchObject({ code: "Corrupt" });
});
