// Reading objects.
import type { CallOptions, RepositoryKey } from "../../types/storage.js";
import { fromBase64 } from "./bytes.js";
import type { Connection } from "./connection.js";
import { deleted } from "./errors.js";
import { ANSWER_BYTES } from "./journal.js";
import { bind, hashes, int, raw, type Sql, sql } from "./sql.js";
import { isRepository, type Key, keyOf, owned, type Tables } from "./tables.js";

/** Objects in the order asked for; null for those that are not there. */
export async function readObjects(
  connection: Connection,
  tables: Tables,
  repository: RepositoryKey,
  wanted: readonly string[],
  options?: CallOptions,
): Promise<readonly (Uint8Array | null)[]> {
  const key = keyOf(repository);
  const found = await readBytes(connection, tables, tables.blobs, key, wanted, options);
  return wanted.map((hash) => found.get(hash) ?? null);
}

/** Bytes by their hash, from a table that has both. What is not there is left out. */
export async function readBytes(
  connection: Connection,
  tables: Tables,
  table: Sql,
  key: Key,
  wanted: readonly string[],
  options?: CallOptions,
): Promise<Map<string, Uint8Array>> {
  const read = new Map<string, Uint8Array>();
  const workspace = key.workspace.value as string;
  let missing = [...new Set(wanted)];
  do {
    const statement = sql`SELECT encode(o.hash, 'hex') AS hash,
        CASE WHEN o.before < ${int(ANSWER_BYTES)} THEN encode(o.bytes, 'base64') END AS bytes
      FROM ${tables.repositories} AS r LEFT JOIN LATERAL (
        SELECT b.hash, b.bytes,
          sum(octet_length(b.bytes)) OVER (ORDER BY b.hash) - octet_length(b.bytes) AS before
        FROM ${table} AS b WHERE ${owned("b", key)} AND b.hash = ANY (${hashes(missing)})
      ) AS o ON true
      WHERE ${isRepository("r", key)}`;
    const rows = await connection.read(workspace, statement, ["hash", "bytes"], options);
    if (rows.length === 0) throw deleted();
    missing = []; // those that had no room in the answer
    for (const { hash, bytes } of rows) {
      if (typeof hash !== "string") continue;
      if (typeof bytes === "string") read.set(hash, fromBase64(bytes));
      else missing.push(hash);
    }
  } while (missing.length > 0);
  return read;
}

/** The objects there are, ordered by hash. */
export async function listObjects(
  connection: Connection,
  tables: Tables,
  repository: RepositoryKey,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
  options?: CallOptions,
): Promise<readonly { readonly hash: string; readonly byteSize: number }[]> {
  const key = keyOf(repository);
  const behind = after === undefined ? raw("") : sql` AND b.hash > decode(${bind(after)}, 'hex')`;
  const statement = sql`SELECT encode(o.hash, 'hex') AS hash, o.byte_size::text AS byte_size
    FROM ${tables.repositories} AS r LEFT JOIN LATERAL (
      SELECT b.hash, b.byte_size FROM ${tables.blobs} AS b
      WHERE ${owned("b", key)}${behind} ORDER BY b.hash LIMIT ${int(limit)}
    ) AS o ON true
    WHERE ${isRepository("r", key)} ORDER BY o.hash`;
  const workspace = key.workspace.value as string;
  const rows = await connection.read(workspace, statement, ["hash", "byte_size"], options);
  if (rows.length === 0) throw deleted();
  const found = rows.filter(({ hash }) => hash !== null);
  return found.map((row) => ({
    hash: row.hash as string,
    byteSize: Number(row.byte_size),
  }));
}
