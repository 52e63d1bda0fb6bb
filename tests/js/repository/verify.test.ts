// Checking what is stored, through the package. What each fault looks like is tested in Rust.
import { createVarve, type StorageAdapter, type StorageFault } from "varve";
import { memoryPlace } from "varve/testing";
import { expect, test } from "vitest";
import { failure } from "./support.js";

const address = { workspace: "default", id: "test" };

async function story() {
  const place = memoryPlace();
  const varve = createVarve({ storage: place.open(), counter: null });
  const chat = await varve.open("test");
  const { hash } = await chat.user("one", { id: "a" });
  await chat.assistant("two", { id: "b" });
  await chat.branch("side");
  return { place, varve, chat, hash };
}

/** A store that shows other bytes than it has. */
function tampered(
  inner: StorageAdapter,
  change: (bytes: Uint8Array, seq?: number) => Uint8Array | null,
): StorageAdapter {
  return {
    ...inner,
    readObjects: async (...args) =>
      (await inner.readObjects(...args)).map((bytes) => bytes && change(bytes)),
    readJournal: async (...args) =>
      (await inner.readJournal(...args)).map((entry) => ({
        ...entry,
        bytes: change(entry.bytes, entry.seq) ?? entry.bytes,
      })),
  };
}

test("a whole repository has no faults, opened or not", async () => {
  const { varve, chat } = await story();
  const whole = { ok: true, entries: 3, commits: 2, objects: 2, unreferenced: 0, faults: [] };
  expect(await chat.verify()).toEqual(whole);
  expect(await varve.verify("test")).toEqual(whole);
  expect((await failure(varve.verify("nowhere"))).code).toBe("RepositoryNotFound");
  expect((await failure(varve.verify(""))).code).toBe("Validation");
});

test("memory as storage is checked as well, and a repository that was never written is whole", async () => {
  const varve = createVarve({ counter: null });
  const chat = await varve.open("test");
  expect(await chat.verify()).toMatchObject({ ok: true, entries: 0 });
  await chat.user("one");
  expect(await chat.verify()).toMatchObject({ ok: true, entries: 1, commits: 1, objects: 1 });
});

test("faults are named, also where the repository cannot be opened", async () => {
  const { place } = await story();
  const change = (bytes: Uint8Array, seq?: number) => {
    if (seq !== 2 && seq !== undefined) return bytes;
    const other = bytes.slice();
    const middle = bytes.length >> 1;
    other[middle] = (other[middle] ?? 0) ^ 1;
    return other;
  };
  const varve = createVarve({ storage: tampered(place.open(), change), counter: null });
  expect((await failure(varve.open("test"))).code).toBe("Corrupt");
  const found = await varve.verify("test");
  expect(found.ok).toBe(false);
  const kinds = found.faults.map((fault: StorageFault) => fault.kind);
  expect(kinds).toContain("entry-hash");
  expect(kinds).toContain("object-damaged");
  expect(found.faults[0]).toMatchObject({ seq: 2, message: expect.stringContaining("hash") });
});

test("a missing object is named by its hash", async () => {
  const { place, chat } = await story();
  const varve = createVarve({
    storage: tampered(place.open(), (bytes, seq) => (seq ? bytes : null)),
    counter: null,
  });
  const { contentHash } = (await chat.get("a")) ?? {};
  const { faults } = await varve.verify("test");
  expect(faults).toHaveLength(2);
  expect(faults.map((fault) => fault.hash)).toContain(contentHash);
  expect(faults[0]?.kind).toBe("object-missing");
});

test("progress is told, and a signal ends it with its reason", async () => {
  const { chat, varve } = await story();
  const told: { done: number; total: number }[] = [];
  await chat.verify({ onProgress: (progress) => told.push(progress) });
  expect(told.at(-1)).toEqual({ done: 5, total: 5 });
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = () => controller.abort(reason);
  await expect(chat.verify({ onProgress, signal: controller.signal })).rejects.toBe(reason);
  await expect(varve.verify("test", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("a checkpoint of a newer version is left to it", async () => {
  const { place } = await story();
  const store = place.open();
  const incarnation = (await store.findRepository(address)) ?? "";
  const manifest = new TextEncoder().encode('{"format":99}');
  await store.writeCheckpoint({ ...address, incarnation }, { seq: 2, manifest, segments: [] });
  const varve = createVarve({ storage: place.open(), counter: null });
  expect(await varve.verify("test")).toMatchObject({
    checkpoint: 2,
    faults: [{ kind: "version" }],
  });
  const chat = await varve.open("test");
  expect((await chat.status()).checkpoint).toEqual({ seq: 0 });
  await chat.user("three");
  expect((await varve.verify("test")).checkpoint).toBe(2);
});

test("a checkpoint that cannot be used is passed over, which is said, and replaced", async () => {
  const { place } = await story();
  const store = place.open();
  const incarnation = (await store.findRepository(address)) ?? "";
  const manifest = new TextEncoder().encode("{}");
  await store.writeCheckpoint({ ...address, incarnation }, { seq: 2, manifest, segments: [] });
  const varve = createVarve({ storage: place.open(), counter: null });
  expect(await varve.verify("test")).toMatchObject({
    checkpoint: 2,
    faults: [{ kind: "checkpoint" }],
  });
  const chat = await varve.open("test");
  const { checkpoint } = await chat.status();
  expect(checkpoint).toEqual({ seq: 0, rebuilt: expect.stringContaining("manifest") });
  const told: unknown[] = [];
  chat.on("checkpoint", (event) => told.push(event));
  await chat.user("three");
  expect(told).toEqual([{ type: "checkpoint", seq: 4, rebuilt: checkpoint.rebuilt }]);
  expect(await varve.verify("test")).toMatchObject({ ok: true, checkpoint: 4 });
});
