// Objects: bytes under their hash, in the order they came.
import type { RepositoryKey, StoredObject } from "../../types/storage.js";
import type { Database } from "./database.js";
import type { SqliteDriver, SqlStatement, SqlValue } from "./driver.js";
import { bytesOf } from "./hex.js";
import type { Keys } from "./repositories.js";
import { cut } from "./sizes.js";
import { onceFor } from "./tables.js";

/** The most bytes of one statement that inserts several. */
const STATEMENT_BYTES = 1_000_000;

/** The most hashes of one statement: what is far away comes as one answer. */
const HASHES = { local: 2000, remote: 250 };

const insertOne = onceFor(({ blobs }) => insertInto(`${blobs} (repository, hash, bytes)`, 1));

/** Inserts objects; one that is there stays. Where a statement is a round trip, many with each. */
export function insertObjects(
  { tables }: Database,
  key: number,
  objects: readonly StoredObject[],
  { remote, maxParameters }: SqliteDriver,
): SqlStatement[] {
  if (!remote || objects.length === 1) {
    const sql = insertOne(tables);
    return objects.map(({ hash, bytes }) => ({ sql, values: [key, bytesOf(hash), bytes] }));
  }
  const rows = Math.floor(maxParameters / 3);
  const share = Math.ceil(STATEMENT_BYTES / rows);
  const parts = cut(objects, STATEMENT_BYTES, ({ bytes }) => Math.max(share, bytes.length));
  return parts.map((part) => ({
    sql: insertInto(`${tables.blobs} (repository, hash, bytes)`, part.length),
    values: part.flatMap(({ hash, bytes }): SqlValue[] => [key, bytesOf(hash), bytes]),
  }));
}

/** Some drivers bind no bytes as NULL. */
export function insertInto(columns: string, rows: number): string {
  const values = Array.from({ length: rows }, () => "(?, ?, coalesce(?, x''))").join(", ");
  return `INSERT INTO ${columns} VALUES ${values} ON CONFLICT (repository, hash) DO NOTHING`;
}

/** Takes objects away. Their commits keep the hash, as the number may be given again. */
export function deleteObjects(
  { tables: t }: Database,
  key: number,
  hashes: readonly string[],
): SqlStatement[] {
  return cut(hashes, HASHES.local, () => 1).flatMap((part) => {
    const values = [key, JSON.stringify(part)];
    const which = "repository = ? AND hash IN (SELECT unhex(value) FROM json_each(?))";
    const keep = `UPDATE ${t.commits} SET blob = NULL,
  content_hash = (SELECT b.hash FROM ${t.blobs} b WHERE b.key = ${t.commits}.blob)
WHERE repository = ? AND blob IN (SELECT key FROM ${t.blobs} WHERE ${which})`;
    return [
      { sql: keep, values: [key, ...values] },
      { sql: `DELETE FROM ${t.blobs} WHERE ${which}`, values },
    ];
  });
}

/** See `StorageAdapter.readObjects`. */
export async function readObjects(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  hashes: readonly string[],
  signal?: AbortSignal,
): Promise<readonly (Uint8Array | null)[]> {
  const key = await keys.of(repository, signal);
  const { blobs } = database.tables;
  // CROSS: the hashes are gone through in order, and each is looked up.
  const sql = `SELECT w.key, b.bytes FROM json_each(?) w
CROSS JOIN ${blobs} b ON b.repository = ? AND b.hash = unhex(w.value)`;
  const objects: (Uint8Array | null)[] = new Array(hashes.length).fill(null);
  const size = (await database.driver()).remote ? HASHES.remote : HASHES.local;
  let found = 0;
  for (let from = 0; from < hashes.length; from += size) {
    const list = JSON.stringify(hashes.slice(from, from + size));
    for (const [index, bytes] of await database.rows(sql, [list, key], signal)) {
      objects[from + (index as number)] = bytes as Uint8Array;
      found++;
    }
  }
  if (found === 0) await keys.assertThere(repository, key, signal);
  return objects;
}

/** See `StorageAdapter.listObjects`. */
export async function listObjects(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  { after = "", limit }: { readonly after?: string | undefined; readonly limit: number },
  signal?: AbortSignal,
): Promise<readonly { readonly hash: string; readonly byteSize: number }[]> {
  const key = await keys.of(repository, signal);
  const sql = `SELECT lower(hex(hash)), byte_size FROM ${database.tables.blobs}
WHERE repository = ? AND hash > unhex(?) ORDER BY hash LIMIT ?`;
  const rows = await database.rows(sql, [key, after, limit], signal);
  if (rows.length === 0) await keys.assertThere(repository, key, signal);
  return rows.map(([hash, byteSize]) => ({ hash: hash as string, byteSize: byteSize as number }));
}
