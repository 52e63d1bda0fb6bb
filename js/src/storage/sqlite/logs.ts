// Logs: rows in the order of the entries they came with.
import type { LogPage, LogQuery, LogRow, RepositoryKey } from "../../types/storage.js";
import type { Database } from "./database.js";
import type { SqlRow, SqlStatement, SqlValue } from "./driver.js";
import { cursorError, type Keys } from "./repositories.js";
import { assertFits, jsonRows } from "./sizes.js";

/** The most rows read at once where not all may be wanted. */
const PAGE = 1000;

/** Inserts the rows that came with an entry. */
export function insertLogs(
  database: Database,
  key: number,
  seq: number,
  logs: readonly LogRow[],
): SqlStatement[] {
  const rows = logs.map(({ log, at, fields }, position) => {
    assertFits(database, `a row of log ${JSON.stringify(log)}`, 3 * fields.length);
    return [log, position, at, fields];
  });
  return jsonRows(rows).map((list) => ({
    sql: `INSERT INTO ${database.tables.logs} (repository, log, seq, position, at, fields)
SELECT ?, value ->> 0, ?, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`,
    values: [key, seq, list],
  }));
}

/** See `StorageAdapter.readLog`. */
export async function readLog(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  log: string,
  { since, until, where = {}, limit, reverse = false, cursor }: LogQuery,
  signal?: AbortSignal,
): Promise<LogPage> {
  const key = await keys.of(repository, signal);
  const wanted = Object.entries(where);
  const conditions = ["repository = ?", "log = ?"];
  const values: SqlValue[] = [key, log];
  const only = (condition: string, ...bound: SqlValue[]) => {
    conditions.push(condition);
    values.push(...bound);
  };
  if (since !== undefined) only("at >= ?", since);
  if (until !== undefined) only("at < ?", until);
  const [order, behind] = reverse ? ["DESC", "<"] : ["ASC", ">"];
  const sql = `SELECT seq, position, at, fields FROM ${database.tables.logs}
WHERE ${conditions.join(" AND ")} AND (seq, position) ${behind} (?, ?)
ORDER BY seq ${order}, position ${order} LIMIT ?`;

  const found: SqlRow[] = [];
  let place = cursor === undefined ? [reverse ? Number.MAX_SAFE_INTEGER : 0, 0] : placeOf(cursor);
  for (;;) {
    const count = wanted.length === 0 ? limit + 1 - found.length : PAGE;
    const rows = await database.rows(sql, [...values, ...place, count], signal);
    for (const row of rows) {
      if (found.length <= limit && matches(row[3] as string, wanted)) found.push(row);
    }
    const last = rows.at(-1);
    if (rows.length < count || last === undefined || found.length > limit) break;
    place = [last[0] as number, last[1] as number];
  }
  if (found.length === 0) await keys.assertThere(repository, key, signal);
  const rows = found.slice(0, limit).map(([, , at, fields]) => ({
    at: at as number,
    fields: fields as string,
  }));
  const last = found[limit - 1];
  if (found.length <= limit || last === undefined) return { rows };
  return { rows, cursor: `${last[0]}.${last[1]}` };
}

/** In JavaScript: what JSON paths make of a name depends on SQLite's version. */
function matches(fields: string, wanted: readonly [string, unknown][]): boolean {
  if (wanted.length === 0) return true;
  const members: unknown = JSON.parse(fields);
  return wanted.every(
    ([name, value]) =>
      Object.hasOwn(members as object, name) &&
      (members as Record<string, unknown>)[name] === value,
  );
}

function placeOf(cursor: string): [number, number] {
  const [, seq, position] = /^(\d+)\.(\d+)$/.exec(cursor) ?? [];
  if (seq === undefined) throw cursorError(cursor);
  return [Number(seq), Number(position)];
}
