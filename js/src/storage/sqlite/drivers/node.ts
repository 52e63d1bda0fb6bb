// `node:sqlite`, from Node 22.5 on.
import type { SqlRow, SqlValue } from "../driver.js";
import type { Connection } from "./local.js";

/** A `DatabaseSync` of `node:sqlite`, as far as it is used here. */
export interface NodeDatabase {
  prepare(sql: string): unknown;
  exec(sql: string): void;
  close(): void;
  readonly isTransaction?: boolean;
}

interface NodeStatement {
  all(...values: SqlValue[]): unknown[];
  run(...values: SqlValue[]): { changes: number | bigint };
  setReadBigInts(on: boolean): void;
  setReturnArrays?(on: boolean): void;
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => NodeDatabase;
}

interface Builtins {
  getBuiltinModule?(name: string): unknown;
}

/** Opens a file, where this runtime has `node:sqlite`. Asked for at run time: no bundler sees it. */
export function openNode(path: string): NodeDatabase | undefined {
  const { process } = globalThis as { process?: Builtins };
  const module = process?.getBuiltinModule?.("node:sqlite") as NodeSqlite | undefined;
  return module && new module.DatabaseSync(path);
}

/** A connection of `node:sqlite`. */
export function nodeConnection(database: NodeDatabase): Connection {
  let open = false; // for Node 22 before 22.16, which does not tell
  return {
    name: "node:sqlite",
    inTransaction: () => database.isTransaction ?? open,
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql) as NodeStatement;
      statement.setReadBigInts(false);
      const arrays = statement.setReturnArrays !== undefined;
      statement.setReturnArrays?.(true);
      const follow = () => {
        if (sql === "BEGIN IMMEDIATE") open = true;
        if (sql === "COMMIT" || sql === "ROLLBACK") open = false;
      };
      return {
        all(values) {
          const rows = statement.all(...values);
          follow();
          return (arrays ? rows : rows.map((row) => Object.values(row as object))) as SqlRow[];
        },
        run(values) {
          const { changes } = statement.run(...values);
          follow();
          return Number(changes);
        },
      };
    },
  };
}
