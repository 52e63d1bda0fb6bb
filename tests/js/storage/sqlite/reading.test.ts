// Reading many objects: what lies together in the table is read as one, and is what was written all the same.
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type NodeDatabase, sqlite } from "../../../../js/src/storage/sqlite.js";
import type { RepositoryKey, StorageAdapter } from "../../../../js/src/types/storage.js";
import { batchOf, filePlace, hashOf, newRepository, PACKAGES, temporaryFolder } from "./support.js";

const { DatabaseSync } = process.getBuiltinModule("node:sqlite" as never) as unknown as {
  DatabaseSync: new (path: string) => NodeDatabase;
};
const Better = createRequire(import.meta.url)("better-sqlite3");

let folder = temporaryFolder();
afterEach(() => {
  folder.remove();
  folder = temporaryFolder();
});

const COUNT = 3000;
const hash = (index: number) => hashOf(`object ${index}`);

/** Bytes of every kind: none, zeros, all values, no UTF-8, and now and then more than is read as one. */
function bytesOf(index: number): Uint8Array {
  if (index % 500 === 7) return new Uint8Array(0);
  if (index % 500 === 9) return randomBytes(40_000);
  if (index % 3 === 0) return Uint8Array.from({ length: 256 }, (_, byte) => byte);
  return index % 3 === 1 ? new Uint8Array(index % 7) : randomBytes(index % 300);
}

/** Writes objects, each of its own content, in batches; of others in between. */
async function fill(store: StorageAdapter, key: RepositoryKey, others?: RepositoryKey) {
  const objects = Array.from({ length: COUNT }, (_, index) => ({
    hash: hash(index),
    bytes: bytesOf(index),
  }));
  for (let seq = 1; seq <= COUNT / 100; seq++) {
    const part = objects.slice(100 * (seq - 1), 100 * seq);
    await store.write(key, batchOf(seq, { objects: part }));
    const same = part.map((object) => ({ hash: object.hash, bytes: randomBytes(9) }));
    if (others !== undefined) await store.write(others, batchOf(seq, { objects: same }));
  }
  return objects;
}

/** The statements that are prepared from now on. */
function watched(database: NodeDatabase): string[] {
  const statements: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    statements.push(sql);
    return prepare(sql);
  };
  return statements;
}

const lookUps = (statements: string[]) => statements.filter((sql) => sql.includes("CROSS JOIN"));

test.each(PACKAGES)(
  "%s gives many objects as they were written, wherever they lie",
  async (driver) => {
    const { open, destroy } = filePlace(driver);
    const store = open();
    const [key, others] = [await newRepository(store), await newRepository(store, "others")];
    const objects = await fill(store, key, others);
    const found = objects.map(({ hash, bytes }): [string, Uint8Array | null] => [hash, bytes]);
    const missing: [string, null] = [hashOf("nobody's"), null];
    for (const wanted of [
      found,
      found.toReversed(),
      found.slice(100, 700),
      [...found.slice(0, 900), missing, ...found.slice(1, 900)], // some twice
      [missing, ...found],
      found.filter((_, index) => index % 7 === 0),
    ]) {
      const read = await store.readObjects(
        key,
        wanted.map(([hash]) => hash),
      );
      expect(read.map((bytes) => bytes && Buffer.from(bytes).toString("hex"))).toEqual(
        wanted.map(([, bytes]) => bytes && Buffer.from(bytes).toString("hex")),
      );
    }
    await store.close();
    destroy();
  },
);

test("objects that lie together are not looked up one by one", async () => {
  const database = new DatabaseSync(join(folder.path, "store.db"));
  const store = sqlite(database);
  const key = await newRepository(store);
  await fill(store, key);
  const statements = watched(database);
  const small = Array.from({ length: COUNT }, (_, index) => index).filter((index) => {
    const { length } = bytesOf(index);
    return length > 0 && length < 1000;
  });
  const read = await store.readObjects(key, small.map(hash));
  expect(read.every((bytes) => bytes !== null)).toBe(true);
  expect(statements.length).toBeGreaterThan(0);
  expect(lookUps(statements)).toEqual([]);
});

test("a database of UTF-16 texts, where bytes are no texts, gives them as they were", async () => {
  const database = new Better(join(folder.path, "store.db"));
  database.pragma("encoding = 'UTF-16le'");
  const store = sqlite(database);
  const key = await newRepository(store);
  const objects = await fill(store, key);
  expect(database.pragma("encoding", { simple: true })).toBe("UTF-16le");
  const read = await store.readObjects(
    key,
    objects.map(({ hash }) => hash),
  );
  expect(read.map((bytes) => bytes && Buffer.from(bytes).toString("hex"))).toEqual(
    objects.map(({ bytes }) => Buffer.from(bytes).toString("hex")),
  );
});

test("objects that were taken away are not there, and those behind them are", async () => {
  const store = sqlite(join(folder.path, "store.db"));
  const key = await newRepository(store);
  await fill(store, key);
  const all = Array.from({ length: COUNT }, (_, index) => hash(index));
  const gone = all.filter((_, index) => index % 5 === 0);
  await store.write(key, batchOf(COUNT / 100 + 1, { deleteObjects: gone }));
  const read = await store.readObjects(key, all);
  expect(read.map((bytes) => bytes !== null)).toEqual(all.map((_, index) => index % 5 !== 0));
  await store.close();
});
