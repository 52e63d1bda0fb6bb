// `varve/storage/sqlite`: repositories in a SQLite database, through whichever driver is there.
import type { StorageAdapter } from "../types/storage.js";
import { invalid, type SqliteDatabase, type SqlitePackage, sourceOf } from "./sqlite/open.js";
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
 * Errors: `Validation`, for a database that is not known, or an option that makes no sense.
 */
export function sqlite(location: SqliteDatabase, options: SqliteOptions = {}): StorageAdapter {
  const { durability, driver, tablePrefix, migrate, busyTimeout } = checked(options);
  const source = sourceOf(location, driver, durability === "strict");
  return sqliteStore("sqlite", source, { tablePrefix, migrate, busyTimeout });
}

const OPTIONS = ["durability", "driver", "tablePrefix", "migrate", "busyTimeout"];

/** The options, completed. A misspelled one must not weaken what a write promises. */
function checked(options: SqliteOptions) {
  const unknown = Object.keys(options ?? {}).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw invalid(`/${unknown}`, `sqlite has no option ${unknown}`);
  const { durability = "strict", migrate = true, busyTimeout = 10_000, ...rest } = options ?? {};
  if (durability !== "strict" && durability !== "relaxed") {
    const found = JSON.stringify(durability);
    throw invalid("/durability", `durability is strict or relaxed, it is ${found}`);
  }
  if (typeof migrate !== "boolean") throw invalid("/migrate", "migrate is true or false");
  if (!(typeof busyTimeout === "number" && busyTimeout >= 0)) {
    throw invalid("/busyTimeout", "busyTimeout is a number of milliseconds");
  }
  return { ...rest, durability, migrate, busyTimeout };
}
