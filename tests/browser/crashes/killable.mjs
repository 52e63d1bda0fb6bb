// A browser as a process of its own, to be killed with all its children, and a page of it that writes: with
// varve, and beside it the control, a database of the same origin that has nothing of varve in it.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { serve } from "../browser.mjs";

/** A profile and a server, with browsers started one after the other; `end` leaves nothing of them. */
export async function ground() {
  const profile = mkdtempSync(join(tmpdir(), "varve-chromium-"));
  const { server, origin } = await serve();
  let running;
  return {
    async launch() {
      running = await launch(profile);
      const page = await running.browser.contexts()[0].newPage();
      await page.goto(`${origin}/tests/browser/pages/tab.html`);
      await page.waitForFunction(() => "varve" in globalThis);
      return { page, kill: running.kill };
    },
    /** The log that Chromium's LevelDB writes the databases of the origin to; none under another backend. */
    log() {
      const folder = join(profile, "Default", "IndexedDB");
      const database = readdirSync(folder).find((name) => name.endsWith(".indexeddb.leveldb"));
      if (database === undefined) return undefined;
      const files = readdirSync(join(folder, database)).filter((name) => /^\d+\.log$/.test(name));
      return join(folder, database, files.sort().at(-1));
    },
    async end() {
      await running?.kill();
      server.closeAllConnections();
      server.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function launch(profile) {
  const driver = new URL("../../wasm/webdriver.json", import.meta.url);
  const { args } = JSON.parse(readFileSync(driver, "utf8"))["goog:chromeOptions"];
  const own = [`--user-data-dir=${profile}`, "--remote-debugging-port=0"];
  const options = { detached: true, stdio: ["ignore", "ignore", "pipe"] };
  const child = spawn(process.env.CHROMIUM, [...args, ...own, "about:blank"], options);
  let browser;
  /** Browser, storage and renderers at once: they are one group. Waits until none of it is left. */
  const kill = async () => {
    const signal = (name) => {
      try {
        return process.kill(-child.pid, name);
      } catch {
        return false;
      }
    };
    signal("SIGKILL");
    while (signal(0)) await sleep(5);
    await browser?.close().catch(() => {});
  };
  try {
    const url = await new Promise((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (chunk) => {
        said += chunk;
        const found = /DevTools listening on (ws:\S+)/.exec(said);
        if (found) resolve(found[1]);
      });
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`the browser ended: ${said}`)));
    });
    browser = await chromium.connectOverCDP(url);
  } catch (error) {
    await kill();
    throw error;
  }
  return { browser, kill };
}

/**
 * Opens the repository, as `chat`, and then the control, as `control`. What is there of what was acknowledged:
 * `missing` of the last commits, `kept` whether the control still has its newest put; and whether varve was
 * told that the browser threw everything away, by a listener or else by the first call.
 */
export function look(page, { commits, puts }, listens = true) {
  return page.evaluate(
    async ([hashes, newest, listens]) => {
      let told;
      const hear = ({ code, message }) => {
        told = `${code}: ${message}`;
      };
      const storage = varve.storage("crashes", listens ? { onDataLoss: hear } : {});
      const engine = varve.createVarve({ storage, encoding: "approximate" });
      try {
        globalThis.chat = await engine.open("chat");
      } catch (error) {
        if (listens) throw error;
        hear(error);
        globalThis.chat = await engine.open("chat"); // it is told once
      }
      const missing = [];
      for (const hash of hashes) if ((await chat.get(hash)) === null) missing.push(hash);
      globalThis.control = await new Promise((resolve, reject) => {
        const request = indexedDB.open("control", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("puts");
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const found = await new Promise((resolve, reject) => {
        const request = control.transaction("puts").objectStore("puts").getKey(newest);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      return { told, missing, kept: newest === -1 || found === newest };
    },
    [commits.slice(-200), puts, listens],
  );
}

/** Commits and puts in turn, `count` of each, and tells the console of each that was acknowledged. */
export function write(page, name, count = Number.POSITIVE_INFINITY) {
  return page.evaluate(
    async ([who, most, first]) => {
      for (let n = 0; n < (most ?? Number.POSITIVE_INFINITY); n++) {
        const { hash } = await chat.user(`Message ${n} of ${who}. `.repeat(1 + (n % 9)));
        console.log(`commit ${hash}`);
        await new Promise((resolve, reject) => {
          const transaction = control.transaction("puts", "readwrite", { durability: "strict" });
          transaction.objectStore("puts").put(`Put ${n} of ${who}. `.repeat(20), first + n);
          transaction.commit();
          transaction.oncomplete = resolve;
          transaction.onabort = reject;
        });
        console.log(`put ${first + n}`);
      }
    },
    [name, Number.isFinite(count) ? count : null, nextPut()],
  );
}

let places = 0;
/** Where a round's puts begin: behind all of the rounds before. */
function nextPut() {
  places += 1;
  return places * 1_000_000;
}

/** Notes what a page says was acknowledged; resolves when a commit and a put were. */
export function listen(page, acknowledged) {
  return new Promise((resolve) => {
    page.on("console", (message) => {
      const [what, name] = message.text().split(" ");
      if (what === "commit") acknowledged.commits.push(name);
      if (what !== "put") return;
      acknowledged.puts = Number(name);
      resolve();
    });
  });
}
