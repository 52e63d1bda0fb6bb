// What a database refuses for good: told at once, by a name that says so, with nothing written.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { createVarve, isVarveError, storageError } from "varve";
import { faultyAdapter } from "varve/testing";
import { afterEach, describe, expect, test } from "vitest";
import {
  type NodeDatabase,
  type SqliteDatabase,
  sqlite,
} from "../../../../js/src/storage/sqlite.js";
import { temporaryFolder } from "./support.js";

const require = createRequire(import.meta.url);
type Opened = NodeDatabase & { close(): void };
type Rows = { all(): unknown[] };
const { DatabaseSync } = process.getBuiltinModule("node:sqlite" as never) as unknown as {
  DatabaseSync: new (path: string, options?: { readOnly?: boolean }) => Opened;
};
const Better = require("better-sqlite3");

let folder = temporaryFolder();
afterEach(() => {
  folder.remove();
  folder = temporaryFolder();
});
const file = () => join(folder.path, "store.db");

const chatOn = (storage: SqliteDatabase, options = {}) =>
  createVarve({ storage: sqlite(storage, options), encoding: "approximate" }).open("chat");

async function codeOf(running: Promise<unknown>): Promise<string | undefined> {
  const start = Date.now();
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(Date.now() - start, "it was asked again and again").toBeLessThan(10_000);
  return isVarveError(error) ? error.code : String(error);
}

/** A repository with one message, and how many there are afterwards. */
async function furnished() {
  await (await chatOn(file())).user("one");
  return async () => (await (await chatOn(file())).compile()).messages.length;
}

describe("a commit", () => {
  const READ_ONLY: Record<string, () => SqliteDatabase> = {
    "node:sqlite": () => new DatabaseSync(file(), { readOnly: true }),
    "better-sqlite3": () => new Better(file(), { readonly: true }),
  };
  for (const [name, open] of Object.entries(READ_ONLY)) {
    test(`to a database that only reads is Blocked: ${name}`, async () => {
      const count = await furnished();
      const chat = await chatOn(open());
      expect((await chat.compile()).messages).toHaveLength(1);
      expect(await codeOf(chat.user("two"))).toBe("Blocked");
      expect(await count()).toBe(1);
    });
  }

  const CLOSED: Record<string, () => SqliteDatabase & { close(): unknown }> = {
    "node:sqlite": () => new DatabaseSync(file()),
    "better-sqlite3": () => new Better(file()),
    "@libsql/client": () => createClient({ url: `file:${file()}` }),
  };
  for (const [name, open] of Object.entries(CLOSED)) {
    test(`to a database that its owner closed is Closed: ${name}`, async () => {
      const count = await furnished();
      const database = open();
      const chat = await chatOn(database);
      await chat.user("two");
      database.close();
      expect(await codeOf(chat.user("three"))).toBe("Closed");
      expect(await count()).toBe(2);
    });
  }

  test("that others do not let through in time is Blocked, and goes in later", async () => {
    await furnished();
    const chat = await chatOn(file(), { busyTimeout: 100 });
    await chat.user("two");
    const other = new DatabaseSync(file());
    other.exec("BEGIN IMMEDIATE");
    expect(await codeOf(chat.user("three"))).toBe("Blocked");
    other.exec("COMMIT");
    other.close();
    await chat.user("three");
    expect((await chat.compile()).messages).toHaveLength(3);
  });

  test("to a folder that is not there is Blocked", async () => {
    expect(await codeOf(chatOn(join(folder.path, "none", "store.db")))).toBe("Blocked");
  });
});

test("a fence that is the first entry of all is in the tables as well", async () => {
  const database = new DatabaseSync(file());
  const storage = faultyAdapter(sqlite(database));
  const chat = await createVarve({ storage, encoding: "approximate" }).open("chat");
  const error = storageError("Blocked", "for now");
  storage.setFaults({ kind: "fail", on: "write" }, { kind: "fail", on: "write", nth: 2, error });
  expect(await codeOf(chat.user("one"))).toBe("Blocked");
  await chat.user("two");
  const [row] = (database.prepare("SELECT default_branch FROM varve_repositories") as Rows).all();
  expect({ ...(row as object) }).toEqual({ default_branch: "main" });
  database.close();
});

test.each<[string, unknown, object, string]>([
  ["nothing", undefined, {}, ""],
  ["null", null, {}, ""],
  ["a number", 5, {}, ""],
  ["a function", () => {}, {}, ""],
  ["an object that is no database", {}, {}, ""],
  ["an empty path", "", {}, ""],
  ["a path with a NUL", "a\0b", {}, ""],
  ["a durability that is none", "x.db", { durability: "stritc" }, "/durability"],
  ["an option that is none", "x.db", { durabilty: "strict" }, "/durabilty"],
  ["a driver that is none", "x.db", { driver: "sqlite3" }, "/driver"],
  ["a driver that is in every object", "x.db", { driver: "toString" }, "/driver"],
  ["a time that is none", "x.db", { busyTimeout: Number.NaN }, "/busyTimeout"],
  ["a time below 0", "x.db", { busyTimeout: -1 }, "/busyTimeout"],
  ["a time as text", "x.db", { busyTimeout: "5" }, "/busyTimeout"],
  ["migrate as text", "x.db", { migrate: "auto" }, "/migrate"],
])("sqlite refuses %s", (_, database, options, pointer) => {
  expect(() => sqlite(database as string, options)).toThrow(
    expect.objectContaining({ code: "Validation", details: expect.objectContaining({ pointer }) }),
  );
});

test("options that are undefined or null are as those left out", () => {
  for (const options of [undefined, null, { durability: undefined, busyTimeout: undefined }]) {
    expect(sqlite("x.db", options as never).capabilities.durability).toBe("strict");
  }
});

test("a database in memory says so, handed in as well", () => {
  const named: SqliteDatabase[] = [
    ":memory:",
    new DatabaseSync(":memory:"),
    new Better(":memory:"),
  ];
  for (const database of named) {
    const { durability, multiWriter } = sqlite(database).capabilities;
    expect([durability, multiWriter]).toEqual(["memory", false]);
  }
  for (const database of [new DatabaseSync(file()), new Better(file())]) {
    expect(sqlite(database).capabilities.durability).toBe("strict");
  }
});
