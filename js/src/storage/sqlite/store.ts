// The store over a source of SQLite: the calls of an adapter, whoever brings the database.
import type { RepositoryKey, StorageAdapter } from "../../types/storage.js";
import { bytesOf } from "../hex.js";
import { readingAsItStands, unpack } from "../parcel.js";
import { deleteCheckpoint, readCheckpoint, writeCheckpoint } from "./checkpoints.js";
import { databaseOf } from "./database.js";
import type { Source } from "./driver.js";
import { readJournal, write } from "./journal.js";
import { readLog } from "./logs.js";
import { listObjects, readObjects } from "./objects.js";
import { reproject } from "./projections.js";
import {
  createRepository,
  deleteRepository,
  findRepository,
  keysOf,
  listRepositories,
} from "./repositories.js";
import { tablesOf } from "./tables.js";

/** How the tables are used. */
export interface TableOptions {
  readonly tablePrefix: string | undefined;
  /** Whether the first call brings the tables up to date. */
  readonly migrate: boolean;
  /** How long a call waits while others hold the database, in ms. */
  readonly busyTimeout: number;
}

/** An adapter of this name. Errors: `Validation`, for a prefix that is none. */
export function sqliteStore(
  name: string,
  source: Source,
  { tablePrefix, migrate, busyTimeout }: TableOptions,
): StorageAdapter {
  const tables = tablesOf(tablePrefix);
  const database = databaseOf(source, { tables, migrates: migrate, patience: busyTimeout });
  const keys = keysOf(database);
  const read = (repository: RepositoryKey, hashes: Uint8Array, signal?: AbortSignal) =>
    readObjects(database, keys, repository, hashes, signal);
  return {
    name,
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
      return write(database, keys, repository, batch, signal);
    },
    async readJournal(repository, query, { signal } = {}) {
      signal?.throwIfAborted();
      return readJournal(database, keys, repository, query, signal);
    },
    readObjects: readingAsItStands(
      async (repository, hashes, { signal } = {}) => {
        signal?.throwIfAborted();
        return unpack(await read(repository, bytesOf(hashes.join("")), signal));
      },
      async (given, hashes) => read(JSON.parse(given), hashes),
    ),
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
