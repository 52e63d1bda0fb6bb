// `varve/storage/sqlite`: repositories in a SQLite database, through whichever driver is there.
import type { StorageAdapter } from "../types/storage.js";
import { deleteCheckpoint, readCheckpoint, writeCheckpoint } from "./sqlite/checkpoints.js";
import { databaseOf } from "./sqlite/database.js";
import { readJournal, write } from "./sqlite/journal.js";
import { readLog } from "./sqlite/logs.js";
import { listObjects, readObjects } from "./sqlite/objects.js";
import { type SqliteDatabase, type SqlitePackage, sourceOf } from "./sqlite/open.js";
import { reproject } from "./sqlite/projections.js";
import {
  createRepository,
  deleteRepository,
  findRepository,
  keysOf,
  listRepositories,
} from "./sqlite/repositories.js";
import { tablesOf } from "./sqlite/tables.js";

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
  const tables = tablesOf(tablePrefix);
  const database = databaseOf(source, { tables, migrates: migrate, patience: busyTimeout });
  const keys = keysOf(database);
  return {
    name: "sqlite",
    capabilities: {
      durability: source.durability,
      multiWriter: source.multiWriter,
      multiKeyAtomic: true,
      maxObjectBytes: source.maxValueBytes,
      projects: true,
    },
    async createRepository(address, incarnation, at, { signal } = {}) {
      signal?.throwIfAborted();
      return createRepository(database, address, incarnation, at, signal);
    },
    async findRepository(address, { signal } = {}) {
      signal?.throwIfAborted();
      return findRepository(database, address, signal);
    },
    async deleteRepository(repository, { signal } = {}) {
      signal?.throwIfAborted();
      return deleteRepository(database, keys, repository, signal);
    },
    async listRepositories(workspace, query, { signal } = {}) {
      signal?.throwIfAborted();
      return listRepositories(database, workspace, query, signal);
    },
    async write(repository, batch, { signal } = {}) {
      signal?.throwIfAborted();
      // A synchronous driver would write before the caller could queue what goes into the next entry.
      await undefined;
      return write(database, keys, repository, batch, signal);
    },
    async readJournal(repository, query, { signal } = {}) {
      signal?.throwIfAborted();
      return readJournal(database, keys, repository, query, signal);
    },
    async readObjects(repository, hashes, { signal } = {}) {
      signal?.throwIfAborted();
      return readObjects(database, keys, repository, hashes, signal);
    },
    async listObjects(repository, query, { signal } = {}) {
      signal?.throwIfAborted();
      return listObjects(database, keys, repository, query, signal);
    },
    async readLog(repository, log, query, { signal } = {}) {
      signal?.throwIfAborted();
      return readLog(database, keys, repository, log, query, signal);
    },
    async readCheckpoint(repository, { signal } = {}) {
      signal?.throwIfAborted();
      return readCheckpoint(database, keys, repository, signal);
    },
    async writeCheckpoint(repository, checkpoint, { signal } = {}) {
      signal?.throwIfAborted();
      return writeCheckpoint(database, keys, repository, checkpoint, signal);
    },
    async deleteCheckpoint(repository, { signal } = {}) {
      signal?.throwIfAborted();
      await deleteCheckpoint(database, keys, repository, signal);
    },
    async scrub(repository, { signal } = {}) {
      signal?.throwIfAborted();
      await keys.assertThere(repository, await keys.of(repository, signal), signal);
      await database.scrub(signal);
    },
    migrate: () => database.migrate(),
    reproject: (repository, projections, start) =>
      reproject(database, keys, repository, projections, start),
    close: () => database.close(),
  };
}
