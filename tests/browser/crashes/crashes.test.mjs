// Browsers that are killed while a page writes, and many pages that write one branch.
//
// Not part of `npm test` yet. About one run in three of the first finds the whole database empty after a kill, which
// may be Chromium dropping a database that it cannot open: to be found out. In the second, sixteen pages on two cores
// starve one another until a commit meets its deadline: a page that lost has to read before it can try again, and
// each attempt waits behind those of all others.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { serve, start } from "../browser.mjs";

const ROUNDS = 30;
const WRITERS = 16;
const COMMITS = 500;

/** A browser with this profile, as a process that can be killed with all its children. */
async function launch(profile) {
  const driver = new URL("../../wasm/webdriver.json", import.meta.url);
  const { args } = JSON.parse(readFileSync(driver, "utf8"))["goog:chromeOptions"];
  const own = [`--user-data-dir=${profile}`, "--remote-debugging-port=0"];
  const options = { detached: true, stdio: ["ignore", "ignore", "pipe"] };
  const child = spawn(process.env.CHROMIUM, [...args, ...own, "about:blank"], options);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
      const found = /DevTools listening on (ws:\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    child.once("exit", () => reject(new Error(`the browser ended: ${said}`)));
  });
  const browser = await chromium.connectOverCDP(url);
  return {
    page: () => browser.contexts()[0].newPage(),
    async kill() {
      process.kill(-child.pid, "SIGKILL");
      await ended;
      await browser.close().catch(() => {});
    },
  };
}

/** A tab with what pages/tab.js puts into it, and a repository as `chat`. */
async function opened(page, origin) {
  await page.goto(`${origin}/tests/browser/pages/tab.html`);
  await page.waitForFunction(() => "varve" in globalThis);
  await page.evaluate(async () => {
    const storage = varve.storage("crashes");
    globalThis.chat = await varve.createVarve({ storage, encoding: "approximate" }).open("chat");
  });
}

test(`what was acknowledged to ${ROUNDS} browsers that are killed is there`, async (t) => {
  const profile = mkdtempSync(join(tmpdir(), "varve-chromium-"));
  const { server, origin } = await serve();
  const acknowledged = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const browser = await launch(profile);
    const page = await browser.page();
    await opened(page, origin);
    const lost = await page.evaluate(async (hashes) => {
      const missing = [];
      for (const hash of hashes) if ((await chat.get(hash)) === null) missing.push(hash);
      return missing;
    }, acknowledged.slice(-200));
    assert.deepEqual(lost, [], `after ${round} rounds`);
    if (round === ROUNDS) {
      const { faults, commits } = await page.evaluate(() => chat.verify());
      assert.deepEqual(faults, []);
      assert.ok(commits >= acknowledged.length);
    } else {
      let first;
      const begun = new Promise((resolve) => {
        first = resolve;
      });
      page.on("console", (message) => {
        acknowledged.push(message.text());
        first();
      });
      const writing = page.evaluate(async (name) => {
        for (let n = 0; ; n++) {
          const { hash } = await chat.user(`Message ${n} of ${name}. `.repeat(1 + (n % 9)));
          console.log(hash);
        }
      }, `round ${round}`);
      writing.catch(() => {}); // it ends with the browser
      await begun;
      await sleep(Math.random() * 150);
    }
    await browser.kill();
  }
  server.closeAllConnections();
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  t.diagnostic(`IndexedDB: ${acknowledged.length} acknowledged in ${ROUNDS} rounds`);
});

test(`${WRITERS} pages with ${COMMITS} commits each write one branch`, async (t) => {
  const tab = await start();
  const pages = await Promise.all(Array.from({ length: WRITERS }, () => tab.page()));
  for (const page of pages) await opened(page, tab.origin);
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
  await tab.close();
  const wait = Math.max(...longest).toFixed(0);
  t.diagnostic(`IndexedDB: ${seconds.toFixed(0)} s, the longest wait ${wait} ms`);
});
