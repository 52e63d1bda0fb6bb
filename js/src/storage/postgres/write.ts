// A batch is one statement. Its first part locks the repository, its second inserts the journal entry
// if its number is free and the entry before is there; everything else happens if that did.
//
// Under READ COMMITTED the statement sees what was committed when it began, and waits for who holds the
// row or the number. Whoever waited and lost is refused by `ON CONFLICT`, which looks at the table as it
// is, or finds the repository gone. Whoever succeeds has seen all entries before its own, since nobody
// can have added one in between. So nothing has to be read between two parts.
import type { CallOptions, RepositoryKey, WriteBatch, WriteResult } from "../../types/storage.js";
import { toBase64 } from "./bytes.js";
import type { Connection } from "./connection.js";
import { corrupt, deleted, tooLarge } from "./errors.js";
import { readJournal } from "./journal.js";
import { insertLogs } from "./logs.js";
import { defaultBranch, fold, policyConfig, projectionParts } from "./projections.js";
import { bind, hashes, int, join, raw, type Sql, sql, texts, time } from "./sql.js";
import { alive, isRepository, type Key, keyColumns, keyOf, owned, type Tables } from "./tables.js";

/** How many of the entries that a writer has not seen are read at once. */
const UNSEEN = 1000;
/** How often a number is tried that is neither taken nor free. */
const TRIES = 10;
/** In bytes: what one statement may hold, in base64, within the gigabyte that a value can have. */
const MAX_BATCH_BYTES = 2 ** 28;

/** Writes a batch, all of it or nothing. */
export async function write(
  connection: Connection,
  tables: Tables,
  maxObjectBytes: number,
  repository: RepositoryKey,
  batch: WriteBatch,
  options?: CallOptions,
): Promise<WriteResult> {
  assertSizes(batch, maxObjectBytes);
  const { seq } = batch.entry;
  const statement = writeStatement(tables, keyOf(repository), batch);
  const workspace = keyOf(repository).workspace.value as string;
  for (let tries = 1; tries <= TRIES; tries++) {
    const [row] = await connection.change(workspace, statement, ["outcome"], options);
    if (row?.outcome === "stored") return {};
    if (row?.outcome === "closed") throw deleted();
    const read = (after: number, limit: number) =>
      readJournal(connection, tables, repository, { after, limit }, options);
    const conflict = await read(seq - 1, UNSEEN);
    if (conflict.length > 0) return { conflict };
    if (seq > 1 && (await read(seq - 2, 1)).length === 0) {
      throw corrupt(`entry ${seq} was to be written, but there is no entry ${seq - 1}`);
    }
    // The entry before was committed after the statement began.
  }
  throw new Error(`entry ${seq} is neither there nor can it be written`);
}

function assertSizes({ entry, objects }: WriteBatch, maxObjectBytes: number): void {
  let total = 0;
  for (const { hash, bytes } of [entry, ...objects]) {
    const size = bytes.length;
    if (size > maxObjectBytes) throw tooLarge(`object or entry ${hash}`, maxObjectBytes, size);
    total += size;
  }
  if (total > MAX_BATCH_BYTES) throw tooLarge("the batch", MAX_BATCH_BYTES, total);
}

/** The one statement. Its outcome is `stored`, `refused` or `closed`. */
function writeStatement(tables: Tables, key: Key, batch: WriteBatch): Sql {
  const { entry, objects, deleteObjects, logs, projection } = batch;
  const seq = int(entry.seq);
  const at = time(bind(String(batch.at)));
  const stored = sql`EXISTS (SELECT FROM entry)`;
  const projected = projection && fold([projection]);
  const parts = [
    alive(tables, key, "NO KEY UPDATE"),
    sql`entry AS (
      INSERT INTO ${tables.journal} (workspace, repository, incarnation, seq, hash, bytes, at)
      SELECT ${keyColumns(key)}, ${seq}, decode(${bind(entry.hash)}, 'hex'),
        decode(${bind(toBase64(entry.bytes))}, 'base64'), ${at}
      FROM alive ${before(tables, key, entry.seq)}
      ON CONFLICT DO NOTHING
      RETURNING seq
    )`,
    sql`updated AS (
      UPDATE ${tables.repositories} AS r SET ${join(changes(batch, at, seq), ", ")}
      WHERE ${isRepository("r", key)} AND ${stored}
    )`,
  ];
  if (objects.length > 0) parts.push(insertObjects(tables, key, objects, stored));
  if (deleteObjects.length > 0) {
    parts.push(sql`removed AS (
      DELETE FROM ${tables.blobs} AS b
      WHERE ${owned("b", key)} AND b.hash = ANY (${hashes(deleteObjects)}) AND ${stored}
    )`);
  }
  if (logs.length > 0) parts.push(insertLogs(tables, key, entry.seq, logs, stored));
  if (projected) parts.push(...projectionParts(tables, key, projected, stored));
  return sql`WITH ${join(parts, ", ")} SELECT CASE
    WHEN ${stored} THEN 'stored' WHEN EXISTS (SELECT FROM alive) THEN 'refused' ELSE 'closed'
  END AS outcome`;
}

/** `WHERE` the entry before is there. */
function before(tables: Tables, key: Key, seq: number): Sql {
  if (seq === 1) return raw("");
  return sql`WHERE EXISTS (
    SELECT FROM ${tables.journal} AS p WHERE ${owned("p", key)} AND p.seq = ${int(seq - 1)}
  )`;
}

function changes({ summary, projection }: WriteBatch, at: Sql, seq: Sql): Sql[] {
  const set = [sql`updated_at = ${at}`];
  if (summary !== undefined) set.push(sql`summary = ${bind(summary)}::json`);
  const branch = projection?.defaultBranch;
  if (branch !== undefined) set.push(...defaultBranch(branch, seq));
  const config = projection?.policyConfig;
  if (config !== undefined) set.push(...policyConfig(config, seq));
  return set;
}

function insertObjects(tables: Tables, key: Key, objects: WriteBatch["objects"], stored: Sql): Sql {
  const hash = texts(objects.map((object) => object.hash));
  const bytes = texts(objects.map((object) => toBase64(object.bytes)));
  return sql`added AS (
    INSERT INTO ${tables.blobs} (workspace, repository, incarnation, hash, bytes)
    SELECT ${keyColumns(key)}, decode(o.hash, 'hex'), decode(o.bytes, 'base64')
    FROM unnest(${hash}, ${bytes}) AS o (hash, bytes) WHERE ${stored}
    ON CONFLICT DO NOTHING
  )`;
}
