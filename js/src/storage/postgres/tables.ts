// What the tables are called, and how the rows of a repository are found in them.
import type { RepositoryKey } from "../../types/storage.js";
import { encodeText } from "./names.js";
import { type Bound, bind, raw, type Sql, sql } from "./sql.js";

const NAMES = [
  "schema_versions",
  "repositories",
  "journal",
  "blobs",
  "logs",
  "checkpoints",
  "segments",
  "commits",
  "refs",
  "annotations",
] as const;

/** Tables that hold rows of workspaces. */
export const TENANT_TABLES: readonly string[] = NAMES.slice(1);

/** Every table, quoted and with its schema. */
export type Tables = { readonly [N in (typeof NAMES)[number]]: Sql };

/** The tables of a schema. */
export function tablesOf(schema: string): Tables {
  const entries = NAMES.map((name) => [name, raw(`${identifier(schema)}.${name}`)]);
  return Object.fromEntries(entries) as Tables;
}

/** A schema's name, quoted. Throws a `TypeError` for what is none. */
export function identifier(schema: string): string {
  if (/^(?!pg_)[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(schema)) return `"${schema}"`;
  throw new TypeError(
    `schema ${JSON.stringify(schema)} is not a name of up to 63 letters, digits and underscores`,
  );
}

/** The parameters that tell one repository. */
export interface Key {
  readonly workspace: Bound;
  readonly id: Bound;
  readonly incarnation: Bound;
}

/** Binds a repository's key. */
export function keyOf({ workspace, id, incarnation }: RepositoryKey): Key {
  return {
    workspace: bind(encodeText(workspace)),
    id: bind(encodeText(id)),
    incarnation: bind(incarnation),
  };
}

/** The key as columns of a `SELECT`. */
export function keyColumns({ workspace, id, incarnation }: Key): Sql {
  return sql`${workspace}, ${id}, decode(${incarnation}, 'hex')`;
}

/** Whether a row of a table but `repositories` is the repository's. */
export function owned(alias: string, { workspace, id, incarnation }: Key): Sql {
  const row = raw(alias);
  return sql`${row}.workspace = ${workspace} AND ${row}.repository = ${id} AND ${row}.incarnation = decode(${incarnation}, 'hex')`;
}

/** Whether a row of `repositories` is the repository. */
export function isRepository(alias: string, { workspace, id, incarnation }: Key): Sql {
  const row = raw(alias);
  return sql`${row}.workspace = ${workspace} AND ${row}.id = ${id} AND ${row}.incarnation = decode(${incarnation}, 'hex')`;
}

/**
 * `alive AS (…)`, for a `WITH`: one row if the repository lives, which is then locked to the end of the
 * statement, so that it cannot be deleted meanwhile. Waits for who is deleting it, and then sees that
 * it is gone.
 */
export function alive(tables: Tables, key: Key, lock: "NO KEY UPDATE" | "KEY SHARE"): Sql {
  return sql`alive AS (
    SELECT r.id FROM ${tables.repositories} AS r WHERE ${isRepository("r", key)} FOR ${raw(lock)}
  )`;
}
