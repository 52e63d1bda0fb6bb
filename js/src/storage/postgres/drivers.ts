// The drivers: what they have in common, how each is recognised by its shape, and how one that is
// installed is loaded.
import type { Durability } from "../../types/storage.js";
import { storageError } from "../errors.js";
import type { Param } from "./sql.js";

/** A row: texts by column. */
export interface PostgresRow {
  readonly [column: string]: string | null;
}

/** All that a driver has to do. */
export interface PostgresDriver {
  /**
   * Runs one statement, in a transaction of its own, with `$1`, `$2` … in it. Parameters are text or
   * null, and every result column is `text`. Rejects with the driver's error, whose `code` is the
   * SQLSTATE if the server gave one. Without parameters it may be sent as it is.
   */
  query(text: string, params: readonly (string | null)[]): Promise<readonly PostgresRow[]>;
  /** Lets go of the connections. Only called for drivers that were opened from a URL. */
  close?(): Promise<void>;
  /** What a resolved write survives. Default: `strict`. */
  readonly durability?: Durability;
}

type Rows = readonly PostgresRow[];

/** A pool or client of `pg`, or of `@neondatabase/serverless` over WebSockets; or a PGlite. */
export interface QueryObject {
  query(text: string, params?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The `sql` of `postgres` (postgres.js). */
export interface PostgresJs {
  unsafe(
    text: string,
    params?: never[],
    options?: { prepare?: boolean },
  ): PromiseLike<readonly unknown[]>;
  /** Only looked for, to tell drivers apart. */
  begin(...values: never[]): unknown;
}

/** The `sql` of `neon(url)` of `@neondatabase/serverless`, version 1 and later. */
export interface NeonSql {
  query(text: string, params?: never[], options?: object): PromiseLike<unknown>;
  /** Only looked for, to tell drivers apart. */
  transaction(...values: never[]): unknown;
}

/** What `postgres()` can work with. */
export type PostgresConnection =
  | string
  | QueryObject
  | PostgresJs
  | NeonSql
  | { readonly driver: PostgresDriver };

type Shape = Partial<Record<string, unknown>>;
type Query = (text: string, params: readonly Param[], options?: object) => PromiseLike<unknown>;

/**
 * The driver of what was given. `prepare`: whether postgres.js may use named statements. Throws a
 * `TypeError` for what is none.
 */
export function driverOf(
  given: Exclude<PostgresConnection, string>,
  prepare: boolean,
): PostgresDriver {
  const shape = given as unknown as Shape;
  const isFunction = typeof given === "function";
  const method = (name: string) =>
    typeof shape?.[name] === "function" ? (shape[name] as Query).bind(given) : undefined;
  const query = method("query");
  const unsafe = method("unsafe");
  if (isFunction && query && method("transaction")) return neonDriver(query);
  if (isFunction && unsafe && method("begin")) return postgresJsDriver(unsafe, prepare);
  if (!isFunction && query) {
    const isPglite = method("exec") !== undefined && "dataDir" in shape;
    const durability = isPglite ? pgliteDurability(shape.dataDir) : "strict";
    return { durability, query: async (text, params) => rowsOf(await query(text, params)) };
  }
  const own = shape?.driver as PostgresDriver | undefined;
  if (typeof own?.query === "function") return own;
  throw new TypeError(
    "not a PostgreSQL connection: give a URL, an open pool or client of pg, the sql of postgres or neon(), a PGlite, or { driver }",
  );
}

/** The server's process is this one: what it wrote is as safe as its file system makes it. */
function pgliteDurability(directory: unknown): Durability {
  const inMemory = typeof directory !== "string" || /^(?:memory:|$)/.test(directory);
  return inMemory ? "memory" : "relaxed";
}

function rowsOf(result: unknown): Rows {
  return (Array.isArray(result) ? result : (result as { rows: Rows }).rows) as Rows;
}

function neonDriver(query: Query): PostgresDriver {
  const plain = { arrayMode: false, fullResults: false }; // whatever neon() was told
  return { query: async (text, params) => rowsOf(await query(text, params, plain)) };
}

function postgresJsDriver(unsafe: Query, prepare: boolean): PostgresDriver {
  return { query: async (text, params) => rowsOf(await unsafe(text, params, { prepare })) };
}

/** The drivers that a URL is opened with, in the order in which they are looked for. */
const INSTALLED: readonly (readonly [
  string,
  (module: Shape, url: string, prepare: boolean) => PostgresDriver,
])[] = [
  ["pg", openPg],
  ["postgres", openPostgresJs],
  ["@neondatabase/serverless", openNeon],
];

/** Opens a URL with the first driver that is installed. `Unavailable`: there is none. */
export async function openUrl(url: string, prepare: boolean): Promise<PostgresDriver> {
  let cause: unknown;
  for (const [name, open] of INSTALLED) {
    let module: Shape;
    try {
      // Named by a variable: a bundler must not insist on the drivers that are not installed.
      module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as Shape;
    } catch (error) {
      cause = error;
      continue;
    }
    return open(module, url, prepare);
  }
  const message = "no driver for PostgreSQL is installed: npm install pg";
  throw storageError("Unavailable", message, { cause });
}

function openPg(module: Shape, connectionString: string): PostgresDriver {
  const { Pool } = (module.default ?? module) as { Pool: new (options: object) => PgPool };
  const pool = new Pool({ connectionString, keepAlive: true });
  pool.on("error", () => {}); // an idle connection was lost: the pool opens another
  return { ...driverOf(pool, false), close: () => pool.end() };
}

interface PgPool extends QueryObject {
  on(event: "error", listener: () => void): void;
  end(): Promise<void>;
}

function openPostgresJs(module: Shape, url: string, prepare: boolean): PostgresDriver {
  const open = module.default as (url: string, options: object) => PostgresJs & Ending;
  const sql = open(url, { prepare, fetch_types: false, onnotice: () => {} });
  return { ...driverOf(sql, prepare), close: () => sql.end() };
}

interface Ending {
  end(): Promise<void>;
}

function openNeon(module: Shape, url: string): PostgresDriver {
  const neon = module.neon as (url: string) => NeonSql;
  return driverOf(neon(url), false);
}
