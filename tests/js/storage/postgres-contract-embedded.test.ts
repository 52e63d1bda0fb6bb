// The PostgreSQL adapter keeps the contract of stores: with drivers that need no server.
import { PGlite } from "@electric-sql/pglite";
import { neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, describe, it } from "vitest";
import { postgres } from "../../../js/src/storage/postgres.js";
import { testStorageAdapter } from "../../../js/src/testing.js";
import { capabilities, maxObjectBytes, place } from "./postgres-support.js";
import { answeredBy } from "./server/neon.js";

let pglite: PGlite;
const empty = (text: string) => pglite.query(text);

beforeAll(async () => {
  pglite = await PGlite.create();
  neonConfig.fetchFunction = answeredBy(pglite);
  await postgres(pglite).migrate();
}, 60_000);

afterAll(async () => {
  neonConfig.fetchFunction = undefined;
  await pglite?.close();
}, 60_000);

describe("PGlite", () => {
  const factory = place(() => postgres(pglite, { maxObjectBytes }), empty);
  testStorageAdapter(factory, {
    describe,
    it,
    capabilities: { ...capabilities, durability: "memory" },
  });
});

describe("neon()", () => {
  const open = () => postgres(neon("postgres://u:p@neon.test/db"), { maxObjectBytes });
  testStorageAdapter(place(open, empty), { describe, it, capabilities, slow: false });
});
