// After an erasure no byte of the payload is left in a store: for any store. Those that keep files or rows
// bring a `search` of their own.
import { createVarve, type StorageAdapter } from "varve";
import { expect } from "vitest";

const SECRET = "4711-0815-2342";

/** A store, and what finds a text in everything it wrote. */
export interface ErasingStore {
  open(): StorageAdapter;
  /** Where the text is found: empty where nowhere. */
  search(text: string): Promise<string[]> | string[];
}

/** What a store shows through its contract: entries, objects, checkpoints. */
async function contents(store: StorageAdapter, id: string): Promise<[string, Uint8Array][]> {
  const address = { workspace: "default", id };
  const key = { ...address, incarnation: (await store.findRepository(address)) ?? "" };
  const found: [string, Uint8Array][] = [];
  for (const entry of await store.readJournal(key, { after: 0, limit: 1000 }))
    found.push([`entry ${entry.seq}`, entry.bytes]);
  const hashes = (await store.listObjects(key, { limit: 1000 })).map((object) => object.hash);
  const objects = await store.readObjects(key, hashes);
  objects.forEach((bytes, place) => {
    if (bytes) found.push([`object ${hashes[place]}`, bytes]);
  });
  const checkpoint = await store.readCheckpoint(key);
  if (checkpoint) found.push(["manifest", checkpoint.manifest]);
  for (const segment of checkpoint?.segments ?? []) found.push(["segment", segment.bytes]);
  return found;
}

/** Writes a payload several times, erases it, and looks for it everywhere. */
export async function erasesAll(store: ErasingStore, id: string): Promise<void> {
  const varve = createVarve({ storage: store.open(), counter: null });
  const chat = await varve.open(id);
  await chat.user("harmless", { id: "a" });
  await chat.user(`my number is ${SECRET}`, { id: "b" });
  await chat.edit("a", {
    contentType: "message",
    role: "user",
    parts: [{ type: "text", text: `my number is ${SECRET}` }],
  });
  await chat.compile();
  const search = async () => {
    const shown = await contents(store.open(), id);
    const holds = ([, bytes]: [string, Uint8Array]) =>
      new TextDecoder().decode(bytes).includes(SECRET);
    return [...shown.filter(holds).map(([place]) => place), ...(await store.search(SECRET))];
  };
  expect(await search(), "it is found while it is there").not.toEqual([]);
  const { contentHash = "" } = (await chat.get("b")) ?? {};
  const { entries } = await chat.erase(contentHash, "a test");
  expect(entries.toSorted()).toEqual(["a", "b"]);
  expect(await search()).toEqual([]);
  expect((await chat.compile()).messages).toEqual([]);
  const fresh = await createVarve({ storage: store.open(), counter: null }).open(id);
  expect((await fresh.compile()).messages).toEqual([]);
  expect(await fresh.verify()).toMatchObject({ ok: true, objects: 1 });
}
