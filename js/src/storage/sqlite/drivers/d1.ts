// Cloudflare D1. Its limits: developers.cloudflare.com/d1/platform/limits.
import type { SqliteDriver, SqlRow, SqlStatement, SqlValue } from "../driver.js";

/** A `D1Database` or a session of one, as far as it is used here. */
export interface D1Binding {
  prepare(sql: string): unknown;
  batch(statements: never[]): Promise<unknown[]>;
}

interface D1Statement {
  bind(...values: SqlValue[]): D1Statement;
  raw(): Promise<unknown[][]>;
}

/** A value, and a row, can have 2,000,000 bytes; this leaves room for the rest of the row. */
export const D1_VALUE_BYTES = 1_990_000;

/** The driver of a binding. */
export function d1Driver(database: D1Binding): SqliteDriver {
  const bound = ({ sql, values }: SqlStatement) => {
    const statement = database.prepare(sql) as D1Statement;
    return values.length === 0 ? statement : statement.bind(...values);
  };
  return {
    name: "D1",
    maxParameters: 100,
    maxValueBytes: D1_VALUE_BYTES,
    remote: true,
    async rows(statement): Promise<readonly SqlRow[]> {
      const rows = await bound(statement).raw();
      return rows.map((row) => row.map(toSqlValue));
    },
    async batch(statements) {
      const results = (await database.batch(statements.map(bound) as never[])) as {
        meta?: { changes?: number };
      }[];
      return results.map(({ meta }) => meta?.changes ?? 0);
    },
  };
}

/** Blobs come as lists of numbers. */
function toSqlValue(value: unknown): SqlValue {
  if (Array.isArray(value)) return Uint8Array.from(value);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : (value as SqlValue);
}
