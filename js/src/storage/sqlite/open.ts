// Which driver: the one of what was handed in, or for a file the first that is there.
import { VarveError } from "../../errors.js";
import { storageError } from "../errors.js";
import { LOCAL_VALUE_BYTES, type Source, type SqliteDriver } from "./driver.js";
import { type BetterDatabase, betterConnection, openBetter } from "./drivers/better.js";
import { type BunDatabase, bunConnection, openBun } from "./drivers/bun.js";
import { D1_VALUE_BYTES, type D1Binding, d1Driver } from "./drivers/d1.js";
import { type LibsqlClient, libsqlDriver, openLibsql } from "./drivers/libsql.js";
import { type Connection, type LocalOptions, localDriver } from "./drivers/local.js";
import { type NodeDatabase, nodeConnection, openNode } from "./drivers/node.js";

/** The packages that can open a file. */
export type SqlitePackage = "node:sqlite" | "bun:sqlite" | "better-sqlite3" | "@libsql/client";

/**
 * What a store can keep its tables in: the path of a file (`:memory:` for none), an open database of
 * `node:sqlite`, `better-sqlite3`, `bun:sqlite` or `@libsql/client`, a binding of Cloudflare D1, or a
 * driver of your own.
 */
export type SqliteDatabase =
  | string
  | NodeDatabase
  | BetterDatabase
  | BunDatabase
  | LibsqlClient
  | D1Binding
  | { readonly driver: SqliteDriver };

/** Where to keep tables. Errors: `Validation`, if it is nothing of what `SqliteDatabase` says. */
export function sourceOf(
  database: SqliteDatabase,
  wanted: SqlitePackage | undefined,
  strict: boolean,
): Source {
  const durability = strict ? "strict" : "relaxed";
  const local = { durability, multiWriter: true, maxValueBytes: LOCAL_VALUE_BYTES } as const;
  const memory = { ...local, durability: "memory", multiWriter: false } as const;
  if (typeof database === "string") {
    const options = { strict, own: true };
    const open = () => openPath(database, wanted, options);
    return { ...(database === ":memory:" || database === "" ? memory : local), open };
  }
  const options = { strict, own: false };
  if (isDriver(database)) {
    const { driver } = database;
    return { ...local, maxValueBytes: driver.maxValueBytes, open: async () => driver };
  }
  if (isD1(database)) {
    const open = async () => d1Driver(database);
    return { ...local, durability: "strict", maxValueBytes: D1_VALUE_BYTES, open };
  }
  if (isLibsql(database)) return { ...local, open: () => libsqlDriver(database, options) };
  const connection = connectionOf(database);
  return { ...local, open: async () => localDriver(connection, options) };
}

function isDriver(value: object): value is { readonly driver: SqliteDriver } {
  return "driver" in value;
}

const has = (value: object, ...names: string[]): boolean =>
  names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");

function isD1(value: object): value is D1Binding {
  return has(value, "prepare", "batch");
}

function isLibsql(value: object): value is LibsqlClient {
  return has(value, "execute", "batch");
}

function connectionOf(value: object): Connection {
  if (has(value, "prepare", "pragma")) return betterConnection(value as BetterDatabase);
  if (has(value, "prepare", "query")) return bunConnection(value as BunDatabase);
  if (has(value, "prepare", "exec")) return nodeConnection(value as NodeDatabase);
  const expected = "the path of a file, an open database, a D1 binding, or { driver }";
  throw new VarveError("Validation", `this is no database that is known; expected ${expected}`, {
    pointer: "",
    expected,
  });
}

/** The packages, the first choice first. Each answers undefined where it is not there. */
const PACKAGES: Readonly<
  Record<SqlitePackage, (path: string, options: LocalOptions) => Promise<SqliteDriver | undefined>>
> = {
  "node:sqlite": async (path, options) => local(openNode(path), nodeConnection, options),
  "bun:sqlite": async (path, options) => local(await openBun(path), bunConnection, options),
  "better-sqlite3": async (path, options) =>
    local(await openBetter(path), betterConnection, options),
  "@libsql/client": async (path, options) => {
    const client = await openLibsql(path);
    return client && (await closingOnFailure(client, () => libsqlDriver(client, options)));
  },
};

async function openPath(
  path: string,
  wanted: SqlitePackage | undefined,
  options: LocalOptions,
): Promise<SqliteDriver> {
  const names = wanted ? [wanted] : (Object.keys(PACKAGES) as SqlitePackage[]);
  for (const name of names) {
    const driver = await PACKAGES[name](path, options);
    if (driver !== undefined) return driver;
  }
  const message =
    wanted === undefined
      ? "nothing here opens SQLite files; use Node 22.5 or newer or Bun, install better-sqlite3 or @libsql/client, or in a Worker hand in a binding of D1"
      : `${wanted} is not here; install it, or leave the choice of the driver to varve`;
  throw storageError("Unavailable", message);
}

async function local<D extends { close(): unknown }>(
  database: D | undefined,
  connect: (database: D) => Connection,
  options: LocalOptions,
): Promise<SqliteDriver | undefined> {
  if (database === undefined) return undefined;
  return closingOnFailure(database, async () => localDriver(connect(database), options));
}

/** Another process may hold the file while it is set up: what was opened is not left behind. */
async function closingOnFailure<R>(
  opened: { close(): unknown },
  setUp: () => Promise<R>,
): Promise<R> {
  try {
    return await setUp();
  } catch (error) {
    opened.close();
    throw error;
  }
}
