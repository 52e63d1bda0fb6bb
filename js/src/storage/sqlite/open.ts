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
  if (wanted !== undefined && !Object.hasOwn(PACKAGES, wanted)) {
    throw invalid("/driver", `driver is one of ${Object.keys(PACKAGES).join(", ")}`);
  }
  if (typeof database === "string") {
    if (database === "" || database.includes("\0")) {
      throw invalid("", "the path of a file is not empty, and has no NUL in it");
    }
    const options = { strict, own: true };
    const open = () => openPath(database, wanted, options);
    return { ...(database === ":memory:" ? memory : local), open };
  }
  if (typeof database !== "object" || database === null) throw unknown();
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
  const kind = isInMemory(database) ? memory : local;
  return { ...kind, open: async () => localDriver(connection, options) };
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
  throw unknown();
}

/** Whether an open database says that it is in memory: one tells its place, others their name. */
function isInMemory(database: object): boolean {
  const { location, memory, name, filename } = database as {
    location?(): string | null;
    memory?: boolean;
    name?: string;
    filename?: string;
  };
  if (memory === true || name === ":memory:" || filename === ":memory:") return true;
  try {
    return typeof location === "function" && location.call(database) === null;
  } catch {
    return false; // it is not open: the first call says so
  }
}

function unknown(): VarveError<"Validation"> {
  const expected = "the path of a file, an open database, a D1 binding, or { driver }";
  return invalid("", `this is no database that is known; expected ${expected}`, expected);
}

/** What makes no sense among the arguments. */
export function invalid(
  pointer: string,
  message: string,
  expected?: string,
): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer, ...(expected && { expected }) });
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
