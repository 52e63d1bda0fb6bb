// The client of libSQL, for a file or a server. It is asynchronous, and a batch is one transaction.
import { LOCAL_VALUE_BYTES, type SqliteDriver, type SqlRow, type SqlValue } from "../driver.js";
import { load } from "./load.js";
import type { LocalOptions } from "./local.js";

/** A `Client` of `@libsql/client`, as far as it is used here. */
export interface LibsqlClient {
  execute(statement: { sql: string; args: SqlValue[] }): Promise<{ rows: unknown[] }>;
  batch(
    statements: { sql: string; args: SqlValue[] }[],
    mode: "write",
  ): Promise<{ rowsAffected: number }[]>;
  close(): void;
  readonly protocol: string;
}

/** What travels to a server does so in one request, as base64. */
const REMOTE_VALUE_BYTES = 16_000_000;

/** Opens a file, where the package is installed. */
export async function openLibsql(path: string): Promise<LibsqlClient | undefined> {
  const module = await load("@libsql/client");
  if (module === undefined) return undefined;
  const createClient = module.createClient as (config: { url: string }) => LibsqlClient;
  const escaped = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  return createClient({ url: path === ":memory:" ? path : `file:${escaped}` });
}

/** The driver of a client. */
export async function libsqlDriver(
  client: LibsqlClient,
  { strict, own }: LocalOptions,
): Promise<SqliteDriver> {
  const rows = async (sql: string, values: readonly SqlValue[] = []) => {
    const result = await client.execute({ sql, args: [...values] });
    return result.rows.map((row) => Array.from(row as ArrayLike<unknown>, toSqlValue));
  };
  const local = client.protocol === "file";
  if (local) {
    if (own) {
      await rows("PRAGMA busy_timeout = 5");
      await rows("PRAGMA journal_mode = WAL");
      await rows("PRAGMA foreign_keys = ON");
    }
    await rows(`PRAGMA synchronous = ${strict ? "FULL" : "NORMAL"}`);
    await rows("PRAGMA secure_delete = ON");
  }
  const driver: SqliteDriver = {
    name: "@libsql/client",
    maxParameters: 32_766,
    maxValueBytes: local ? LOCAL_VALUE_BYTES : REMOTE_VALUE_BYTES,
    remote: true,
    rows: ({ sql, values }): Promise<readonly SqlRow[]> => rows(sql, values),
    async batch(statements) {
      const wanted = statements.map(({ sql, values }) => ({ sql, args: [...values] }));
      const results = await client.batch(wanted, "write");
      return results.map(({ rowsAffected }) => rowsAffected);
    },
  };
  return {
    ...driver,
    ...(local && {
      vacuum: async () => void (await rows("VACUUM")),
      emptyLog: async () => (await rows("PRAGMA wal_checkpoint(TRUNCATE)"))[0]?.[0] !== 1,
    }),
    ...(own && { close: () => client.close() }),
  };
}

function toSqlValue(value: unknown): SqlValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return typeof value === "bigint" ? Number(value) : (value as SqlValue);
}
