// Long chats, whose payloads the store moves into packs by itself: other tabs, erasing, damage.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

const ENTRIES = 1500;

let tab;

before(async () => {
  tab = await start();
});
after(() => tab?.close());

/** What the pages below use: runs in them. */
function tools() {
  globalThis.ended = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  /** The records of the objects of a database: keys and values. */
  globalThis.records = async (name) => {
    const database = await ended(indexedDB.open(name));
    const store = database.transaction("objects").objectStore("objects");
    const [keys, values] = await Promise.all([ended(store.getAllKeys()), ended(store.getAll())]);
    database.close();
    const pairs = keys.map((key, place) => [key, values[place]]);
    return pairs.filter(([[, part]]) => part !== 0); // but for the list of packs: numbers, not bytes
  };
  /** Resolves when no more than so many objects are records of their own. */
  globalThis.packed = async (name, most = 255) => {
    for (;;) {
      const all = await records(name);
      if (all.filter(([[, part]]) => typeof part !== "number").length <= most) return all.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  globalThis.holds = async (name, text) => {
    const some = (await records(name)).map(([, value]) => new TextDecoder("latin1").decode(value));
    return some.some((bytes) => bytes.includes(text));
  };
  globalThis.begin = async (name) => {
    const all = varve.createVarve({ storage: varve.storage(name), encoding: "approximate" });
    return all.open("chat");
  };
}

/** A tab with these tools. */
async function page() {
  const made = await tab.page();
  await made.evaluate(tools);
  return made;
}

/** A chat in a database of its own, written in few entries of the journal. */
async function fill(name) {
  const writer = await page();
  await writer.evaluate(
    async ([database, entries]) => {
      globalThis.chat = await begin(database);
      const say = (n) =>
        chat.commit(
          { contentType: "dialogue", role: "user", text: `message ${n}.` },
          { id: `m${n}` },
        );
      await Promise.all(Array.from({ length: entries }, (_, n) => say(n)));
    },
    [name, ENTRIES],
  );
  return writer;
}

const texts = (from) =>
  from.evaluate(async () => {
    const { messages } = await chat.prepare();
    return messages.map(({ parts }) => parts[0].text);
  });

const expected = Array.from({ length: ENTRIES }, (_, n) => `message ${n}.`);

test("a long chat is packed while tabs read and write it, and every tab reads the same", async () => {
  const writer = await fill("read");
  const reader = await page();
  await reader.evaluate(async () => {
    globalThis.chat = await begin("read");
  });
  assert.deepEqual(await texts(reader), expected);
  const said = await writer.evaluate(async () => {
    const all = [];
    for (let n = 0; n < 40; n++) {
      all.push(`later ${n}.`);
      await chat.commit({ contentType: "dialogue", role: "user", text: all.at(-1) });
    }
    return all;
  });
  const records = await reader.evaluate(() => packed("read"));
  assert.ok(records < 300, `${records} records`);
  const fresh = await page();
  await fresh.evaluate(async () => {
    globalThis.chat = await begin("read");
  });
  for (const each of [writer, reader, fresh]) {
    assert.deepEqual(await texts(each), [...expected, ...said]);
  }
  const verified = await fresh.evaluate(() => chat.verify());
  assert.deepEqual([verified.ok, verified.objects], [true, ENTRIES + said.length]);
  for (const each of [writer, reader, fresh]) await each.close();
});

test("a chat that goes on is packed as it is written", async () => {
  const writer = await page();
  const outcome = await writer.evaluate(async () => {
    const storage = varve.storage("written");
    const key = { workspace: "acme", id: "chat", incarnation: "00000000000000a1" };
    await storage.createRepository(key, key.incarnation, 1);
    const hex = (n) => n.toString(16).padStart(64, "0");
    const object = (n) => ({ hash: hex(n), bytes: new TextEncoder().encode(`object ${n}`) });
    for (let seq = 1; seq <= 4; seq++) {
      await storage.write(key, {
        entry: { seq, hash: hex(seq), bytes: new Uint8Array(1) },
        at: seq,
        objects: Array.from({ length: 130 }, (_, n) => object(130 * seq + n)),
        deleteObjects: [],
        logs: [],
      });
    }
    const count = await packed("written");
    const found = await storage.readObjects(key, [hex(649), hex(650), hex(130)]);
    return { count, found: found.map((bytes) => bytes && new TextDecoder().decode(bytes)) };
  });
  assert.deepEqual(outcome, { count: 2, found: ["object 649", null, "object 130"] });
  await writer.close();
});

/** Reads all of a chat, so that it is packed. */
const pack = (from, name) =>
  from.evaluate(async (database) => {
    const fresh = await begin(database);
    await fresh.compile();
    await packed(database);
  }, name);

test("no record holds what was erased from a pack", async () => {
  const writer = await fill("erased");
  await pack(writer, "erased");
  const search = (text) => writer.evaluate((looked) => holds("erased", looked), text);
  assert.equal(await search("message 700."), true);
  await writer.evaluate(async () => {
    const { contentHash } = await chat.get("m700");
    await chat.erase(contentHash, "a test");
  });
  assert.equal(await search("message 700."), false);
  assert.equal(await search("message 701."), true);
  const fresh = await page();
  const found = await fresh.evaluate(async () => {
    globalThis.chat = await begin("erased");
    const { ok, objects } = await chat.verify();
    return { ok, objects };
  });
  assert.deepEqual(found, { ok: true, objects: ENTRIES - 1 });
  assert.deepEqual(await texts(fresh), expected.toSpliced(700, 1));
  await writer.close();
  await fresh.close();
});

test("a flipped bit in a pack is found when it is read, and named", async () => {
  const writer = await fill("flipped");
  await pack(writer, "flipped");
  const hash = await writer.evaluate(async () => {
    const { contentHash } = await chat.get("m700");
    const place = (bytes) => new TextDecoder("latin1").decode(bytes).indexOf("message 700.");
    const [key, value] = (await records("flipped")).find(([, bytes]) => place(bytes) >= 0);
    value[place(value)] ^= 1;
    const database = await ended(indexedDB.open("flipped"));
    const store = database.transaction("objects", "readwrite").objectStore("objects");
    await ended(store.put(value, key));
    database.close();
    return contentHash;
  });
  const fresh = await page();
  const found = await fresh.evaluate(async () => {
    const chat = await begin("flipped");
    const { faults } = await chat.verify();
    const told = await chat.compile().then(
      () => "nothing",
      ({ code, message }) => `${code}: ${message}`,
    );
    return { faults: faults.map((fault) => [fault.kind, fault.hash]), told };
  });
  assert.deepEqual(found, {
    faults: [["object-damaged", hash]],
    told: `Corrupt: stored data is corrupt: payload ${hash} is not what was stored`,
  });
  await writer.close();
  await fresh.close();
});
