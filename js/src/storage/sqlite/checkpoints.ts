// One checkpoint a repository, and its segments.
import type {
  CheckpointToWrite,
  RepositoryKey,
  StoredCheckpoint,
  StoredObject,
} from "../../types/storage.js";
import { bytesOf } from "../hex.js";
import type { Database } from "./database.js";
import type { SqlStatement } from "./driver.js";
import { insertInto } from "./objects.js";
import { goneError, type Keys } from "./repositories.js";
import { assertFits } from "./sizes.js";

/** See `StorageAdapter.readCheckpoint`. */
export async function readCheckpoint(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  signal?: AbortSignal,
): Promise<StoredCheckpoint | undefined> {
  const key = await keys.of(repository, signal);
  const t = database.tables;
  // One statement, so that no other checkpoint gets in between; a row even where there is none.
  const sql = `SELECT c.seq, CASE WHEN coalesce(w.key, 0) = 0 THEN c.manifest END, w.value, s.bytes
FROM ${t.repositories} r
LEFT JOIN ${t.checkpoints} c ON c.repository = r.key
LEFT JOIN json_each(c.segments) w
LEFT JOIN ${t.segments} s ON s.repository = r.key AND s.hash = unhex(w.value)
WHERE r.key = ? ORDER BY w.key`;
  const rows = await database.rows(sql, [key], signal);
  const [first] = rows;
  if (first === undefined) {
    keys.forget(repository);
    throw goneError(repository);
  }
  const [seq, manifest] = first;
  if (typeof seq !== "number") return undefined;
  const segments: StoredObject[] = [];
  for (const [, , hash, bytes] of rows) {
    if (typeof hash !== "string") break; // there are no segments
    if (!(bytes instanceof Uint8Array)) return undefined;
    segments.push({ hash, bytes });
  }
  return { seq, manifest: manifest as Uint8Array, segments };
}

/** See `StorageAdapter.writeCheckpoint`. */
export async function writeCheckpoint(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  { seq, manifest, segments }: CheckpointToWrite,
  signal?: AbortSignal,
): Promise<boolean> {
  assertFits(database, "the manifest", manifest.length);
  for (const { hash, bytes } of segments) assertFits(database, hash, bytes?.length ?? 0);
  const key = await keys.of(repository, signal);
  const t = database.tables;
  const list = JSON.stringify(segments.map(({ hash }) => hash));
  const insert: SqlStatement[] = segments.flatMap(({ hash, bytes }) =>
    bytes === undefined
      ? []
      : [
          {
            sql: insertInto(`${t.segments} (repository, hash, bytes)`, 1),
            values: [key, bytesOf(hash), bytes],
          },
        ],
  );
  // What must not be gives no row, so NULL where none is allowed, and all of it aborts.
  const allowed = `SELECT r.key FROM ${t.repositories} r WHERE r.key = ?
AND NOT EXISTS (SELECT 1 FROM ${t.checkpoints} c WHERE c.repository = r.key AND c.seq >= ?)
AND NOT EXISTS (SELECT 1 FROM json_each(?) w WHERE NOT EXISTS (
  SELECT 1 FROM ${t.segments} s WHERE s.repository = r.key AND s.hash = unhex(w.value)))`;
  const replace = {
    sql: `INSERT INTO ${t.checkpoints} (repository, seq, segments, manifest)
VALUES ((${allowed}), ?, ?, coalesce(?, x''))
ON CONFLICT (repository) DO UPDATE
SET seq = excluded.seq, segments = excluded.segments, manifest = excluded.manifest`,
    values: [key, seq, list, seq, list, manifest],
  };
  const tidy = {
    sql: `DELETE FROM ${t.segments} WHERE repository = ?
AND hash NOT IN (SELECT unhex(value) FROM json_each(?))`,
    values: [key, list],
  };
  const result = await database.batch([...insert, replace, tidy], signal);
  if (result.changes !== undefined) return true;
  await keys.assertThere(repository, key, signal);
  return false;
}

/** See `StorageAdapter.deleteCheckpoint`. */
export async function deleteCheckpoint(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  signal?: AbortSignal,
): Promise<void> {
  const key = await keys.of(repository, signal);
  const { checkpoints, segments } = database.tables;
  const result = await database.batch(
    [checkpoints, segments].map((table) => ({
      sql: `DELETE FROM ${table} WHERE repository = ?`,
      values: [key],
    })),
    signal,
  );
  if (result.changes?.[0] === 0) await keys.assertThere(repository, key, signal);
}
