// A durable commit to SQLite beside a bare INSERT of the same bytes, in turns. Run by itself it prints what came of it
// as JSON: node benches/storage/sqlite-commit.mjs
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createVarve } from "varve";
import { sqlite } from "varve/storage/sqlite";
import { message } from "../lib/messages.mjs";
import { median, percentile } from "../lib/report.mjs";

const COMMITS = 1000;

/** What a commit of the bench stores. */
export const BYTES = 800;

/** From so many commits on a log is written over, as it is from then on: while it grows, a sync takes longer. */
const GROWING = 1200;

/** Inserts as many bytes as a commit stores, in a transaction, with the settings of the store. */
function floor(file) {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (bytes BLOB)");
  const insert = db.prepare("INSERT INTO t (bytes) VALUES (?)");
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const blob = new Uint8Array(BYTES).fill(7);
  return () => {
    begin.run();
    insert.run(blob);
    commit.run();
  };
}

async function timed(run) {
  const start = performance.now();
  await run();
  return (performance.now() - start) * 1000;
}

/** How many times the floor a commit takes, and both in microseconds. Files lie in `folder`. */
export async function commitBesideFloor(folder) {
  const bare = floor(join(folder, "floor.db"));
  const chat = await createVarve({
    storage: sqlite(join(folder, "commits.db")),
    encoding: "approximate",
  }).open("bench");
  const [ours, theirs] = [[], []];
  for (let index = 0; index < GROWING + COMMITS; index++) {
    ours.push(await timed(() => chat.commit(message(index))));
    theirs.push(await timed(bare));
  }
  const [one, least] = [ours, theirs].map((times) => median(times.slice(GROWING)));
  const slowest = percentile(ours.slice(GROWING), 0.99);
  const note = `${one.toFixed(0)} µs (p99 ${slowest.toFixed(0)}) beside ${least.toFixed(0)} µs`;
  return { chat, times: one / least, note };
}

if (process.argv[1] === import.meta.filename) {
  const folder = mkdtempSync(join(tmpdir(), "varve-commit-"));
  try {
    const { times, note } = await commitBesideFloor(folder);
    console.log(JSON.stringify({ times, note }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
