// Cloudflare D1, as its runtime has it on this machine: the promises of a store, and D1's limits.
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { D1_VALUE_BYTES } from "../../../../js/src/storage/sqlite/drivers/d1.js";
import { tablesOf } from "../../../../js/src/storage/sqlite/tables.js";
import { type D1Binding, sqlite } from "../../../../js/src/storage/sqlite.js";
import { testStorageAdapter } from "../../../../js/src/testing.js";
import { batchOf, hashOf, localD1, newRepository } from "./support.js";

let d1: Awaited<ReturnType<typeof localD1>>;
let database: D1Binding;
beforeAll(async () => {
  d1 = await localD1(["DB", "OTHER"]);
  database = await d1.getD1Database("DB");
});
afterAll(() => d1.dispose());

/** Empties the tables: making them anew for each case takes most of the time. */
async function empty(): Promise<void> {
  const { journal, blobs, logs, checkpoints, segments, commits, refs, annotations, repositories } =
    tablesOf();
  const children = [journal, blobs, logs, checkpoints, segments, commits, refs, annotations];
  const deletes = [...children, repositories].map((table) =>
    database.prepare(`DELETE FROM ${table}`),
  );
  await database.batch(deletes as never[]);
}

describe("sqlite with D1", () => {
  testStorageAdapter(() => ({ open: () => sqlite(database), destroy: empty }), {
    describe,
    it,
    slow: false,
    capabilities: { maxObjectBytes: D1_VALUE_BYTES, projects: true },
  });
});

describe("the limits of D1", () => {
  test("a batch of 500 objects and log rows, of one hash asked 500 times, stays within 100 values", async () => {
    const store = sqlite(await d1.getD1Database("OTHER"));
    const repository = await newRepository(store);
    const bytes = new Uint8Array(20);
    const objects = Array.from({ length: 500 }, (_, i) => ({ hash: hashOf(`object ${i}`), bytes }));
    const logs = objects.map((_, i) => ({ log: "calls", at: i, fields: `{"i":${i}}` }));
    expect(await store.write(repository, batchOf(1, { objects, logs }))).toEqual({});
    const found = await store.readObjects(
      repository,
      objects.map(({ hash }) => hash),
    );
    expect(found.every((object) => object?.length === 20)).toBe(true);
    const page = await store.readLog(repository, "calls", { limit: 1000 });
    expect(page.rows.map(({ at }) => at)).toEqual(logs.map(({ at }) => at));
  });

  test("an object of the largest size is kept, and a larger one refused before D1 sees it", async () => {
    const store = sqlite(await d1.getD1Database("OTHER"));
    const repository = await newRepository(store, "large");
    const object = (size: number) => ({ hash: hashOf(`${size}`), bytes: new Uint8Array(size) });
    const limit = store.capabilities.maxObjectBytes;
    const refused = Promise.resolve(
      store.write(repository, batchOf(1, { objects: [object(limit + 1)] })),
    );
    await expect(refused).rejects.toMatchObject({
      code: "TooLarge",
      details: { limit, actual: limit + 1 },
    });
    await store.write(repository, batchOf(1, { objects: [object(limit)] }));
    const [read] = await store.readObjects(repository, [hashOf(`${limit}`)]);
    expect(read?.length).toBe(limit);
  });
});
