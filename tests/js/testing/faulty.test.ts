// A store that goes wrong on purpose goes wrong as it was told, and else not at all.
import { describe, expect, it, test } from "vitest";
import { VarveError } from "../../../js/src/errors.js";
import {
  type Fault,
  faultyAdapter,
  memoryAdapter,
  memoryPlace,
  testStorageAdapter,
} from "../../../js/src/testing.js";

const CHAT = { workspace: "acme", id: "chat" };
const KEY = { ...CHAT, incarnation: "00000000000000a1" };
const entry = (seq: number) => ({
  entry: { seq, hash: String(seq).padStart(64, "0"), bytes: Uint8Array.of(seq) },
  at: seq,
  objects: [],
  deleteObjects: [],
  logs: [],
});

/** A store with a repository, and faults from here on. */
async function faulty(...faults: Fault[]) {
  const inner = memoryAdapter();
  await inner.createRepository(CHAT, KEY.incarnation, 0);
  const storage = faultyAdapter(inner, faults);
  const length = async () => (await inner.readJournal(KEY, { after: 0, limit: 99 })).length;
  return { inner, storage, length };
}

describe("without faults it keeps every promise", () => {
  const capabilities = { durability: "relaxed", maxObjectBytes: 2 ** 20 } as const;
  const factory = () => {
    const place = memoryPlace(capabilities);
    return { open: () => faultyAdapter(place.open()) };
  };
  testStorageAdapter(factory, { describe, it, capabilities, slow: false });
});

test("fail: the call does not happen, and Unavailable is told", async () => {
  const { storage, length } = await faulty({ kind: "fail", on: "write" });
  const failed = storage.write(KEY, entry(1));
  await expect(failed).rejects.toMatchObject({ code: "Unavailable", retryable: true });
  expect(await length()).toBe(0);
  expect(await storage.write(KEY, entry(1))).toEqual({});
});

test("loseAnswer: the call happens, and Unavailable is told", async () => {
  const { storage, length } = await faulty({ kind: "loseAnswer", on: "write" });
  await expect(storage.write(KEY, entry(1))).rejects.toMatchObject({ code: "Unavailable" });
  expect(await length()).toBe(1);
  expect((await storage.write(KEY, entry(1))).conflict).toMatchObject([{ seq: 1 }]);
});

test("loseAnswer of a call that is refused tells why it is refused", async () => {
  const { storage } = await faulty({ kind: "loseAnswer", on: "write" });
  await expect(storage.write(KEY, entry(9))).rejects.toMatchObject({ code: "Corrupt" });
});

test("repeat: the call happens twice, and the second answer is told", async () => {
  const { storage, length } = await faulty({ kind: "repeat", on: "write" });
  expect((await storage.write(KEY, entry(1))).conflict).toMatchObject([{ seq: 1 }]);
  expect(await length()).toBe(1);
});

test("delay: the call happens later, and its answer comes later still", async () => {
  const { storage, length } = await faulty({ kind: "delay", on: "write", milliseconds: 20 });
  const start = performance.now();
  const writing = storage.write(KEY, entry(1));
  expect(await length()).toBe(0);
  expect(await writing).toEqual({});
  expect(performance.now() - start).toBeGreaterThan(35);
});

test("nth and times say which calls, counted among those of the method", async () => {
  const { storage } = await faulty({ kind: "fail", on: "readJournal", nth: 2, times: 2 });
  const went: boolean[] = [];
  for (let n = 0; n < 5; n++) {
    await storage.findRepository(CHAT);
    const read = Promise.resolve(storage.readJournal(KEY, { after: 0, limit: 1 }));
    went.push(
      await read.then(
        () => true,
        () => false,
      ),
    );
  }
  expect(went).toEqual([true, false, false, true, true]);
});

test("without a method all calls are counted", async () => {
  const { storage } = await faulty({ kind: "fail", nth: 3 });
  await storage.findRepository(CHAT);
  await storage.readObjects(KEY, []);
  await expect(storage.readCheckpoint(KEY)).rejects.toMatchObject({ code: "Unavailable" });
  await storage.readCheckpoint(KEY);
});

test("several methods may be named, and an error of one's own", async () => {
  const error = new VarveError("Quota", "the disk is full", { limit: 1 });
  const on = ["write", "writeCheckpoint"] as const;
  const { storage } = await faulty({ kind: "fail", on, error, times: Number.POSITIVE_INFINITY });
  const checkpoint = { seq: 1, manifest: Uint8Array.of(1), segments: [] };
  await expect(storage.write(KEY, entry(1))).rejects.toBe(error);
  await expect(storage.writeCheckpoint(KEY, checkpoint)).rejects.toBe(error);
  await expect(storage.write(KEY, entry(1))).rejects.toBe(error);
});

test("of two faults of one call the first happens, and both count it", async () => {
  const { storage, length } = await faulty(
    { kind: "fail", on: "write", nth: 1 },
    { kind: "loseAnswer", on: "write", nth: 1, times: 2 },
  );
  await expect(storage.write(KEY, entry(1))).rejects.toThrow("write got no answer");
  await expect(storage.write(KEY, entry(1))).rejects.toThrow("the answer to write was lost");
  expect(await storage.write(KEY, entry(2))).toEqual({});
  expect(await length()).toBe(2);
});

test("calls are written down, and faults can be set anew", async () => {
  const { storage } = await faulty({ kind: "fail", on: "readObjects" });
  await storage.findRepository(CHAT);
  await expect(storage.readObjects(KEY, [])).rejects.toThrow("no answer");
  expect(storage.calls).toEqual(["findRepository", "readObjects"]);
  storage.setFaults({ kind: "fail", nth: 2 });
  expect(storage.calls).toEqual([]);
  await storage.readObjects(KEY, []);
  await expect(storage.readObjects(KEY, [])).rejects.toThrow("no answer");
  storage.setFaults();
  await storage.readObjects(KEY, []);
});

test("what the inner store has is what it has", async () => {
  class Store {
    readonly name = "class";
    readonly capabilities = memoryAdapter().capabilities;
    async scrub() {
      return this.name;
    }
    async close() {}
  }
  const storage = faultyAdapter(new Store() as never);
  expect(storage.name).toBe("class");
  expect(await storage.scrub?.(KEY)).toBe("class");
  expect(storage.migrate).toBeUndefined();
  expect(storage.watch).toBeUndefined();
  expect(storage.capabilities.durability).toBe("memory");
});
