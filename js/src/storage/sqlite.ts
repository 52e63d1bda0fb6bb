// `varve/storage/sqlite`: repositories in a SQLite database, through whichever driver is there.
import type { StorageAdapter } from "../types/storage.js";
import { type SqliteDatabase, type SqlitePackage, sourceOf } from "./sqlite/open.js";
import { sqliteStore } from "./sqlite/store.js";

export type { SqliteDriver, SqlRow, SqlStatement, SqlValue } from "./sqlite/driver.js";
export type { BetterDatabase } from "./sqlite/drivers/better.js";
export type { BunDatabase } from "./sqlite/drivers/bun.js";
export type { D1Binding } from "./sqlite/drivers/d1.js";
export type { LibsqlClient } from "./sqlite/drivers/libsql.js";
export type { NodeDatabase } from "./sqlite/drivers/node.js";
export type { SqliteDatabase, SqlitePackage } from "./sqlite/open.js";
export { sqliteSchema } from "./sqlite/schema.js";

/** How to use a database. */
export interface SqliteOptions {
  /**
   * What a resolved write survives: `strict` (default) the loss of power, `relaxed` the end of the
   * process. D1 and servers of libSQL decide that themselves.
   */
  readonly durability?: "strict" | "relaxed" | undefined;
  /** Which package opens a file. Default: the first that is there. */
  readonly driver?: SqlitePackage | undefined;
  /** What the names of tables begin with. Default: `varve_`. */
  readonly tablePrefix?: string | undefined;
  /** Whether the first call brings the tables up to date. Default: true. */
  readonly migrate?: boolean | undefined;
  /** How long a call waits while others hold the database, in ms. Default: 10 000. */
  readonly busyTimeout?: number | undefined;
}

/**
 * A store in a SQLite database: the path of a file, an open database, a binding of Cloudflare D1, or
 * `{ driver }`. Nothing is opened before the first call. `close` leaves open what was handed in.
 *
 * Errors: `Validation`, for a prefix that is none or a database that is not known.
 */
export function sqlite(
  location: SqliteDatabase,
  {
    durability = "strict",
    driver,
    tablePrefix,
    migrate = true,
    busyTimeout = 10_000,
  }: SqliteOptions = {},
): StorageAdapter {
  const source = sourceOf(location, driver, durability === "strict");
  return sqliteStore("sqlite", source, { tablePrefix, migrate, busyTimeout });
}
