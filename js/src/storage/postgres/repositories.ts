// Repositories: made, found, deleted, listed.
import type {
  CallOptions,
  RepositoryAddress,
  RepositoryKey,
  RepositoryPage,
  RepositoryQuery,
} from "../../types/storage.js";
import type { Connection } from "./connection.js";
import { readCursor, writeCursor } from "./cursor.js";
import { corrupt } from "./errors.js";
import { decodeText, encodeText, successor } from "./names.js";
import { bind, int, join, milliseconds, raw, type Sql, sql, time } from "./sql.js";
import { isRepository, keyOf, type Tables } from "./tables.js";

/** How often a repository is looked for that others make and delete at the same time. */
const TRIES = 20;

/** Makes the repository, unless it is there already. */
export async function createRepository(
  { change }: Connection,
  tables: Tables,
  address: RepositoryAddress,
  incarnation: string,
  at: number,
  options?: CallOptions,
): Promise<string> {
  const workspace = bind(encodeText(address.workspace));
  const id = bind(encodeText(address.id));
  const now = time(bind(String(at)));
  // One that was made meanwhile is a conflict, but not yet visible to this statement.
  const statement = sql`WITH made AS (
    INSERT INTO ${tables.repositories} (workspace, id, incarnation, created_at, updated_at)
    VALUES (${workspace}, ${id}, decode(${bind(incarnation)}, 'hex'), ${now}, ${now})
    ON CONFLICT (workspace, id) DO NOTHING
    RETURNING incarnation
  )
  SELECT encode(incarnation, 'hex') AS incarnation FROM made
  UNION ALL
  SELECT encode(incarnation, 'hex') FROM ${tables.repositories} WHERE workspace = ${workspace} AND id = ${id}`;
  for (let tries = 1; tries <= TRIES; tries++) {
    const [row] = await change(workspace.value as string, statement, ["incarnation"], options);
    if (row) return row.incarnation as string;
  }
  throw new Error("others make and delete this repository all the time");
}

/** Which incarnation is there. */
export async function findRepository(
  { read }: Connection,
  tables: Tables,
  address: RepositoryAddress,
  options?: CallOptions,
): Promise<string | undefined> {
  const workspace = encodeText(address.workspace);
  const statement = sql`SELECT encode(incarnation, 'hex') AS incarnation FROM ${tables.repositories}
    WHERE workspace = ${bind(workspace)} AND id = ${bind(encodeText(address.id))}`;
  const [row] = await read(workspace, statement, ["incarnation"], options);
  return row?.incarnation ?? undefined;
}

/**
 * Deletes a repository. What belongs to it goes by foreign keys: they see what was written up to the
 * moment when the repository's row was locked.
 */
export async function deleteRepository(
  { change }: Connection,
  tables: Tables,
  repository: RepositoryKey,
  options?: CallOptions,
): Promise<boolean> {
  const key = keyOf(repository);
  const statement = sql`WITH gone AS (
    DELETE FROM ${tables.repositories} AS r WHERE ${isRepository("r", key)} RETURNING r.id
  ) SELECT id FROM gone`;
  const rows = await change(key.workspace.value as string, statement, ["id"], options);
  return rows.length > 0;
}

const COLUMNS = ["id", "incarnation", "created_at", "updated_at", "summary"] as const;

/** Repositories of a workspace, in pages. The cursor is the place of the last row in the order. */
export async function listRepositories(
  { read }: Connection,
  tables: Tables,
  workspace: string,
  { prefix, orderBy = "id", cursor, limit }: RepositoryQuery,
  options?: CallOptions,
): Promise<RepositoryPage> {
  const encoded = encodeText(workspace);
  const conditions = [sql`r.workspace = ${bind(encoded)}`];
  if (prefix) conditions.push(...beginsWith(encodeText(prefix)));
  const column = orderBy === "id" ? undefined : COLUMN[orderBy];
  if (cursor !== undefined) conditions.push(behind(cursor, orderBy, column));
  const statement = sql`SELECT id, encode(incarnation, 'hex') AS incarnation,
      ${milliseconds(raw("r.created_at"))} AS created_at, ${milliseconds(raw("r.updated_at"))} AS updated_at,
      summary::text AS summary
    FROM ${tables.repositories} AS r WHERE ${join(conditions, " AND ")}
    ORDER BY ${column ? sql`${column} DESC, r.id` : raw("r.id")} LIMIT ${int(limit + 1)}`;
  const rows = await read(encoded, statement, COLUMNS, options);
  const repositories = rows.slice(0, limit).map((row) => ({
    id: decodeText(row.id as string),
    incarnation: row.incarnation as string,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    ...(row.summary === null ? {} : { summary: row.summary as string }),
  }));
  const last = repositories.at(-1);
  if (rows.length <= limit || last === undefined) return { repositories };
  const at = orderBy === "id" ? 0 : last[orderBy];
  return { repositories, cursor: writeCursor([orderBy, at, last.id]) };
}

const COLUMN = { createdAt: raw("r.created_at"), updatedAt: raw("r.updated_at") };

function beginsWith(prefix: string): Sql[] {
  const next = successor(prefix);
  const from = sql`r.id >= ${bind(prefix)}`;
  return next === undefined ? [from] : [from, sql`r.id < ${bind(next)}`];
}

function behind(cursor: string, orderBy: string, column: Sql | undefined): Sql {
  const [order, at, id] = readCursor(cursor);
  if (order !== orderBy || typeof at !== "number" || typeof id !== "string") {
    throw corrupt(
      `cursor ${JSON.stringify(cursor)} is not of a list of repositories by ${orderBy}`,
    );
  }
  const later = sql`r.id > ${bind(encodeText(id))}`;
  if (column === undefined) return later;
  const moment = time(bind(String(at)));
  return sql`(${column} < ${moment} OR (${column} = ${moment} AND ${later}))`;
}
