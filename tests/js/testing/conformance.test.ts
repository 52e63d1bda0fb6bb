// The reference implementation keeps every promise that the kit tests.
import { describe, it } from "vitest";
import { memoryPlace, testStorageAdapter } from "../../../js/src/testing.js";

const capabilities = { durability: "relaxed", maxObjectBytes: 2 ** 20, projects: true } as const;

describe("memoryAdapter", () => {
  testStorageAdapter(() => memoryPlace(), {
    describe,
    it,
    capabilities: { durability: "memory", maxObjectBytes: 0xffff_ffff },
  });
});

describe("memoryAdapter, with the capabilities of a durable store with a small limit", () => {
  testStorageAdapter(() => memoryPlace(capabilities), { describe, it, capabilities });
});
