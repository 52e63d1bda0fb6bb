// Compiling is passing: the kit takes the functions of any runner, and a test's varve is a varve.
import { strict } from "node:assert";
import * as node from "node:test";
import type { Repository, StandardSchema, StorageAdapter, Varve } from "varve";
import {
  faultyAdapter,
  type ManualClock,
  memoryPlace,
  testStorageAdapter,
  testVarve,
} from "varve/testing";
import * as vitest from "vitest";
import { expectTypeOf } from "vitest";

declare const schema: StandardSchema<{ id: string }>;

const place = memoryPlace({ durability: "relaxed" });
testStorageAdapter(() => place, { describe: vitest.describe, it: vitest.it });
testStorageAdapter(async () => place, { describe: node.describe, it: node.it });
testStorageAdapter(() => ({ open: async () => place.open(), destroy: async () => {} }), {
  describe: (_, define) => define(),
  it: (name, run) => run().catch((error) => strict.fail(`${name}: ${error}`)),
  capabilities: { multiWriter: false },
  only: /logs/,
  skip: { "logs > …": "not yet" },
});
// @ts-expect-error a factory gives a place, not an adapter
testStorageAdapter(() => place.open(), { describe: vitest.describe, it: vitest.it });

const storage = faultyAdapter(place.open(), { kind: "fail", on: ["write", "scrub"], times: 2 });
expectTypeOf(storage).toExtend<StorageAdapter>();
// @ts-expect-error close cannot go wrong
storage.setFaults({ kind: "fail", on: "close" });

const varve = testVarve({ storage, contentTypes: { ticket: { schema } } });
expectTypeOf(varve.clock).toEqualTypeOf<ManualClock>();
await (await varve.open("a")).commit({ contentType: "ticket", id: "T1" });
// @ts-expect-error not what the schema says
await (await varve.open("a")).commit({ contentType: "ticket", id: 5 });
expectTypeOf(testVarve()).toExtend<Varve>();
expectTypeOf(testVarve().open).returns.resolves.toEqualTypeOf<Repository>();
// @ts-expect-error it has a clock of its own: give it a start, or a manual clock
testVarve({ clock: "now" });
