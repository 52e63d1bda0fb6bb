// The adapter: options, the life of the connection, and who answers what.
import type { StorageCapabilities } from "../../types/storage.js";
import { storageError } from "../errors.js";
import { deleteCheckpoint, readCheckpoint, writeCheckpoint } from "./checkpoints.js";
import { connection } from "./connection.js";
import { driverOf, openUrl, type PostgresConnection, type PostgresDriver } from "./drivers.js";
import { deleted } from "./errors.js";
import { readJournal } from "./journal.js";
import { readLog } from "./logs.js";
import { vacuum } from "./maintenance.js";
import { assertNotNewer, bypassingRoles, inspect, migrate, SCHEMA_VERSION } from "./migrations.js";
import { listObjects, readObjects } from "./objects.js";
import type { PostgresOptions, PostgresStorage } from "./options.js";
import { reproject } from "./projections.js";
import {
  createRepository,
  deleteRepository,
  findRepository,
  listRepositories,
} from "./repositories.js";
import { identifier, tablesOf } from "./tables.js";
import { write } from "./write.js";

const MAX_OBJECT_BYTES = 32 * 1024 * 1024;

/**
 * Keeps repositories in PostgreSQL 15 or later. `given`: a URL, which is opened with the first of `pg`,
 * `postgres` and `@neondatabase/serverless` that is installed; or an open pool or client of one of
 * these, a PGlite, or `{ driver }`, which stay yours to close. Nothing is opened before the first call.
 *
 * Throws a `TypeError` for a connection or schema that is none.
 */
export function postgres(
  given: PostgresConnection,
  {
    schema = "varve",
    migrate: migrating = "auto",
    rowLevelSecurity = false,
    scrub = "vacuum",
    maxObjectBytes = MAX_OBJECT_BYTES,
    durability,
    prepare = false,
    onNotice = emitWarning,
  }: PostgresOptions = {},
): PostgresStorage {
  const tables = tablesOf(schema);
  const own = typeof given === "string" ? undefined : driverOf(given, prepare);
  const s = identifier(schema);
  const wanted = { schema, rowLevelSecurity };
  const send = (text: string) => connected.runPlain(text);

  const bringUpToDate = async () => {
    await migrate(send, wanted);
    if (!rowLevelSecurity) return;
    for (const { role, reason } of await bypassingRoles(send, wanted)) {
      onNotice(`role ${role} sees the rows of every workspace in schema ${schema}: ${reason}`);
    }
  };
  const ready = async () => {
    let state = await inspect(send, wanted);
    assertNotNewer(state);
    if (state.version < SCHEMA_VERSION || (rowLevelSecurity && !state.isForced)) {
      if (migrating === "manual") throw notMigrated(schema, state.version);
      await bringUpToDate();
      state = await inspect(send, wanted);
    }
    return { underPolicies: state.underPolicies || rowLevelSecurity };
  };
  const connected = connection({
    open: async () => {
      if (typeof given === "string") return openUrl(given, prepare);
      return { query: (text, params) => (own as PostgresDriver).query(text, params) };
    },
    scoped: `${s}.scoped`,
    ready,
  });

  const capabilities: StorageCapabilities = {
    durability: durability ?? own?.durability ?? "strict",
    multiWriter: true,
    multiKeyAtomic: true,
    maxObjectBytes,
    projects: true,
  };
  return {
    name: "postgres",
    capabilities,
    createRepository: (...call) => createRepository(connected, tables, ...call),
    findRepository: (...call) => findRepository(connected, tables, ...call),
    deleteRepository: (...call) => deleteRepository(connected, tables, ...call),
    listRepositories: (...call) => listRepositories(connected, tables, ...call),
    write: (...call) => write(connected, tables, maxObjectBytes, ...call),
    readJournal: (...call) => readJournal(connected, tables, ...call),
    readObjects: (...call) => readObjects(connected, tables, ...call),
    listObjects: (...call) => listObjects(connected, tables, ...call),
    readLog: (...call) => readLog(connected, tables, ...call),
    readCheckpoint: (...call) => readCheckpoint(connected, tables, ...call),
    writeCheckpoint: (...call) => writeCheckpoint(connected, tables, ...call),
    deleteCheckpoint: (...call) => deleteCheckpoint(connected, tables, ...call),
    reproject: (...call) => reproject(connected, tables, ...call),
    async scrub(repository, options) {
      const found = await findRepository(connected, tables, repository, options);
      if (found !== repository.incarnation) throw deleted();
      await vacuum(send, schema, scrub, onNotice);
    },
    migrate: bringUpToDate,
    bypassingRoles: () => bypassingRoles(send, wanted),
    close: () => connected.close(),
  };
}

function notMigrated(schema: string, version: number) {
  const message = `the tables of schema ${schema} are of version ${version}, not ${SCHEMA_VERSION}; call migrate(), or open with migrate: "auto"`;
  return storageError("Blocked", message);
}

interface Warning {
  process?: { emitWarning?(message: string): void };
}

function emitWarning(message: string): void {
  (globalThis as Warning).process?.emitWarning?.(message);
}
