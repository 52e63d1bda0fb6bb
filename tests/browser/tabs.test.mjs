// Two tabs of one browser, with one repository in IndexedDB.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

const EACH = 25;

let tab;

before(async () => {
  tab = await start();
});
after(() => tab?.close());

/** Opens a repository in a tab, as `chat`, and counts what it is told. */
function open(page, id) {
  return page.evaluate(async (name) => {
    globalThis.storage = varve.storage("tabs");
    globalThis.all = varve.createVarve({ storage, encoding: "approximate" });
    globalThis.chat = await all.open(name);
    globalThis.heard = 0;
    globalThis.stop = chat.subscribe(() => {
      heard += 1;
    });
  }, id);
}

/** What the tab sees: `prepare` asks the store, `compile` knows what the tab was told. */
const texts = (page, call = "prepare") =>
  page.evaluate(async (name) => {
    const { messages } = await chat[name]();
    return messages.flatMap(({ parts }) => parts.map(({ text }) => text));
  }, call);

test("tabs that write one branch at once lose nothing, and both see everything", async () => {
  const pages = [await tab.page(), await tab.page()];
  for (const page of pages) await open(page, "race");
  const write = (page, who) =>
    page.evaluate(
      async ([name, count]) => {
        const writes = [];
        for (let n = 0; n < count; n++) {
          const payload = { contentType: "dialogue", role: "user", text: `${name} ${n}` };
          writes.push(chat.commit(payload));
          if (n % 3 === 0) await writes.at(-1);
        }
        await Promise.all(writes);
      },
      [who, EACH],
    );
  await Promise.all([write(pages[0], "one"), write(pages[1], "other")]);
  const [one, other] = await Promise.all(pages.map((page) => texts(page)));
  assert.deepEqual(one, other);
  assert.equal(one.length, 2 * EACH);
  for (const who of ["one", "other"]) {
    const own = one.filter((text) => text.startsWith(`${who} `));
    const written = Array.from({ length: EACH }, (_, n) => `${who} ${n}`);
    assert.deepEqual(own, written, "in the order in which the tab wrote them");
  }
  for (const page of pages) await page.close();
});

test("a tab that watches is told of another's write", async () => {
  const [writer, watcher] = [await tab.page(), await tab.page()];
  await open(writer, "watched");
  await open(watcher, "watched");
  await writer.evaluate(() =>
    chat.commit({ contentType: "dialogue", role: "user", text: "are you there?" }),
  );
  await watcher.waitForFunction(() => heard > 0);
  assert.deepEqual(await texts(watcher, "compile"), ["are you there?"], "it was taken in");
  await watcher.evaluate(() => stop());
  for (const page of [writer, watcher]) await page.close();
});

test("a tab that watches is told that another deleted the repository", async () => {
  const [owner, watcher] = [await tab.page(), await tab.page()];
  await open(owner, "deleted");
  await owner.evaluate(() => chat.commit({ contentType: "dialogue", role: "user", text: "gone" }));
  await open(watcher, "deleted");
  await watcher.evaluate(() => chat.prepare());
  await watcher.evaluate(() => {
    heard = 0;
  });
  await owner.evaluate(() => all.delete("deleted"));
  await watcher.waitForFunction(() => heard > 0);
  const failure = await watcher.evaluate(() =>
    chat.prepare().then(
      () => undefined,
      ({ code }) => code,
    ),
  );
  assert.equal(failure, "Closed");
  assert.deepEqual(
    await texts(watcher, "compile"),
    ["gone"],
    "what asks no store says what it knows",
  );
  for (const page of [owner, watcher]) await page.close();
});

test("what one tab wrote is there in a tab opened later, after the first is gone", async () => {
  const first = await tab.page();
  await open(first, "later");
  await first.evaluate(() =>
    chat.commit({ contentType: "dialogue", role: "user", text: "remember me" }),
  );
  await first.close();
  const second = await tab.page();
  await open(second, "later");
  assert.deepEqual(await texts(second), ["remember me"]);
  const list = await second.evaluate(async () =>
    (await all.list()).repositories.map(({ id }) => id),
  );
  assert.deepEqual(list, ["later", "race", "watched"]);
  await second.close();
});

test("a tab that upgrades the database is not blocked by this one", async () => {
  const [old, newer] = [await tab.page(), await tab.page()];
  await open(old, "upgraded");
  await newer.evaluate(async () => {
    globalThis.upgraded = await new Promise((resolve, reject) => {
      const request = indexedDB.open("tabs", 2);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  });
  const failure = await old.evaluate(() =>
    chat
      .commit({ contentType: "dialogue", role: "user", text: "too late" })
      .then(() => undefined)
      .catch(({ code, details }) => ({ code, details })),
  );
  assert.deepEqual(failure, { code: "VersionTooNew", details: { found: 2, supported: 1 } });
  for (const page of [old, newer]) await page.close();
});
