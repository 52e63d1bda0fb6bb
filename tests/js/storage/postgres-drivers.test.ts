// Each driver by itself: PGlite in this process, and neon() with its requests answered by a PGlite.
import { PGlite } from "@electric-sql/pglite";
import { neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgres } from "../../../js/src/storage/postgres.js";
import {
  append,
  batch,
  bytesOf,
  commit,
  hashOf,
  made,
  object,
  projection,
} from "./postgres-support.js";
import { answeredBy } from "./server/neon.js";

let pglite: PGlite;
let requests = 0;

beforeAll(async () => {
  pglite = await PGlite.create();
  const answer = answeredBy(pglite);
  neonConfig.fetchFunction = (...request: Parameters<typeof answer>) => {
    requests++;
    return answer(...request);
  };
}, 60_000);

afterAll(async () => {
  neonConfig.fetchFunction = undefined;
  await pglite?.close();
}, 60_000);

const url = "postgres://user:password@ep-test.local/db";
const drivers = [
  ["PGlite", () => postgres(pglite)],
  ["neon()", () => postgres(neon(url))],
  ["neon() with other results", () => postgres(neon(url, { arrayMode: true, fullResults: true }))],
] as const;

describe.each(drivers)("%s", (name, open) => {
  test("stores batches and gives them back", async () => {
    const storage = open();
    const key = await made(storage, `\0 ${name}`);
    expect(await append(storage, key, ["one", "two"])).toBe(2);
    const lost = await storage.write(key, batch(1, "other"));
    expect(lost.conflict?.map(({ bytes }) => bytes)).toEqual([bytesOf("one"), bytesOf("two")]);
    const wanted = [hashOf("two"), hashOf("none"), hashOf("one")];
    const found = [bytesOf("two"), null, bytesOf("one")];
    expect(await storage.readObjects(key, wanted)).toEqual(found);
    const checkpoint = { seq: 2, manifest: bytesOf("m"), segments: [object("b"), object("a")] };
    expect(await storage.writeCheckpoint(key, checkpoint)).toBe(true);
    expect(await storage.readCheckpoint(key)).toEqual(checkpoint);
    await storage.scrub(key);
    await storage.close();
    expect(await open().deleteRepository(key)).toBe(true);
  });
});

test("neon() is one request a batch", async () => {
  const storage = postgres(neon(url));
  const key = await made(storage, "requests");
  requests = 0;
  await storage.write(
    key,
    batch(1, "one", {
      objects: [object("a")],
      logs: [{ log: "l", at: 1, fields: "{}" }],
      projection: projection(1, { commits: [commit(0)] }),
    }),
  );
  expect(requests).toBe(1);
});

test("errors of neon() have their meaning", async () => {
  const storage = postgres(neon(url), { schema: "nowhere", migrate: "manual" });
  const found = storage.findRepository({ workspace: "w", id: "r" });
  await expect(found).rejects.toMatchObject({
    code: "Blocked",
    message: expect.stringContaining("migrate()"),
  });
});

test("a PGlite says how safe it is", () => {
  expect(postgres(pglite).capabilities.durability).toBe("memory");
  expect(postgres(neon(url)).capabilities.durability).toBe("strict");
  expect(postgres(neon(url), { durability: "relaxed" }).capabilities.durability).toBe("relaxed");
});
