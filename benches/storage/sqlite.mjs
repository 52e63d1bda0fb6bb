// SQLite, through node:sqlite.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createVarve } from "varve";
import { sqlite } from "varve/storage/sqlite";
import { message } from "../lib/messages.mjs";
import { median, thousands } from "../lib/report.mjs";
import { commitsOnSlowerDisks } from "./slower-disk.mjs";
import { BYTES, commitBesideFloor } from "./sqlite-commit.mjs";

const folder = mkdtempSync(join(tmpdir(), "varve-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const file = () => join(folder, `${files++}.db`);
const varveOn = (path) => createVarve({ storage: sqlite(path), encoding: "approximate" });
const since = (start) => performance.now() - start;

export async function commitsToSqlite(row) {
  const { chat, times, note } = await commitBesideFloor(folder);
  row(
    `SQLite: a durable commit, times a bare INSERT of ${BYTES} bytes`,
    "≤ 1.5",
    times.toFixed(2),
    times <= 1.5,
    note,
  );
  commitsOnSlowerDisks(row);

  const rates = [[], []];
  for (let round = 0; round < 31; round++) {
    const count = 64 * 4;
    let start = performance.now();
    for (let index = 0; index < count; index++)
      await chat.commit(message(10_000 * (round + 1) + index));
    rates[0].push((count / since(start)) * 1000);
    start = performance.now();
    for (let burst = 0; burst < 4; burst++) {
      const at = 10_000 * (round + 1) + 1000 + 64 * burst;
      await Promise.all(Array.from({ length: 64 }, (_, index) => chat.commit(message(at + index))));
    }
    rates[1].push((count / since(start)) * 1000);
  }
  const [alone, together] = rates.map(median);
  const gain = together / alone;
  row(
    "SQLite: 64 concurrent commits, times the rate of one at a time",
    "≥ 5",
    gain.toFixed(1),
    gain >= 5,
    `${thousands(together)}/s beside ${thousands(alone)}/s`,
  );
}

/** A file with a repository of `count` commits, each an entry of its own. */
async function filled(count) {
  const path = file();
  const varve = createVarve({
    storage: sqlite(path, { durability: "relaxed" }),
    encoding: "approximate",
  });
  const chat = await varve.open("bench");
  for (let index = 0; index < count; index++) await chat.commit(message(index));
  await varve.close();
  return path;
}

/** Opens and compiles, and reads the messages. */
async function opened(path, options) {
  const start = performance.now();
  const varve = varveOn(path);
  const { messages } = await (await varve.open("bench")).compile(options);
  const { length } = messages;
  const time = since(start);
  await varve.close();
  return { time, length };
}

const large = {};

export async function opensFromSqlite(row) {
  for (const [count, what, options, most] of [
    [10_000, "everything", {}, 100],
    [100_000, "a window of 8,000 tokens", { maxTokens: 8000 }, 400],
    [100_000, "everything", {}, 900],
  ]) {
    large[count] ??= await filled(count);
    const times = [];
    for (let round = 0; round < 7; round++) {
      globalThis.gc?.();
      const { time, length } = await opened(large[count], options);
      if (length === 0) throw new Error("nothing was compiled");
      times.push(time);
    }
    const time = median(times);
    const label = `SQLite: open and compile ${what} of ${thousands(count)} entries`;
    row(label, `≤ ${most} ms`, `${time.toFixed(0)} ms`, time <= most);
  }
}

export async function sizeInSqlite(row) {
  for (const count of [10_000, 100_000]) {
    const path = large[count] ?? (await filled(count));
    const db = new DatabaseSync(path);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    db.close();
    const payload = 200;
    const each = statSync(path).size / count - payload;
    const label = `SQLite: bytes a commit beyond its payload of 200, ${thousands(count)} commits`;
    row(label, "≤ 700", each.toFixed(0), each <= 700);
  }
}
