// Browsers that are killed while payloads move into packs: a move is one transaction, so each payload is in one place
// or the other. What Chromium itself throws away (kills.test.mjs says why) the application is told of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ground } from "./killable.mjs";

const ROUNDS = 6;
const EACH = 400;

/** Reads the whole chat, which checks every payload and has them packed. What is there, or that all of it is lost. */
const read = (page) =>
  page.evaluate(async () => {
    let isLost = false;
    const onDataLoss = () => {
      isLost = true;
    };
    globalThis.storage = varve.storage("packs", { onDataLoss });
    globalThis.chat = await varve.createVarve({ storage, encoding: "approximate" }).open("chat");
    const { messages } = await chat.compile();
    const { faults } = await chat.verify();
    return { isLost, count: messages.length, faults };
  });

/** Adds payloads in one entry, and asks for packs as a reader of all of them does. */
const add = (page, round) =>
  page.evaluate(
    async ([first, count]) => {
      const say = (n) => chat.user(`Message ${n}. `.repeat(1 + (n % 40)), { id: `m${n}` });
      await Promise.all(Array.from({ length: count }, (_, n) => say(first + n)));
      const address = { workspace: "default", id: "chat" };
      const incarnation = await storage.findRepository(address);
      const hashes = Array.from({ length: 1000 }, (_, n) => n.toString(16).padStart(64, "0"));
      await storage.readObjects({ ...address, incarnation }, hashes);
    },
    [round * EACH, EACH],
  );

/** How many payloads are in packs. */
const packed = (page) =>
  page.evaluate(async () => {
    const ended = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await ended(indexedDB.open("packs"));
    const objects = database.transaction("objects").objectStore("objects");
    const [keys, values] = await Promise.all([
      ended(objects.getAllKeys()),
      ended(objects.getAll()),
    ]);
    database.close();
    const indexes = values.filter((_, place) => keys[place][1] === 1);
    return indexes.reduce((sum, { length }) => sum + length / 36, 0);
  });

test(`no payload is lost in ${ROUNDS} browsers that are killed while they pack`, async (t) => {
  const place = await ground();
  t.after(() => place.end());
  let [count, moved, drops] = [0, 0, 0];
  for (let round = 0; round <= ROUNDS; round++) {
    const { page, kill } = await place.launch();
    const found = await read(page);
    if (found.isLost) [count, drops] = [0, drops + 1];
    assert.deepEqual([found.count, found.faults], [count, []], `after ${round} rounds`);
    moved += (await packed(page)) > 0 ? 1 : 0;
    if (round < ROUNDS) {
      await add(page, round);
      count += EACH;
      await sleep(30 + Math.random() * 90);
    }
    await kill();
  }
  assert.ok(moved > 0, "something was packed");
  t.diagnostic(
    `IndexedDB: packs in ${moved} of ${ROUNDS} rounds; Chromium dropped all databases ${drops} times`,
  );
});
