// The journal: a batch is written as statements that abort themselves, and what was in the way is read
// afterwards.
import type { RepositoryKey, StoredEntry, WriteBatch, WriteResult } from "../../types/storage.js";
import { storageError } from "../errors.js";
import { bytesOf } from "../hex.js";
import type { Database } from "./database.js";
import type { SqlStatement } from "./driver.js";
import { insertLogs } from "./logs.js";
import { deleteObjects, insertObjects } from "./objects.js";
import { insertProjection } from "./projections.js";
import type { Keys } from "./repositories.js";
import { assertFits } from "./sizes.js";
import { onceFor } from "./tables.js";

/** The most entries that a conflict tells. */
const CONFLICT_ENTRIES = 1000;

/** The most entries of one statement: what is far away comes as one answer. */
const PAGE = { local: 20_000, remote: 1000 };

/** The statements of every batch. */
const sqlOf = onceFor((t) => ({
  // Not the next one, or of a repository that is gone: no row, so NULL where none is allowed.
  insert: `INSERT INTO ${t.journal} (repository, seq, hash, bytes) VALUES ((
SELECT r.key FROM ${t.repositories} r WHERE r.key = ?
AND (? = 1 OR EXISTS (SELECT 1 FROM ${t.journal} j WHERE j.repository = r.key AND j.seq = ?))), ?, ?, ?)`,
  touch: `UPDATE ${t.repositories} SET updated_at = ? WHERE key = ?`,
  describe: `UPDATE ${t.repositories} SET updated_at = ?, summary = ? WHERE key = ?`,
}));

/** See `StorageAdapter.write`. */
export async function write(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  batch: WriteBatch,
  signal?: AbortSignal,
): Promise<WriteResult> {
  assertFits(database, `journal entry ${batch.entry.seq}`, batch.entry.bytes.length);
  for (const { hash, bytes } of batch.objects) assertFits(database, hash, bytes.length);
  // Nothing is awaited that is known: each pause costs as much as a statement.
  const key = keys.known(repository) ?? (await keys.of(repository, signal));
  const driver = database.ready() ?? (await database.driver());
  const statements = [
    ...insertEntry(database, key, batch),
    ...insertObjects(database, key, batch.objects, driver),
    ...deleteObjects(database, key, batch.deleteObjects),
    ...insertLogs(database, key, batch.entry.seq, batch.logs),
    ...(batch.projection ? insertProjection(database, key, batch.projection, driver) : []),
  ];
  const result = await database.batch(statements, signal);
  if (result.changes !== undefined) return {};
  return explain(database, keys, repository, key, batch.entry.seq, result.aborted);
}

/** The entry and the row of its repository. Aborts where the entry is not the next one. */
function insertEntry(
  database: Database,
  key: number,
  { entry, at, summary }: WriteBatch,
): SqlStatement[] {
  const { insert, touch, describe } = sqlOf(database.tables);
  const { seq, hash, bytes } = entry;
  return [
    { sql: insert, values: [key, seq, seq - 1, seq, bytesOf(hash), bytes] },
    summary === undefined
      ? { sql: touch, values: [at, key] }
      : { sql: describe, values: [at, summary, key] },
  ];
}

/** Why a batch aborted itself. */
async function explain(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  key: number,
  seq: number,
  cause: unknown,
): Promise<WriteResult> {
  const conflict = await entriesAfter(database, key, seq - 1, CONFLICT_ENTRIES);
  if (conflict.length > 0) return { conflict };
  await keys.assertThere(repository, key);
  const sql = `SELECT coalesce(max(seq), 0) FROM ${database.tables.journal} WHERE repository = ?`;
  const [row] = await database.rows(sql, [key]);
  const last = row?.[0];
  const message =
    last === seq - 1
      ? `entry ${seq} is the next one, and a constraint of the tables refused it`
      : `entry ${seq} was written, the last one is ${last}`;
  throw storageError("Corrupt", message, { cause, details: { where: `journal entry ${seq}` } });
}

/** See `StorageAdapter.readJournal`. */
export async function readJournal(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  { after, limit }: { readonly after: number; readonly limit: number },
  signal?: AbortSignal,
): Promise<readonly StoredEntry[]> {
  const key = await keys.of(repository, signal);
  const size = (await database.driver()).remote ? PAGE.remote : PAGE.local;
  const entries: StoredEntry[] = [];
  while (entries.length < limit) {
    const wanted = Math.min(limit - entries.length, size);
    const page = await entriesAfter(database, key, after + entries.length, wanted, signal);
    for (const entry of page) entries.push(entry);
    if (page.length < wanted) break;
  }
  if (entries.length === 0) await keys.assertThere(repository, key, signal);
  return entries;
}

/** Entries behind a number, in order. Errors: `Corrupt`, where one is missing. */
async function entriesAfter(
  database: Database,
  key: number,
  after: number,
  limit: number,
  signal?: AbortSignal,
): Promise<StoredEntry[]> {
  const sql = `SELECT seq, lower(hex(hash)), bytes FROM ${database.tables.journal}
WHERE repository = ? AND seq > ? ORDER BY seq LIMIT ?`;
  const rows = await database.rows(sql, [key, after, limit], signal);
  return rows.map(([seq, hash, bytes], i) => {
    if (seq === after + 1 + i) return { seq, hash: hash as string, bytes: bytes as Uint8Array };
    const where = `journal entry ${after + 1 + i}`;
    throw storageError("Corrupt", `${where} is missing`, { details: { where } });
  });
}
