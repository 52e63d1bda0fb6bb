// What varve/storage/sqlite costs over SQLite itself, with node:sqlite in one run: a durable commit beside
// a bare INSERT of the same bytes, reads beside bare SELECTs, and the bytes that a commit takes.
// Run by itself: node benches/storage/sqlite-floor.mjs [commits] [objects], after npm run build, Node 24.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqlite, sqliteSchema } from "varve/storage/sqlite";

const COMMITS = Number(process.argv[2] ?? 2000);
const OBJECTS = Number(process.argv[3] ?? 100_000);
const PAYLOAD = 300;
const ENTRY = 230;
const CHECKPOINT = 115; // a commit's share of a checkpoint
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "varve-floor-"));
const hex = () => randomBytes(32).toString("hex");
const percentile = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * share)];

function commit(number, hash) {
  return {
    ...{ number, hash: hex(), operation: "append", entry: `msg_${randomBytes(9).toString("hex")}` },
    ...{ contentHash: hash, contentType: "dialogue", role: "user" },
    ...{ parent: number === 0 ? null : number - 1, secondParent: null, height: number + 1 },
    ...{ tokenCount: 60, cumulativeTokens: 60 * number, authorKind: null, authorName: null },
    ...{ turn: null, createdAt: Date.now() },
  };
}

function batch(seq) {
  const at = Date.now();
  const object = { hash: hex(), bytes: randomBytes(PAYLOAD) };
  const made = commit(seq - 1, object.hash);
  const refs = [{ kind: "branch", name: "main", commit: made.hash }];
  const entry = { seq, hash: hex(), bytes: randomBytes(ENTRY) };
  const projection = { seq, at, commits: [made], refs, annotations: [], compacted: [] };
  return { entry, at, objects: [object], deleteObjects: [], logs: [], projection };
}

async function open(name, options) {
  const file = join(folder, name);
  const store = sqlite(file, { driver: "node:sqlite", ...options });
  const address = { workspace: "w", id: "r" };
  const incarnation = await store.createRepository(address, "0123456789abcdef", 1);
  return { file, store, key: { ...address, incarnation } };
}

function bare(name, synchronous) {
  const database = new DatabaseSync(join(folder, name));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};
    CREATE TABLE bare (key INTEGER PRIMARY KEY, entry BLOB, payload BLOB)`);
  const [begin, end] = ["BEGIN IMMEDIATE", "COMMIT"].map((sql) => database.prepare(sql));
  const insert = database.prepare("INSERT INTO bare (entry, payload) VALUES (?, ?)");
  return (entry, payload) => {
    begin.run();
    insert.run(entry, payload);
    end.run();
  };
}

/** One after the other in turn, so that both see the same machine. */
async function commits(durability, synchronous) {
  const { store, key } = await open(`${durability}.db`, { durability });
  const insert = bare(`${durability}-bare.db`, synchronous);
  const [ours, floor] = [[], []];
  for (let seq = 1; seq <= COMMITS; seq++) {
    const next = batch(seq);
    const start = performance.now();
    await store.write(key, next);
    const between = performance.now();
    insert(next.entry.bytes, next.objects[0].bytes);
    floor.push(performance.now() - between);
    ours.push(between - start);
  }
  await store.close();
  for (const share of [0.5, 0.99]) {
    const [a, b] = [percentile(ours, share), percentile(floor, share)];
    console.log(
      `commit, ${durability}, p${share * 100}: ${a.toFixed(3)} ms, bare ${b.toFixed(3)} ms, ratio ${(a / b).toFixed(2)}`,
    );
  }
}

/** A database that notes what it is told to run. */
function noting(database, noted) {
  const prepare = (sql) => {
    const statement = database.prepare(sql);
    const run = (...values) => {
      noted.push([sql, values]);
      return statement.run(...values);
    };
    const set = (on) => statement.setReturnArrays(on);
    const all = (...values) => statement.all(...values);
    return { run, all, setReturnArrays: set, setReadBigInts() {} };
  };
  const inTransaction = { get: () => database.isTransaction };
  return Object.defineProperty({ prepare, exec() {}, close() {} }, "isTransaction", inTransaction);
}

/** The statements of a commit, run again without the store: what it writes costs so much by itself. */
async function statements() {
  const noted = [];
  const source = noting(new DatabaseSync(":memory:"), noted);
  const store = sqlite(source);
  const key = { workspace: "w", id: "r", incarnation: "0123456789abcdef" };
  await store.createRepository(key, key.incarnation, 1);
  const database = new DatabaseSync(join(folder, "statements.db"));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
    PRAGMA cache_size = -4000; ${sqliteSchema()}
    INSERT INTO varve_repositories (workspace, id, incarnation, created_at, updated_at) VALUES ('w', 'r', 'i', 1, 1)`);
  const prepared = new Map();
  const insert = bare("statements-bare.db", "FULL");
  const [ours, floor] = [[], []];
  for (let seq = 1; seq <= COMMITS; seq++) {
    const next = batch(seq);
    noted.length = 0;
    await store.write(key, next);
    for (const [sql] of noted) if (!prepared.has(sql)) prepared.set(sql, database.prepare(sql));
    const start = performance.now();
    for (const [sql, values] of noted) prepared.get(sql).run(...values);
    const between = performance.now();
    insert(next.entry.bytes, next.objects[0].bytes);
    floor.push(performance.now() - between);
    ours.push(between - start);
  }
  const [a, b] = [percentile(ours, 0.5), percentile(floor, 0.5)];
  console.log(
    `its ${noted.length} statements alone, strict, p50: ${a.toFixed(3)} ms, bare ${b.toFixed(3)} ms, ratio ${(a / b).toFixed(2)}`,
  );
}

