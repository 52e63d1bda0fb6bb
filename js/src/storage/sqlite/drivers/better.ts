// `better-sqlite3`, and what has its shape, as `libsql`.
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

/** Opens a file, where the package is installed. */
export async function openBetter(path: string): Promise<BetterDatabase | undefined> {
  const module = await load("better-sqlite3");
  if (module === undefined) return undefined;
  const Database = module.default as new (path: string) => BetterDatabase;
  return new Database(path);
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
