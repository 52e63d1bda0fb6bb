// What policies promise across restarts and processes, in memory and in a store of the application's.
import { memory } from "varve";
import { memoryPlace, testVarve } from "varve/testing";
import { describe, test } from "vitest";
import { policyCases } from "../../support/policies.mjs";

describe.each(["memory()", "a StorageAdapter"])("policies over %s", (kind) => {
  test.each(Object.entries(policyCases))("%s", async (name, run) => {
    const place = memoryPlace();
    const open = kind === "memory()" ? () => memory(`policies ${name}`) : () => place.open();
    await run({ testVarve, open });
  });
});
