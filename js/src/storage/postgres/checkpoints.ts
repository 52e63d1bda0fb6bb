// Checkpoints: one row with the manifest and the hashes of its segments, and the segments beside it.
import type {
  CallOptions,
  CheckpointToWrite,
  RepositoryKey,
  StoredCheckpoint,
} from "../../types/storage.js";
import { fromBase64, toBase64 } from "./bytes.js";
import type { Connection } from "./connection.js";
import { deleted } from "./errors.js";
import { readBytes } from "./objects.js";
import { bind, hashes, int, join, sql, texts } from "./sql.js";
import { alive, isRepository, keyColumns, keyOf, owned, type Tables } from "./tables.js";

/** How often a checkpoint is read that another takes the place of meanwhile. */
const TRIES = 3;

/** The newest checkpoint, if it is whole. */
export async function readCheckpoint(
  connection: Connection,
  tables: Tables,
  repository: RepositoryKey,
  options?: CallOptions,
): Promise<StoredCheckpoint | undefined> {
  const key = keyOf(repository);
  const statement = sql`SELECT c.seq::text AS seq, encode(c.manifest, 'base64') AS manifest,
      array_to_string(ARRAY(SELECT encode(s, 'hex') FROM unnest(c.segments) WITH ORDINALITY AS u (s, n)
        ORDER BY n), ' ') AS segments
    FROM ${tables.repositories} AS r LEFT JOIN ${tables.checkpoints} AS c ON ${owned("c", key)}
    WHERE ${isRepository("r", key)}`;
  const workspace = key.workspace.value as string;
  for (let tries = 1; tries <= TRIES; tries++) {
    const columns = ["seq", "manifest", "segments"] as const;
    const [row] = await connection.read(workspace, statement, columns, options);
    if (row === undefined) throw deleted();
    if (row.seq === null) return undefined;
    const listed = row.segments ? row.segments.split(" ") : [];
    const found = listed.length
      ? await readBytes(connection, tables, tables.segments, key, listed, options)
      : new Map<string, Uint8Array>();
    const segments = listed.flatMap((hash) => {
      const bytes = found.get(hash);
      return bytes ? [{ hash, bytes }] : [];
    });
    if (segments.length < listed.length) continue;
    return { seq: Number(row.seq), manifest: fromBase64(row.manifest as string), segments };
  }
  return undefined;
}

/**
 * Puts a checkpoint in the place of the one before. Segments that should be there are locked first: if
 * another checkpoint is taking them away, this one waits, and then does not find them. Who of two goes
 * first is decided by the row of `checkpoints`.
 */
export async function writeCheckpoint(
  { change }: Connection,
  tables: Tables,
  repository: RepositoryKey,
  { seq, manifest, segments }: CheckpointToWrite,
  options?: CallOptions,
): Promise<boolean> {
  const key = keyOf(repository);
  const listed = hashes(segments.map(({ hash }) => hash));
  const given = segments.flatMap(({ hash, bytes }) => (bytes ? [{ hash, bytes }] : []));
  const givenHashes = new Set(given.map(({ hash }) => hash));
  const expected = [
    ...new Set(segments.map(({ hash }) => hash).filter((hash) => !givenHashes.has(hash))),
  ];
  const placed = sql`EXISTS (SELECT FROM placed)`;
  const parts = [
    alive(tables, key, "KEY SHARE"),
    sql`kept AS (
      SELECT s.hash FROM ${tables.segments} AS s
      WHERE ${owned("s", key)} AND s.hash = ANY (${hashes(expected)}) AND EXISTS (SELECT FROM alive)
      FOR KEY SHARE
    )`,
    sql`placed AS (
      INSERT INTO ${tables.checkpoints} AS c
        (workspace, repository, incarnation, seq, manifest, segments)
      SELECT ${keyColumns(key)}, ${int(seq)}, decode(${bind(toBase64(manifest))}, 'base64'), ${listed}
      FROM alive WHERE (SELECT count(*) FROM kept) = ${int(expected.length)}
      ON CONFLICT (workspace, repository, incarnation) DO UPDATE
        SET seq = excluded.seq, manifest = excluded.manifest, segments = excluded.segments
        WHERE c.seq < excluded.seq
      RETURNING c.seq
    )`,
    sql`added AS (
      INSERT INTO ${tables.segments} (workspace, repository, incarnation, hash, bytes)
      SELECT ${keyColumns(key)}, decode(o.hash, 'hex'), decode(o.bytes, 'base64')
      FROM unnest(${texts(given.map(({ hash }) => hash))},
        ${texts(given.map(({ bytes }) => toBase64(bytes)))}) AS o (hash, bytes)
      WHERE ${placed} ON CONFLICT DO NOTHING
    )`,
    sql`removed AS (
      DELETE FROM ${tables.segments} AS s
      WHERE ${owned("s", key)} AND NOT s.hash = ANY (${listed}) AND ${placed}
    )`,
  ];
  const statement = sql`WITH ${join(parts, ", ")}
    SELECT (${placed})::text AS placed FROM alive`;
  const [row] = await change(key.workspace.value as string, statement, ["placed"], options);
  if (row === undefined) throw deleted();
  return row.placed === "true";
}

/** Takes the checkpoint away. */
export async function deleteCheckpoint(
  { change }: Connection,
  tables: Tables,
  repository: RepositoryKey,
  options?: CallOptions,
): Promise<void> {
  const key = keyOf(repository);
  const statement = sql`WITH ${alive(tables, key, "KEY SHARE")}, gone AS (
      DELETE FROM ${tables.checkpoints} AS c WHERE ${owned("c", key)}
    ), segments AS (
      DELETE FROM ${tables.segments} AS s WHERE ${owned("s", key)}
    ) SELECT id FROM alive`;
  const rows = await change(key.workspace.value as string, statement, ["id"], options);
  if (rows.length === 0) throw deleted();
}
