// indexedDB() where there is none. What it does in a browser: tests/browser and tests/wasm.
import { createVarve } from "varve";
import { indexedDB } from "varve/storage/indexed-db";
import { describe, expect, it } from "vitest";

const address = { workspace: "acme", id: "chat" };

describe("indexedDB, without IndexedDB", () => {
  it("is made without a call, and fails with Unavailable that says why", async () => {
    const storage = indexedDB("app");
    expect(storage.name).toBe("indexed-db");
    expect(storage.capabilities.durability).toBe("strict");
    await expect(storage.findRepository(address)).rejects.toMatchObject({
      code: "Unavailable",
      retryable: true,
      message: expect.stringMatching(/no IndexedDB; take another storage/),
    });
    await storage.close();
    await expect(storage.findRepository(address)).rejects.toMatchObject({ code: "Closed" });
  });

  it("fails the same way through a repository", async () => {
    const varve = createVarve({ storage: indexedDB("app"), encoding: "approximate" });
    await expect(varve.open("chat")).rejects.toMatchObject({ code: "Unavailable" });
    await varve.close();
  });
});

describe("indexedDB, with options that make no sense", () => {
  const cases: [string, () => unknown][] = [
    ["/name", () => indexedDB("")],
    ["/name", () => indexedDB(7 as never)],
    ["/durability", () => indexedDB("app", { durability: "memory" as never })],
    ["/persist", () => indexedDB("app", { persist: "yes" as never })],
    ["/blockedTimeout", () => indexedDB("app", { blockedTimeout: -1 })],
    ["/blockedTimeout", () => indexedDB("app", { blockedTimeout: Number.NaN })],
    ["/onDataLoss", () => indexedDB("app", { onDataLoss: "tell" as never })],
    ["/wait", () => indexedDB("app", { wait: 1 } as never)],
  ];
  for (const [pointer, call] of cases) {
    it(`says so of ${pointer}: ${call.toString().slice(6)}`, () => {
      expect(call).toThrow(expect.objectContaining({ code: "Validation", details: { pointer } }));
    });
  }
});
