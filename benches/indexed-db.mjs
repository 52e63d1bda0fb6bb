// IndexedDB in Chromium: a durable commit against a bare `put` of as many bytes, and how long it takes to
// open and compile a long conversation, against one bare `getAll` of what its payloads are kept in. Medians, in milliseconds.
import { browser, setup } from "../js/scripts/setup.mjs";

const { env } = await setup();
const chromium = await browser(env);
if (!chromium) throw new Error("it takes a Chromium and its driver");
process.env.CHROMIUM = chromium.binary;
const { start } = await import("../tests/browser/browser.mjs");

const ROUNDS = 200;
const ENTRIES = 10_000;

/** Runs in the page: medians of both, turn by turn, so that what else goes on counts for both. */
async function durable(rounds) {
  const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
  const storage = varve.storage("bench");
  const key = { workspace: "bench", id: "chat", incarnation: "00000000000000a1" };
  await storage.createRepository(key, key.incarnation, 1);
  const bare = await new Promise((resolve) => {
    const request = indexedDB.open("bare", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("puts");
    request.onsuccess = () => resolve(request.result);
  });
  const hex = (n) => n.toString(16).padStart(64, "0");
  const bytes = (length) => crypto.getRandomValues(new Uint8Array(length));
  const times = { put: [], write: [] };
  // What either leaves to be done, as telling other tabs, is not to be on the time of the other.
  const rest = () => new Promise((resolve) => setTimeout(resolve, 10));
  for (let seq = 1; seq <= rounds; seq++) {
    const [entry, payload] = [bytes(300), bytes(700)];
    let from = performance.now();
    await new Promise((resolve, reject) => {
      const transaction = bare.transaction("puts", "readwrite", { durability: "strict" });
      transaction.objectStore("puts").put(bytes(1000), seq);
      transaction.commit();
      transaction.oncomplete = resolve;
      transaction.onabort = reject;
    });
    times.put.push(performance.now() - from);
    await rest();
    from = performance.now();
    await storage.write(key, {
      entry: { seq, hash: hex(seq), bytes: entry },
      at: seq,
      objects: [{ hash: hex(seq), bytes: payload }],
      deleteObjects: [],
      logs: [],
    });
    times.write.push(performance.now() - from);
    await rest();
  }
  await storage.close();
  return { put: median(times.put), write: median(times.write) };
}

/** What the calls of a write cost without varve: medians over that of a bare put, turn by turn. */
async function calls(rounds) {
  const bytes = (length) => crypto.getRandomValues(new Uint8Array(length));
  const made = new Promise((resolve) => {
    const request = indexedDB.open("calls", 1);
    request.onupgradeneeded = () => {
      const numbered = { keyPath: "number" };
      const names = { unique: true };
      const { result } = request;
      result.createObjectStore("repositories", numbered).createIndex("name", ["id"], names);
      for (const name of ["puts", "journal", "objects"]) result.createObjectStore(name);
    };
    request.onsuccess = () => resolve(request.result);
  });
  const database = await made;
  const change = async (names, run) => {
    const transaction = database.transaction(names, "readwrite", { durability: "strict" });
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = reject;
    });
    run(...names.map((name) => transaction.objectStore(name)));
    transaction.commit();
    await ended;
  };
  const rows = (seq, journal, objects) => {
    objects.add(bytes(732), [1, bytes(32)]);
    journal.add(bytes(332), [1, seq]);
  };
  const record = (last) => ({ number: 1, id: "chat", incarnation: "00000000000000a1", last });
  const all = ["journal", "objects", "repositories"];
  const kinds = {
    put: (seq) => change(["puts"], (puts) => puts.put(bytes(1000), seq)),
    rows: (seq) => change(all.slice(0, 2), (...stores) => rows(3 * seq, ...stores)),
    written: (seq) =>
      change(all, (journal, objects, repositories) => {
        rows(3 * seq + 1, journal, objects);
        repositories.put(record(seq));
      }),
    read: (seq) =>
      change(all, (journal, objects, repositories) => {
        repositories.get(1);
        rows(3 * seq + 2, journal, objects);
        repositories.put(record(seq));
      }),
  };
  const times = {};
  for (let seq = 1; seq <= rounds; seq++) {
    for (const [kind, run] of Object.entries(kinds)) {
      const from = performance.now();
      await run(seq);
      times[kind] ??= [];
      times[kind].push(performance.now() - from);
    }
  }
  database.close();
  const medians = Object.entries(times).map(([kind, all]) => [
    kind,
    all.sort((a, b) => a - b)[all.length >> 1],
  ]);
  const [[, put]] = medians;
  return medians.map(([kind, time]) => [kind, time / put]);
}

/** A chat as it comes about, message by message; then what the store does in the background has time to end. */
async function fill(entries) {
  const storage = varve.storage("long", { durability: "relaxed" });
  const all = varve.createVarve({ storage, encoding: "approximate" });
  const chat = await all.open("chat");
  for (let n = 0; n < entries; n++) {
    const text = `message ${n}: ${"what was said in this turn ".repeat(7)}`;
    await chat.commit({ contentType: "dialogue", role: "user", text });
  }
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await all.close();
}

async function opened() {
  const begun = performance.now();
  const all = varve.createVarve({ storage: varve.storage("long"), encoding: "approximate" });
  const chat = await all.open("chat");
  const between = performance.now();
  const { messages } = await chat.compile();
  const end = performance.now();
  await all.close();
  const bare = await new Promise((resolve, reject) => {
    const request = indexedDB.open("long");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const from = performance.now();
  const records = await new Promise((resolve, reject) => {
    const request = bare.transaction("objects").objectStore("objects").getAll();
    request.onsuccess = () => resolve(request.result.length);
    request.onerror = () => reject(request.error);
  });
  const getAll = performance.now() - from;
  bare.close();
  const [open, compile] = [between - begun, end - between];
  return { open, compile, getAll, records, messages: messages.length };
}

const tab = await start();
try {
  const page = await tab.page();
  const { put, write } = await page.evaluate(durable, ROUNDS);
  console.log(`bare strict put of 1,000 bytes  ${put.toFixed(2)}`);
  console.log(
    `write of 300 + 700 bytes        ${write.toFixed(2)}  (${(write / put).toFixed(2)} ×)`,
  );
  for (const [kind, times] of await page.evaluate(calls, ROUNDS)) {
    console.log(`calls alone, ${kind.padEnd(18)} ${times.toFixed(2)} ×`);
  }
  await page.evaluate(fill, ENTRIES);
  for (let round = 0; round < 3; round++) {
    const fresh = await tab.page();
    const { open, compile, getAll, records, messages } = await fresh.evaluate(opened);
    const [opening, compiling, floor] = [open, compile, getAll].map((time) => time.toFixed(0));
    const sum = (open + compile).toFixed(0);
    console.log(
      `${messages} entries: open ${opening}, compile ${compiling}, both ${sum}; bare getAll of ${records} records ${floor}`,
    );
    await fresh.close();
  }
} finally {
  await tab.close();
}
