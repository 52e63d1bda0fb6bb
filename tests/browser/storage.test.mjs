// What only the browser itself can bring about: a full disk, a lost connection, persistence, workers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let tab;

before(async () => {
  tab = await start();
});
after(() => tab?.close());

test("a full disk is a quota error, nothing is lost, and writing goes on when there is room", async () => {
  const page = await tab.page();
  const session = await tab.context.newCDPSession(page);
  const allow = (quotaSize) =>
    session.send("Storage.overrideQuotaForOrigin", { origin: tab.origin, quotaSize });
  const write = (length) =>
    page.evaluate(
      (count) =>
        chat
          .commit({ contentType: "dialogue", role: "user", text: "x".repeat(count) })
          .then(() => "written")
          .catch(({ code }) => code),
      length,
    );
  const lengths = () =>
    page.evaluate(async () => {
      const { messages } = await chat.compile();
      return messages.map(({ parts }) => parts[0].text.length);
    });
  // Before the first write: Chromium remembers for a while how much room there was.
  await allow(2_000_000);
  await page.evaluate(async () => {
    const storage = varve.storage("full");
    globalThis.chat = await varve.createVarve({ storage, encoding: "approximate" }).open("chat");
  });
  assert.equal(await write(5), "written");
  assert.equal(await write(5_000_000), "Quota");
  assert.equal(await write(7), "written");
  assert.deepEqual(await lengths(), [5, 7]);
  await allow(undefined);
  assert.equal(await write(5_000_000), "written");
  assert.deepEqual(await lengths(), [5, 7, 5_000_000]);
  await page.close();
});

test("an object of maxObjectBytes is kept, and a larger one is TooLarge", async () => {
  const page = await tab.page();
  const outcome = await page.evaluate(async () => {
    const storage = varve.storage("large");
    const key = { workspace: "acme", id: "chat", incarnation: "00000000000000a1" };
    await storage.createRepository(key, key.incarnation, 1);
    const hash = "0".repeat(64);
    const write = (bytes) =>
      storage.write(key, {
        entry: { seq: 1, hash, bytes: new Uint8Array(1) },
        at: 1,
        objects: [{ hash, bytes }],
        deleteObjects: [],
        logs: [],
      });
    const largest = new Uint8Array(storage.capabilities.maxObjectBytes).fill(7);
    const refused = await write(new Uint8Array(largest.length + 1)).catch(({ code }) => code);
    await write(largest);
    const [found] = await storage.readObjects(key, [hash]);
    await storage.deleteRepository(key);
    return {
      refused,
      isWhole: found.length === largest.length && found.every((byte) => byte === 7),
    };
  });
  assert.deepEqual(outcome, { refused: "TooLarge", isWhole: true });
  await page.close();
});

test("when the user clears the site's data, the open storage goes on with an empty one", async () => {
  const page = await tab.page();
  const session = await tab.context.newCDPSession(page);
  const clear = () =>
    session.send("Storage.clearDataForOrigin", { origin: tab.origin, storageTypes: "indexeddb" });
  const create = () =>
    page.evaluate(async () => {
      globalThis.kept = varve.storage("cleared");
      await kept.createRepository({ workspace: "acme", id: "chat" }, "00000000000000a1", 1);
    });
  /** What so many reads find, one after the other. */
  const found = (reads) =>
    page.evaluate(async (reads) => {
      const answers = new Set();
      for (let read = 0; read < reads; read += 1) {
        answers.add((await kept.findRepository({ workspace: "acme", id: "chat" })) ?? null);
      }
      return [...answers];
    }, reads);
  await create();
  assert.deepEqual(await found(1), ["00000000000000a1"]);
  await clear();
  assert.deepEqual(await found(1), [null]);
  for (let round = 0; round < 10; round += 1) {
    await create();
    const [answers] = await Promise.all([found(30), clear()]); // reads under way are aborted, and run again
    assert.ok(
      answers.every((answer) => answer === null || answer === "00000000000000a1"),
      `round ${round}: ${answers}`,
    );
    assert.deepEqual(await found(1), [null], `round ${round}`);
  }
  await page.close();
});

test("persist asks the browser once, at the first call", async () => {
  const page = await tab.page();
  const asked = await page.evaluate(async () => {
    let count = 0;
    navigator.storage.persist = async () => {
      count += 1;
      return true;
    };
    const counts = [];
    for (const persist of [false, true]) {
      const storage = varve.storage("persistent", { persist });
      counts.push(count);
      await storage.findRepository({ workspace: "acme", id: "chat" });
      await storage.findRepository({ workspace: "acme", id: "chat" });
      counts.push(count);
      await storage.close();
    }
    return counts;
  });
  assert.deepEqual(asked, [0, 0, 0, 1]);
  await page.close();
});

test("it works in a worker, on the same data", async () => {
  const page = await tab.page();
  const found = await page.evaluate(async () => {
    const storage = varve.storage("shared");
    await storage.createRepository({ workspace: "acme", id: "chat" }, "00000000000000a1", 1);
    const source = `
      import { indexedDB } from "${location.origin}/dist/esm/storage/indexed-db.js";
      const found = await indexedDB("shared").findRepository({ workspace: "acme", id: "chat" });
      postMessage(found);
    `;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  });
  assert.equal(found, "00000000000000a1");
  await page.close();
});

test("a page that may not use storage gets Unavailable", async () => {
  const page = await tab.context.newPage();
  await page.goto(`${tab.origin}/tests/browser/pages/sandboxed.html`);
  const frame = page.frames()[1] ?? (await page.waitForEvent("frameattached"));
  await frame.waitForFunction(() => globalThis.outcome !== undefined);
  assert.equal(await frame.evaluate(() => globalThis.outcome), "Unavailable");
  await page.close();
});
