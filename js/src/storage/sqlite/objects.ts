// Objects: bytes under their hash, in the order they came.
import type { RepositoryKey, StoredObject } from "../../types/storage.js";
import { bytesOf, HASH, hashesOf, hexOf } from "../hex.js";
import type { Parcel } from "../parcel.js";
import type { Database } from "./database.js";
import type { SqliteDriver, SqlStatement, SqlValue } from "./driver.js";
import { Gathered } from "./gathered.js";
import type { Keys } from "./repositories.js";
import { cut } from "./sizes.js";
import { onceFor } from "./tables.js";

/** The most bytes of one statement that inserts several. */
const STATEMENT_BYTES = 1_000_000;

/** The most hashes of one statement: what is far away comes as one answer. */
const HASHES = { local: 2000, remote: 250 };

/** From so many objects on it is worth looking whether they lie together. */
const MANY = 250;

/** Where at least one of so many rows is wanted, all of them are read. */
const PART = 4;

/** The most rows that are read as one, and the largest object among them. */
const SCANNED = { rows: 2000, bytes: 16_384 };

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

/** See `StorageAdapter.readObjects`: hashes by their bytes, one after the other, and the objects in one parcel. */
export async function readObjects(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  hashes: Uint8Array,
  signal?: AbortSignal,
): Promise<Parcel> {
  const key = await keys.of(repository, signal);
  const objects = new Gathered(hashes.length / HASH);
  const { remote } = await database.driver();
  if (!remote && objects.count >= MANY) await scan(database, key, hashes, objects, signal);
  const missing = objects.missing();
  // CROSS: the hashes are gone through in order, and each is looked up.
  const sql = `SELECT w.key, b.bytes FROM json_each(?) w
CROSS JOIN ${database.tables.blobs} b ON b.repository = ? AND b.hash = unhex(w.value)`;
  const size = remote ? HASHES.remote : HASHES.local;
  for (let from = 0; from < missing.length; from += size) {
    const part = missing.slice(from, from + size);
    const list = JSON.stringify(part.map((place) => hexOf(hashAt(hashes, place))));
    for (const [row, bytes] of await database.rows(sql, [list, key], signal)) {
      const found = bytes as Uint8Array;
      objects.put(part[row as number] as number, objects.source(found), 0, found.length);
    }
  }
  if (objects.missing().length === objects.count) await keys.assertThere(repository, key, signal);
  return objects.parcel();
}

/**
 * Fills in what lies together in the table, as payloads of one conversation do: everything between the first and the
 * last of the hashes is read in the order in which it lies there, thousands of rows as one. What is large, or lies
 * elsewhere, is left to be looked up.
 */
async function scan(
  database: Database,
  key: number,
  hashes: Uint8Array,
  objects: Gathered,
  signal?: AbortSignal,
): Promise<void> {
  const { blobs } = database.tables;
  // Bytes are put together as texts, which leaves them alone where texts are UTF-8.
  const place = `SELECT min(key), max(key), length(CAST('a' AS BLOB)) FROM ${blobs}
WHERE repository = ? AND hash IN (?, ?)`;
  const ends = [hashAt(hashes, 0), hashAt(hashes, objects.count - 1)];
  const [[first, last, unit] = []] = await database.rows(place, [key, ...ends], signal);
  if (typeof first !== "number" || typeof last !== "number" || unit !== 1) return;
  if (last - first >= objects.count * PART) return;
  const rows = `SELECT key, hash, bytes FROM ${blobs} NOT INDEXED
WHERE key BETWEEN ? AND ? AND repository = ? AND length(bytes) BETWEEN 1 AND ? ORDER BY key LIMIT ${SCANNED.rows}`;
  const sql = `SELECT max(key), CAST(group_concat(CAST(hash AS TEXT), '') AS BLOB),
'[' || group_concat(length(bytes)) || ']', CAST(group_concat(CAST(bytes AS TEXT), '') AS BLOB) FROM (${rows})`;
  const most = Math.min(SCANNED.bytes, Math.floor(database.maxValueBytes / SCANNED.rows));
  let places: Map<string, number> | undefined;
  let next = 0;
  for (let from = first; from <= last; ) {
    const [[end, found, sizes, bytes] = []] = await database.rows(
      sql,
      [from, last, key, most],
      signal,
    );
    if (typeof end !== "number") return;
    from = end + 1;
    const names = found as Uint8Array;
    const source = objects.source(bytes as Uint8Array);
    let start = 0;
    for (const [row, size] of (JSON.parse(sizes as string) as number[]).entries()) {
      // They mostly lie in the order in which they are asked for.
      if (next >= objects.count || !isSame(names, row, hashes, next)) {
        places ??= new Map(hashesOf(hashes).map((hash, place) => [hash, place]));
        next = places.get(hexOf(hashAt(names, row))) ?? -1;
      }
      if (next >= 0) objects.put(next, source, start, size);
      next++;
      start += size;
    }
  }
}

function hashAt(hashes: Uint8Array, place: number): Uint8Array {
  return hashes.subarray(HASH * place, HASH * (place + 1));
}

function isSame(these: Uint8Array, row: number, those: Uint8Array, place: number): boolean {
  for (let i = 0; i < HASH; i++) {
    if (these[HASH * row + i] !== those[HASH * place + i]) return false;
  }
  return true;
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
