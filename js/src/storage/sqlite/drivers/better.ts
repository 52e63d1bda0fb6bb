// `better-sqlite3`, and what has its shape, as `libsql`.
import { storageError } from "../../errors.js";
import type { SqlRow, SqlValue } from "../driver.js";
import { load } from "./load.js";
import type { Connection } from "./local.js";

/** A `Database` of `better-sqlite3`, as far as it is used here. */
export interface BetterDatabase {
  prepare(sql: string): unknown;
  pragma(source: string): unknown;
  close(): unknown;
  readonly inTransaction: boolean;
}

interface BetterStatement {
  readonly reader: boolean;
  raw(on: boolean): BetterStatement;
  safeIntegers(on: boolean): BetterStatement;
  all(...values: SqlValue[]): unknown[];
  run(...values: SqlValue[]): { changes: number };
}

/** Opens a file, where the package is installed. Errors: `Unavailable`, if it is made for a newer Node. */
export async function openBetter(path: string): Promise<BetterDatabase | undefined> {
  const module = await load("better-sqlite3");
  if (module === undefined) return undefined;
  await assertMadeForThisNode();
  const Database = module.default as new (path: string) => BetterDatabase;
  return new Database(path);
}

/** Under an older Node than it wants, better-sqlite3 13 does not fail: it ends the process. */
async function assertMadeForThisNode(): Promise<void> {
  const { process } = globalThis as unknown as NodeGlobal;
  const here = process.versions.node;
  const { createRequire } = (await load("node:module")) as unknown as NodeModule;
  const { version, engines } = manifest(createRequire(`${process.cwd()}/`));
  const wanted = Number(/^>=\s*(\d+)/.exec(engines?.node ?? "")?.[1] ?? 0);
  if (Number.parseInt(here, 10) >= wanted) return;
  const message = `better-sqlite3 ${version} is made for Node ${wanted} or newer, and this is ${here}; use a newer Node, or better-sqlite3 12`;
  throw storageError("Unavailable", message);
}

interface NodeGlobal {
  readonly process: { readonly versions: { readonly node: string }; cwd(): string };
}

interface NodeModule {
  createRequire(path: string): (name: string) => unknown;
}

interface Manifest {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
}

/** Nothing is known where it is bundled, or installed out of the application's reach. */
function manifest(require: (name: string) => unknown): Manifest {
  try {
    return require("better-sqlite3/package.json") as Manifest;
  } catch {
    return {};
  }
}

/** A connection of `better-sqlite3`. */
export function betterConnection(database: BetterDatabase): Connection {
  return {
    name: "better-sqlite3",
    inTransaction: () => database.inTransaction,
    close: () => void database.close(),
    prepare(sql) {
      const statement = (database.prepare(sql) as BetterStatement).safeIntegers(false);
      if (statement.reader) statement.raw(true);
      return {
        all(values) {
          if (statement.reader) return statement.all(...values) as SqlRow[];
          statement.run(...values);
          return [];
        },
        run: (values) => statement.run(...values).changes,
      };
    },
  };
}
