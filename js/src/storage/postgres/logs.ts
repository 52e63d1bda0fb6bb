// Logs: rows keep the JSON they were given, and beside it, as `members`, what can be asked for with
// `where`: the members that are no objects or arrays.
import type { CallOptions, LogPage, LogQuery, LogRow, RepositoryKey } from "../../types/storage.js";
import type { Connection } from "./connection.js";
import { readCursor, writeCursor } from "./cursor.js";
import { corrupt, deleted } from "./errors.js";
import { encodeText } from "./names.js";
import { bind, int, join, milliseconds, raw, type Sql, sql, texts, time } from "./sql.js";
import { isRepository, type Key, keyColumns, keyOf, owned, type Tables } from "./tables.js";

/** `logged AS (…)`: inserts the rows of a batch if `gate` is true. */
export function insertLogs(
  tables: Tables,
  key: Key,
  seq: number,
  logs: readonly LogRow[],
  gate: Sql,
): Sql {
  const rows = [
    texts(logs.map(({ log }) => encodeText(log))),
    texts(logs.map(({ at }) => String(at))),
    texts(logs.map(({ fields }) => fields)),
    texts(logs.map(({ fields }) => members(JSON.parse(fields)))),
  ];
  return sql`logged AS (
    INSERT INTO ${tables.logs}
      (workspace, repository, incarnation, log, seq, position, at, fields, members)
    SELECT ${keyColumns(key)}, l.log, ${int(seq)}, l.position, ${time(raw("l.at"))},
      l.fields::json, l.members::jsonb
    FROM unnest(${join(rows, ", ")}) WITH ORDINALITY AS l (log, at, fields, members, position)
    WHERE ${gate}
  )`;
}

/** The members that can be compared, in a form that `jsonb` takes. */
function members(fields: object): string {
  const comparable = Object.entries(fields).filter(
    ([, value]) => value === null || typeof value !== "object",
  );
  const plain = (value: unknown) => (typeof value === "string" ? encodeText(value) : value);
  const written = comparable.map(
    ([name, value]) => `${JSON.stringify(encodeText(name))}:${JSON.stringify(plain(value))}`,
  );
  return `{${written.join(",")}}`;
}

/** Rows of a log, in pages. The cursor is the place of the last row: its entry, and where in it. */
export async function readLog(
  { read }: Connection,
  tables: Tables,
  repository: RepositoryKey,
  log: string,
  { since, until, where = {}, limit, reverse = false, cursor }: LogQuery,
  options?: CallOptions,
): Promise<LogPage> {
  const key = keyOf(repository);
  const conditions = [owned("w", key), sql`w.log = ${bind(encodeText(log))}`];
  if (since !== undefined) conditions.push(sql`w.at >= ${time(bind(String(since)))}`);
  if (until !== undefined) conditions.push(sql`w.at < ${time(bind(String(until)))}`);
  if (Object.keys(where).length > 0) {
    conditions.push(sql`w.members @> ${bind(members(where))}::jsonb`);
  }
  if (cursor !== undefined) conditions.push(behind(cursor, reverse));
  const order = raw(reverse ? "DESC" : "ASC");
  const statement = sql`SELECT l.seq::text AS seq, l.position::text AS position,
      ${milliseconds(raw("l.at"))} AS at, l.fields::text AS fields
    FROM ${tables.repositories} AS r LEFT JOIN LATERAL (
      SELECT w.seq, w.position, w.at, w.fields FROM ${tables.logs} AS w
      WHERE ${join(conditions, " AND ")}
      ORDER BY w.seq ${order}, w.position ${order} LIMIT ${int(limit + 1)}
    ) AS l ON true
    WHERE ${isRepository("r", key)} ORDER BY l.seq ${order}, l.position ${order}`;
  const workspace = key.workspace.value as string;
  const found = await read(workspace, statement, ["seq", "position", "at", "fields"], options);
  if (found.length === 0) throw deleted();
  const kept = found.filter(({ seq }) => seq !== null).slice(0, limit);
  const rows = kept.map((row) => ({ at: Number(row.at), fields: row.fields as string }));
  const last = kept.at(-1);
  if (found.length <= limit || last === undefined) return { rows };
  return { rows, cursor: writeCursor([Number(last.seq), Number(last.position)]) };
}

function behind(cursor: string, reverse: boolean): Sql {
  const [seq, position] = readCursor(cursor);
  if (typeof seq !== "number" || typeof position !== "number") {
    throw corrupt(`cursor ${JSON.stringify(cursor)} is not of a log`);
  }
  return sql`(w.seq, w.position) ${raw(reverse ? "<" : ">")} (${int(seq)}, ${int(position)})`;
}
