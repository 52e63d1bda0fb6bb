// Cloudflare D1, as its runtime has it on this machine: the promises of a store, in a worker, and D1's
// limits.
import { createRequire } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { testVarve } from "varve/testing";
import { afterAll, describe, expect, it, test } from "vitest";
import { type D1Binding, sqlite } from "../../../../js/src/storage/sqlite.js";
import { policyCases } from "../../../support/policies.mjs";
import { batchOf, hashOf, newRepository, temporaryFolder } from "./support.js";

interface Miniflare {
  getD1Database(name: string): Promise<D1Binding>;
  dispatchFetch(url: string): Promise<Response>;
  dispose(): Promise<void>;
}

const folder = temporaryFolder();
const worker = join(folder.path, "worker.mjs");
const bundled = await rolldown({
  input: "tests/js/storage/sqlite/worker.ts",
  platform: "neutral",
});
await bundled.write({ file: worker });
await bundled.close();

const require = createRequire(join(process.cwd(), "tests", "runtimes", "package.json"));
const { Miniflare } = require("miniflare") as { Miniflare: new (options: object) => Miniflare };
const d1 = new Miniflare({
  modules: [{ type: "ESModule", path: worker }],
  modulesRoot: folder.path,
  compatibilityDate: "2025-06-01",
  d1Databases: ["DB", "OTHER", "POLICIES"],
});
afterAll(async () => {
  await d1.dispose();
  folder.remove();
});

const listed = await d1.dispatchFetch("http://worker/");
const cases = (await listed.json()) as { name: string; runs: boolean }[];

describe("sqlite with D1, in a worker", () => {
  for (const [index, { name, runs }] of cases.entries()) {
    if (!runs) it.skip(name, () => {});
    else {
      it(name, async () => {
        const answer = await d1.dispatchFetch(`http://worker/${index}`);
        expect(await answer.text()).toBe("kept");
      });
    }
  }
});

describe("the limits of D1", () => {
  test("a batch of 500 objects and log rows stays within 100 values a statement", async () => {
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
    const refused = store.write(repository, batchOf(1, { objects: [object(limit + 1)] }));
    await expect(Promise.resolve(refused)).rejects.toMatchObject({
      code: "TooLarge",
      details: { limit, actual: limit + 1 },
    });
    await store.write(repository, batchOf(1, { objects: [object(limit)] }));
    const [read] = await store.readObjects(repository, [hashOf(`${limit}`)]);
    expect(read?.length).toBe(limit);
  });
});

describe("policies over D1", () => {
  test.each(Object.entries(policyCases))("%s", async (_, run) => {
    const database = await d1.getD1Database("POLICIES");
    await sqlite(database).migrate?.();
    await run({ testVarve, open: () => sqlite(database) });
  });
});