async function best(run, times = 5) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

async function reads() {
  const { file, store, key } = await open("reads.db", { durability: "relaxed" });
  const hashes = [];
  for (let seq = 1; seq <= OBJECTS / 1000; seq++) {
    const { entry, ...rest } = batch(seq);
    const objects = Array.from({ length: 1000 }, () => ({
      hash: hex(),
      bytes: randomBytes(PAYLOAD),
    }));
    hashes.push(...objects.map(({ hash }) => hash));
    await store.write(key, { ...rest, entry, objects, projection: undefined });
  }
  const database = new DatabaseSync(file);
  // Entries straight into the table: writing them one by one is what the other measurement is for.
  database.exec("BEGIN");
  const insert = database.prepare("INSERT INTO varve_journal VALUES (1, ?, ?, ?)");
  for (let seq = OBJECTS / 1000 + 1; seq <= OBJECTS; seq++) {
    insert.run(seq, randomBytes(32), randomBytes(ENTRY));
  }
  database.exec("COMMIT");
  const select = (sql) => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return () => statement.all();
  };
  const line = (what, ours, floor) =>
    console.log(`${what}: ${ours.toFixed(0)} ms, bare SELECT ${floor.toFixed(0)} ms`);
  for (const count of [10_000, OBJECTS]) {
    const some = hashes.slice(0, count);
    const floor = select(`SELECT bytes FROM varve_blobs WHERE key <= ${count}`);
    line(
      `readObjects of ${count}`,
      await best(() => store.readObjects(key, some)),
      await best(floor),
    );
  }
  const all = { after: 0, limit: OBJECTS };
  const floor = select("SELECT bytes FROM varve_journal WHERE repository = 1 ORDER BY seq");
  line(
    `readJournal of ${OBJECTS}`,
    await best(() => store.readJournal(key, all)),
    await best(floor),
  );
  database.close();
  await store.close();
}

async function bytes() {
  const { file, store, key } = await open("bytes.db", { durability: "relaxed" });
  const count = 10_000;
  for (let seq = 1; seq <= count; seq++) await store.write(key, batch(seq));
  const sizes = [];
  for (let left = count * CHECKPOINT; left > 0; left -= 262_144)
    sizes.push(Math.min(left, 262_144));
  const segments = sizes.map((size) => ({ hash: hex(), bytes: randomBytes(size) }));
  await store.writeCheckpoint(key, { seq: count, manifest: randomBytes(300), segments });
  await store.close();
  const database = new DatabaseSync(file);
  const tables = database
    .prepare("SELECT name, sum(pgsize) AS size FROM dbstat GROUP BY name HAVING size > 65536")
    .all();
  const total = database.prepare("SELECT sum(pgsize) AS size FROM dbstat").get().size;
  const own = total / count - PAYLOAD;
  console.log(`bytes a commit over its payload: ${own.toFixed(0)}, entries of ${ENTRY} included`);
  for (const { name, size } of tables) console.log(`  ${name}: ${(size / count).toFixed(0)}`);
  database.close();
}

try {
  await commits("strict", "FULL");
  await commits("relaxed", "NORMAL");
  await statements();
  await reads();
  await bytes();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
