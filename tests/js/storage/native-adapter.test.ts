// Stores in Rust as storage adapters: the one in memory keeps every promise of the kit, which shows that
// nothing is lost on the way between the two languages.
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { NativeStorage } from "../../../js/src/storage/bridge.js";
import { loadEarly, loadingEarly } from "../../../js/src/storage/early.js";
import { bytesOf } from "../../../js/src/storage/hex.js";
import { nativeAdapter, type StoresModule } from "../../../js/src/storage/native-adapter.js";
import {
  asItStandsOf,
  type Parcel,
  pack,
  type ReadAsItStands,
  readingAsItStands,
  unpack,
} from "../../../js/src/storage/parcel.js";
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

/** Two objects in a store of that kind, and what the core is answered when it asks for them and for a third. */
async function askedByCore(adapter: StorageAdapter): Promise<unknown> {
  const hash = (digit: number) => `${digit}`.repeat(64);
  const key = { ...address, incarnation: "00000000000000a1" };
  await adapter.createRepository(address, key.incarnation, 1);
  const objects = [1, 2].map((digit) => ({
    hash: hash(digit),
    bytes: Uint8Array.of(digit, digit),
  }));
  const entry = { seq: 1, hash: hash(9), bytes: Uint8Array.of(9) };
  await adapter.write(key, { entry, at: 1, objects, deleteObjects: [], logs: [] });
  const asked = pack([2, 3, 1].map(hash).map(bytesOf));
  const { instance } = await load();
  const answer = new NativeStorage(adapter, instance).send(
    "readObjects",
    JSON.stringify(key),
    ...asked,
  );
  await new Promise<void>((resolve) => {
    if (answer.take(resolve) !== null) resolve();
  });
  return unpack(answer.take(undefined) as Parcel);
}

const answered = [Uint8Array.of(2, 2), null, Uint8Array.of(1, 1)];

describe("nativeAdapter", () => {
  it("answers the core as it stands, and gives each object by itself to everybody else", async () => {
    const adapter = fragile();
    const apart = vi.fn(adapter.readObjects);
    const readAsItStands = vi.fn(asItStandsOf(adapter.readObjects) as ReadAsItStands);
    const readObjects = readingAsItStands(apart, readAsItStands);
    expect(await askedByCore({ ...adapter, readObjects })).toEqual(answered);
    expect(readAsItStands).toHaveBeenCalledOnce();
    expect(apart).not.toHaveBeenCalled();
  });

  it("has whoever stands in the place of its readObjects, or spies on it, asked by the core", async () => {
    const adapter = fragile();
    const own = vi.fn(adapter.readObjects);
    expect(await askedByCore({ ...adapter, readObjects: own })).toEqual(answered);
    expect(own).toHaveBeenCalledOnce();
    const spied = fragile();
    const spy = vi.spyOn(spied, "readObjects");
    expect(await askedByCore(spied)).toEqual(answered);
    expect(spy).toHaveBeenCalledOnce();
  });

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

  it("can begin to load before its first call, once, and again where that failed", async () => {
    const tries = vi.fn(load);
    tries.mockRejectedValueOnce(new Error("not yet"));
    const open = ({ NativeStore }: StoresModule) => NativeStore.memory();
    const { load: begin, ...store } = nativeAdapter({
      name: "memory",
      capabilities,
      load: tries,
      open,
    });
    const early = loadingEarly(store, begin);
    loadEarly({ ...early }); // a wrapper's own affair
    expect(tries).not.toHaveBeenCalled();
    loadEarly(early);
    expect(tries).toHaveBeenCalledOnce();
    expect(await early.findRepository(address)).toBeUndefined();
    expect(tries).toHaveBeenCalledTimes(2);
    loadEarly(early);
    expect(tries).toHaveBeenCalledTimes(2);
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
