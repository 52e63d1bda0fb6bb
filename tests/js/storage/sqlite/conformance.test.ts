// Every driver keeps every promise of a store.
import { describe, it } from "vitest";
import { LOCAL_VALUE_BYTES } from "../../../../js/src/storage/sqlite/driver.js";
import { sqlite } from "../../../../js/src/storage/sqlite.js";
import { testStorageAdapter } from "../../../../js/src/testing.js";
import { filePlace, PACKAGES } from "./support.js";

const local = { maxObjectBytes: LOCAL_VALUE_BYTES, projects: true } as const;

for (const driver of PACKAGES) {
  describe(`sqlite with ${driver}`, () => {
    testStorageAdapter(() => filePlace(driver), { describe, it, capabilities: local });
  });
}

describe("sqlite in memory", () => {
  testStorageAdapter(() => ({ open: () => sqlite(":memory:") }), {
    describe,
    it,
    capabilities: { ...local, durability: "memory", multiWriter: false },
  });
});
