// `bun:sqlite`.
import type { SqlRow, SqlValue } from "../driver.js";
import { load } from "./load.js";
import type { Connection } from "./local.js";

/** A `Database` of `bun:sqlite`, as far as it is used here. */
export interface BunDatabase {
  prepare(sql: string): unknown;
  query(sql: string): unknown;
  close(): void;
  readonly inTransaction: boolean;
}

interface BunStatement {
  values(...values: SqlValue[]): unknown[][] | null;
  run(...values: SqlValue[]): { changes: number };
  safeIntegers?(on: boolean): unknown;
  finalize(): void;
}

/** Opens a file, where this runtime is Bun. */
export async function openBun(path: string): Promise<BunDatabase | undefined> {
  if (!("Bun" in globalThis)) return undefined;
  const module = await load("bun:sqlite");
  if (module === undefined) return undefined;
  const Database = module.Database as new (path: string) => BunDatabase;
  return new Database(path);
}

/** A connection of `bun:sqlite`. */
export function bunConnection(database: BunDatabase): Connection {
  return {
    name: "bun:sqlite",
    inTransaction: () => database.inTransaction,
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql) as BunStatement;
      statement.safeIntegers?.(false);
      return {
        all: (values) => (statement.values(...values) ?? []) as readonly SqlRow[],
        run: (values) => statement.run(...values).changes,
        finalize: () => statement.finalize(),
      };
    },
  };
}
