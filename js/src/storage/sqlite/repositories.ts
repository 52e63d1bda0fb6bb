// Repositories: their row, whose key is never given again, and the rows of all else that has that key.
import { VarveError } from "../../errors.js";
import type {
  RepositoryAddress,
  RepositoryKey,
  RepositoryPage,
  RepositoryQuery,
  RepositoryRow,
} from "../../types/storage.js";
import { storageError } from "../errors.js";
import type { Database } from "./database.js";
import type { SqlRow, SqlValue } from "./driver.js";

/** The keys of repositories, looked up once. */
export interface Keys {
  /** Errors: `Closed`, if the repository is not there. It may be gone all the same: see `assertThere`. */
  of(repository: RepositoryKey, signal?: AbortSignal): Promise<number>;
  /** The key, where it was looked up before. */
  known(repository: RepositoryKey): number | undefined;
  /** For what found nothing. Errors: `Closed`, if the repository is gone. */
  assertThere(repository: RepositoryKey, key: number, signal?: AbortSignal): Promise<void>;
  /** Takes a key out of the memory. */
  forget(repository: RepositoryKey): void;
}

/** Keys kept in memory. */
const KEPT = 10_000;

/** What a call on a repository that is gone fails with. */
export function goneError({ id }: RepositoryAddress): VarveError<"Closed"> {
  return storageError("Closed", `repository ${JSON.stringify(id)} was deleted`);
}

/** The keys of a database's repositories. */
export function keysOf(database: Database): Keys {
  const { repositories } = database.tables;
  const known = new Map<string, number>();
  const name = ({ workspace, id, incarnation }: RepositoryKey) =>
    `${incarnation}${workspace.length}:${workspace}${id}`;
  const forget = (repository: RepositoryKey) => void known.delete(name(repository));
  return {
    forget,
    known: (repository) => known.get(name(repository)),
    async of(repository, signal) {
      const kept = known.get(name(repository));
      if (kept !== undefined) return kept;
      const { workspace, id, incarnation } = repository;
      const sql = `SELECT key FROM ${repositories} WHERE workspace = ? AND id = ? AND incarnation = ?`;
      const [row] = await database.rows(sql, [workspace, id, incarnation], signal);
      if (row === undefined) throw goneError(repository);
      if (known.size >= KEPT) known.clear();
      known.set(name(repository), row[0] as number);
      return row[0] as number;
    },
    async assertThere(repository, key, signal) {
      const sql = `SELECT 1 FROM ${repositories} WHERE key = ?`;
      if ((await database.rows(sql, [key], signal)).length > 0) return;
      forget(repository);
      throw goneError(repository);
    },
  };
}

/** See `StorageAdapter.createRepository`. */
export async function createRepository(
  database: Database,
  address: RepositoryAddress,
  incarnation: string,
  at: number,
  signal?: AbortSignal,
): Promise<string> {
  const { workspace, id } = address;
  const sql = `INSERT INTO ${database.tables.repositories} (workspace, id, incarnation, created_at, updated_at)
VALUES (?, ?, ?, ?, ?) ON CONFLICT (workspace, id) DO NOTHING`;
  for (;;) {
    const found = await findRepository(database, address, signal);
    if (found !== undefined) return found;
    await database.batch([{ sql, values: [workspace, id, incarnation, at, at] }], signal);
  }
}

/** See `StorageAdapter.findRepository`. */
export async function findRepository(
  database: Database,
  { workspace, id }: RepositoryAddress,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const sql = `SELECT incarnation FROM ${database.tables.repositories} WHERE workspace = ? AND id = ?`;
  const [row] = await database.rows(sql, [workspace, id], signal);
  return row?.[0] as string | undefined;
}

/** See `StorageAdapter.deleteRepository`. */
export async function deleteRepository(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  signal?: AbortSignal,
): Promise<boolean> {
  const { workspace, id, incarnation } = repository;
  const t = database.tables;
  const values = [workspace, id, incarnation];
  const which = "workspace = ? AND id = ? AND incarnation = ?";
  const parts = [
    t.journal,
    t.blobs,
    t.logs,
    t.checkpoints,
    t.segments,
    t.commits,
    t.refs,
    t.annotations,
  ].map((table) => ({
    sql: `DELETE FROM ${table} WHERE repository = (SELECT key FROM ${t.repositories} WHERE ${which})`,
    values,
  }));
  const itself = { sql: `DELETE FROM ${t.repositories} WHERE ${which}`, values };
  const result = await database.batch([...parts, itself], signal);
  keys.forget(repository);
  if (result.changes !== undefined) return (result.changes.at(-1) ?? 0) > 0;
  throw storageError("Unavailable", "rows of other tables point to the repository", {
    cause: result.aborted,
  });
}

/** See `StorageAdapter.listRepositories`. */
export async function listRepositories(
  database: Database,
  workspace: string,
  { prefix = "", orderBy = "id", cursor, limit }: RepositoryQuery,
  signal?: AbortSignal,
): Promise<RepositoryPage> {
  const where = ["workspace = ?"];
  const values: SqlValue[] = [workspace];
  const only = (condition: string, ...bound: SqlValue[]) => {
    where.push(condition);
    values.push(...bound);
  };
  if (prefix !== "") {
    only("id >= ?", prefix);
    const end = endOfPrefix(prefix);
    if (end !== undefined) only("id < ?", end);
  }
  const time = orderBy === "updatedAt" ? "updated_at" : "created_at";
  if (cursor !== undefined) {
    const { id, at } = placeOf(cursor);
    if (orderBy === "id") only("id > ?", id);
    else only(`(${time} < ? OR (${time} = ? AND id > ?))`, at, at, id);
  }
  // As a blob: one driver ends texts at the first NUL.
  const sql = `SELECT CAST(id AS BLOB), incarnation, created_at, updated_at, summary
FROM ${database.tables.repositories} WHERE ${where.join(" AND ")}
ORDER BY ${orderBy === "id" ? "id" : `${time} DESC, id`} LIMIT ?`;
  const rows = await database.rows(sql, [...values, limit + 1], signal);
  const repositories = rows.slice(0, limit).map(repositoryOf);
  const last = repositories.at(-1);
  if (rows.length <= limit || last === undefined) return { repositories };
  const at = orderBy === "updatedAt" ? last.updatedAt : last.createdAt;
  return { repositories, cursor: JSON.stringify([last.id, at]) };
}

function repositoryOf([id, incarnation, createdAt, updatedAt, summary]: SqlRow): RepositoryRow {
  return {
    id: new TextDecoder("utf-8", { ignoreBOM: true }).decode(id as Uint8Array),
    incarnation: incarnation as string,
    createdAt: createdAt as number,
    updatedAt: updatedAt as number,
    ...(typeof summary === "string" && { summary }),
  };
}

/**
 * The least text behind all that begin with a prefix, by code points, which is how UTF-8 is ordered.
 * Undefined: nothing is behind them.
 */
function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

function placeOf(cursor: string): { id: string; at: number } {
  try {
    const [id, at] = JSON.parse(cursor);
    if (typeof id === "string" && typeof at === "number") return { id, at };
  } catch {
    // Not one of ours, as is said below.
  }
  throw cursorError(cursor);
}

/** The error for a cursor that no page gave. */
export function cursorError(cursor: string): VarveError<"Validation"> {
  const expected = "the cursor of a page of the same query";
  return new VarveError("Validation", `the cursor is ${cursor}, expected ${expected}`, {
    pointer: "/cursor",
    expected,
  });
}
