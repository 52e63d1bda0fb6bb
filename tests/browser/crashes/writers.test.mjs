// Many pages that write one branch.
import assert from "node:assert/strict";
import { test } from "node:test";
import { start } from "../browser.mjs";

const WRITERS = 16;
const COMMITS = 500;

test(`${WRITERS} pages with ${COMMITS} commits each write one branch`, async (t) => {
  const tab = await start();
  t.after(() => tab.close());
  const pages = await Promise.all(Array.from({ length: WRITERS }, () => tab.page()));
  for (const page of pages) {
    await page.evaluate(async () => {
      const storage = varve.storage("writers");
      globalThis.chat = await varve.createVarve({ storage, encoding: "approximate" }).open("chat");
    });
  }
  const from = performance.now();
  const write = (page, writer) =>
    page.evaluate(
      async ([name, count]) => {
        let longest = 0;
        for (let n = 0; n < count; n++) {
          const begun = performance.now();
          await chat.user(`Message ${n}`, { id: `${name}-${n}` });
          longest = Math.max(longest, performance.now() - begun);
        }
        return longest;
      },
      [`w${writer}`, COMMITS],
    );
  const longest = await Promise.all(pages.map(write));
  const seconds = (performance.now() - from) / 1000;
  const ids = await pages[0].evaluate(async () => {
    const { faults } = await chat.verify();
    if (faults.length > 0) throw new Error(JSON.stringify(faults.slice(0, 5)));
    await chat.prepare();
    const found = [];
    for (let before; ; ) {
      const page = await chat.history({ limit: 1000, before });
      found.push(...page.commits.map(({ id }) => id));
      before = page.cursor;
      if (before === undefined) return found;
    }
  });
  assert.equal(ids.length, WRITERS * COMMITS);
  for (let writer = 0; writer < WRITERS; writer++) {
    const own = ids.filter((id) => id.startsWith(`w${writer}-`)).reverse();
    const inOrder = Array.from({ length: COMMITS }, (_, n) => `w${writer}-${n}`);
    assert.deepEqual(own, inOrder, "each writer's order is kept");
  }
  const wait = Math.max(...longest).toFixed(0);
  t.diagnostic(`IndexedDB: ${seconds.toFixed(0)} s, the longest wait ${wait} ms`);
});
