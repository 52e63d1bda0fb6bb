// Repositories on a storage adapter: what the module gives it, and what comes back.
import { createVarve, memory, type Projection, type StorageAdapter, type WriteBatch } from "varve";
import { memoryAdapter } from "varve/testing";
import { describe, expect, test } from "vitest";

const clock = () => 1_800_000_000_000;
const options = { encoding: "approximate", clock } as const;

/** An adapter that wants projections, and what it was given. */
function projecting() {
  const inner = memoryAdapter();
  const written: Projection[] = [];
  const again: Projection[] = [];
  const adapter: StorageAdapter = Object.create(inner, {
    capabilities: { value: { ...inner.capabilities, projects: true } },
    write: {
      value: async (key: never, batch: WriteBatch) => {
        const result = await inner.write(key, batch);
        if (result.conflict === undefined && batch.projection) written.push(batch.projection);
        return result;
      },
    },
    reproject: {
      value: (_: never, rows: readonly Projection[], start: boolean) => {
        if (start) again.length = 0;
        again.push(...rows);
      },
    },
  });
  return { adapter, written, again };
}

describe("a varve on a storage adapter", () => {
  test("has what another one wrote", async () => {
    const storage = memoryAdapter();
    const chat = await createVarve({ ...options, storage }).open("chat");
    await chat.user("hello", { id: "a" });
    await chat.assistant("hi", { id: "b" });
    const other = await createVarve({ ...options, storage }).open("chat", { create: false });
    expect(other.head).toBe(chat.head);
    expect((await other.compile()).messages).toEqual((await chat.compile()).messages);
  });

  test("lists and deletes repositories", async () => {
    for (const storage of [memoryAdapter(), memory()]) {
      const varve = createVarve({ ...options, storage });
      for (const id of ["b", "a", "ab"]) await (await varve.open(id)).user("hello");
      const listed = await varve.list();
      expect(listed).toEqual({
        repositories: ["a", "ab", "b"].map((id) => ({
          id,
          createdAt: clock(),
          updatedAt: clock(),
          metadata: {},
        })),
      });
      const first = await varve.list({ prefix: "a", limit: 1 });
      expect(first.repositories.map(({ id }) => id)).toEqual(["a"]);
      const second = await varve.list({ prefix: "a", limit: 1, cursor: first.cursor });
      expect(second.repositories.map(({ id }) => id)).toEqual(["ab"]);
      expect(second.cursor).toBeUndefined();

      const old = await varve.open("a");
      expect(await varve.delete("a")).toBe(true);
      expect(await varve.delete("a")).toBe(false);
      await expect(old.user("too late")).rejects.toMatchObject({ code: "Closed" });
      await expect(varve.open("a", { create: false })).rejects.toMatchObject({
        code: "RepositoryNotFound",
      });
      const fresh = await varve.open("a");
      await fresh.user("again");
      expect((await fresh.status()).commits).toBe(1);
    }
  });

  test("opens what is there now, also where it was open before", async () => {
    const storage = memoryAdapter();
    const here = createVarve({ ...options, storage });
    const there = createVarve({ ...options, storage });
    const held = await here.open("chat");
    await held.user("one");
    const theirs = await there.open("chat");
    await theirs.user("two");
    expect((await here.open("chat")).head).toBe(theirs.head);
    await there.delete("chat");
    const fresh = await here.open("chat");
    expect(fresh.head).toBeUndefined();
    await fresh.user("three");
    await expect(held.user("four")).rejects.toMatchObject({ code: "Closed" });
    await expect(theirs.user("five")).rejects.toMatchObject({ code: "Closed" });
  });

  test("shares memory with those who were given the same, or the same name", async () => {
    const shared = memory();
    const one = createVarve({ ...options, storage: shared });
    await (await one.open("chat")).user("hello");
    const heads = async (storage = shared) =>
      (await createVarve({ ...options, storage }).open("chat")).head;
    expect(await heads()).toBeDefined();
    expect(await heads(memory())).toBeUndefined();
    const named = createVarve({ ...options, storage: memory("mine") });
    await (await named.open("chat")).user("hello");
    expect(await heads(memory("mine"))).toBeDefined();
    expect(await heads(memory("other"))).toBeUndefined();
  });

  test("gives errors of the adapter with what it threw", async () => {
    const inner = memoryAdapter();
    const thrown = new Error("the disk is on fire");
    const storage = Object.create(inner, {
      findRepository: {
        value: () => {
          throw thrown;
        },
      },
    });
    const varve = createVarve({ ...options, storage });
    await expect(varve.open("chat")).rejects.toMatchObject({ code: "Unavailable", cause: thrown });
  });

  test("refuses answers of the wrong form", async () => {
    for (const wrong of ["", 7, "XYZ", "0".repeat(15)]) {
      const storage = Object.create(memoryAdapter(), { findRepository: { value: () => wrong } });
      const varve = createVarve({ ...options, storage });
      await expect(varve.open("chat"), String(wrong)).rejects.toMatchObject({ code: "Corrupt" });
    }
  });

  test("makes tables again that are what the writes made", async () => {
    const { adapter, written, again } = projecting();
    const varve = createVarve({ ...options, storage: adapter });
    const chat = await varve.open("chat");
    await Promise.all([chat.user("one", { id: "a" }), chat.assistant("two", { id: "b" })]);
    await chat.edit("a", { contentType: "dialogue", role: "user", text: "three" });
    await chat.branch("side", { from: "main" });
    await chat.batch(async (tx) => {
      await tx.user("four", { id: "c" });
      await tx.pin("c");
    });
    await chat.tag("v1");
    await chat.delete("b");
    await chat.undo();
    await chat.reset("v1");
    await varve.reproject();
    expect(again.length).toBeGreaterThan(7);
    expect(again).toEqual(written);
    expect(written[0]).toMatchObject({ seq: 1, defaultBranch: "main" });
  });

  test("is given what was called at the same time as one entry, where a write lasts", async () => {
    const inner = memoryAdapter();
    const written: number[] = [];
    const storage: StorageAdapter = Object.create(inner, {
      capabilities: { value: { ...inner.capabilities, durability: "strict" } },
      write: {
        value: (key: never, batch: WriteBatch) => {
          written.push(batch.objects.length);
          return inner.write(key, batch);
        },
      },
    });
    const chat = await createVarve({ ...options, storage }).open("chat");
    await Promise.all(Array.from({ length: 16 }, (_, n) => chat.user(`${n} at once`)));
    expect(written).toEqual([16]);
    const work = async (n: number) => {
      for (let round = 0; round < 4; round++) await chat.user(`${n} in round ${round}`);
    };
    await Promise.all(Array.from({ length: 16 }, (_, n) => work(n)));
    expect(written).toEqual([16, 16, 16, 16, 16]);
    expect((await chat.compile()).messages).toHaveLength(80);
  });

  test("tells subscribers what others wrote", async () => {
    const storage = memoryAdapter();
    const listeners = new Set<() => void>();
    const watched: StorageAdapter = Object.create(storage, {
      watch: {
        value: ({ id }: { id: string }, listener: () => void) => {
          expect(id).toBe("chat");
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    });
    const here = await createVarve({ ...options, storage: watched }).open("chat");
    await here.user("mine");
    let heard = 0;
    const stop = here.subscribe(() => heard++);
    const before = here.getSnapshot();
    const there = await createVarve({ ...options, storage }).open("chat");
    await there.user("theirs");
    for (const listener of listeners) listener();
    await expect.poll(() => heard).toBe(1);
    expect(here.getSnapshot()).not.toBe(before);
    expect(here.head).toBe(there.head);
    expect(listeners.size).toBe(1);
    stop();
    expect(listeners.size).toBe(0);
    await there.user("more");
    await here.prepare();
    expect(here.head).toBe(there.head);
  });
});
