// The SQLite database of a Durable Object. Its limits: developers.cloudflare.com/durable-objects/platform/limits.
import type { SqliteDriver, SqlRow, SqlStatement, SqlValue } from "../driver.js";

/** The `ctx.storage` of a Durable Object whose class has SQL, as far as it is used here. */
export interface DurableObjectStorageLike {
  readonly sql: { exec(query: string, ...values: SqlValue[]): SqlCursor };
  transactionSync<R>(run: () => R): R;
  sync(): Promise<void>;
}

/** What `exec` gives. */
interface SqlCursor {
  raw(): Iterable<readonly unknown[]>;
  readonly rowsWritten: number;
}

/** A value, and a row, can have 2,000,000 bytes; this leaves room for the rest of the row. */
export const DURABLE_OBJECT_VALUE_BYTES = 1_990_000;

/** The driver of a storage. `strict`: a batch resolves when it is on the disk. */
export function durableObjectDriver(
  storage: DurableObjectStorageLike,
  strict: boolean,
): SqliteDriver {
  const run = ({ sql, values }: SqlStatement) => storage.sql.exec(sql, ...values);
  return {
    name: "Durable Object",
    maxParameters: 100,
    maxValueBytes: DURABLE_OBJECT_VALUE_BYTES,
    remote: false,
    rows: (statement): readonly SqlRow[] =>
      Array.from(run(statement).raw(), (row) => row.map(toSqlValue)),
    batch(statements) {
      // With those of indexes: what callers ask is whether there were any.
      const changes = storage.transactionSync(() =>
        statements.map((statement) => run(statement).rowsWritten),
      );
      return strict ? storage.sync().then(() => changes) : changes;
    },
  };
}

function toSqlValue(value: unknown): SqlValue {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : (value as SqlValue);
}
