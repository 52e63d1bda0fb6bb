// Stores in Rust as storage adapters: the one in memory keeps every promise of the kit, which shows that
// nothing is lost on the way between the two languages.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nativeAdapter, type StoresModule } from "../../../js/src/storage/native-adapter.js";
import { storesModule } from "../../../js/src/storage/stores-module.js";
import { type StorageUnderTest, testStorageAdapter } from "../../../js/src/testing.js";
import type { StorageAdapter, StorageCapabilities } from "../../../js/src/types/storage.js";

const bytes = readFileSync(new URL("../../../pkg-stores/stores_bg.wasm", import.meta.url));
const load = storesModule(() => new Uint8Array(bytes));

const capabilities: StorageCapabilities = {
  durability: "memory",
  multiWriter: true,
  multiKeyAtomic: true,
  maxObjectBytes: 0xffff_ffff,
};

/** A store in memory that several handles share. */
function place(): StorageUnderTest {
  let shared: ReturnType<StoresModule["NativeStore"]["memory"]> | undefined;
  const open = ({ NativeStore }: StoresModule) => {
    shared ??= NativeStore.memory();
    return shared.share();
  };
  return { open: () => nativeAdapter({ name: "memory", capabilities, load, open }) };
}

describe("the store in memory, in Rust", () => {
  testStorageAdapter(place, { describe, it, capabilities, checkpoints: false });
});

/** An adapter whose memory is an instance's own: it begins empty in each. */
function fragile(): StorageAdapter {
  const open = ({ NativeStore }: StoresModule) => NativeStore.memory();
  return nativeAdapter({ name: "memory", capabilities, load, open });
}

const address = { workspace: "acme", id: "chat" };

describe("nativeAdapter", () => {
  it("says the same of a store as the store itself", async () => {
    const { module } = await load();
    const memory = module.NativeStore.memory();
    expect(memory.durability).toBe(0);
    expect(memory.maxObjectBytes).toBe(capabilities.maxObjectBytes);
    const strict = module.NativeStore.indexedDb("x", false, 1);
    const relaxed = module.NativeStore.indexedDb("x", true, 1);
    expect([strict.durability, relaxed.durability]).toEqual([2, 1]);
    expect(strict.maxObjectBytes).toBe(120 * 1024 * 1024);
  });

  it("survives a trap of the module: that call fails, the next one finds a fresh instance", async () => {
    const store = fragile();
    await store.createRepository(address, "00000000000000a1", 1);
    const { instance } = await load();
    const trap = () => {
      throw new WebAssembly.RuntimeError("unreachable");
    };
    expect(() => instance.run(trap)).toThrow(/trapped/);
    expect(await store.findRepository(address)).toBeUndefined();
    await store.createRepository(address, "00000000000000a2", 1);
    expect(await store.findRepository(address)).toBe("00000000000000a2");
  });

  it("makes one store for calls that come at once", async () => {
    let made = 0;
    const open = ({ NativeStore }: StoresModule) => {
      made += 1;
      return NativeStore.memory();
    };
    const store = nativeAdapter({ name: "memory", capabilities, load, open });
    await Promise.all([1, 2, 3].map(() => store.findRepository(address)));
    expect(made).toBe(1);
  });
});
