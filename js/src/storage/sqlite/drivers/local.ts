// What the synchronous drivers have in common: prepared statements that are kept, a transaction, settings.
import {
  LOCAL_VALUE_BYTES,
  type SqliteDriver,
  type SqlRow,
  type SqlStatement,
  type SqlValue,
} from "../driver.js";
import { busyError } from "../errors.js";

/** A prepared statement. */
export interface Prepared {
  /** All rows, blobs as `Uint8Array`. */
  all(values: readonly SqlValue[]): readonly SqlRow[];
  /** Runs it and tells how many rows it changed. */
  run(values: readonly SqlValue[]): number;
  /** Lets go of it, where that is not left to the garbage collector. */
  finalize?(): void;
}

/** A connection of one of the drivers. */
export interface Connection {
  readonly name: string;
  prepare(sql: string): Prepared;
  inTransaction(): boolean;
  close(): void;
}

/** How to set up a connection. */
export interface LocalOptions {
  /** Whether a resolved write survives the loss of power. */
  readonly strict: boolean;
  /** Whether varve opened the database: then it closes it, and chooses its journal. */
  readonly own: boolean;
}

/** Texts of statements are a fixed set; what is beyond comes from elsewhere. */
const KEPT = 128;

/** How long SQLite itself waits for a lock, in ms: a blocked thread. The store waits longer, asleep. */
const BUSY_TIMEOUT = 5;

/** Pages kept in memory, in KB. Four times as many made commits beside 200,000 objects no faster. */
const CACHE = 4_000;

/** The driver of a connection. */
export function localDriver(connection: Connection, { strict, own }: LocalOptions): SqliteDriver {
  const prepared = new Map<string, Prepared>();
  const forget = () => {
    for (const statement of prepared.values()) statement.finalize?.();
    prepared.clear();
  };
  const prepare = (sql: string): Prepared => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    if (prepared.size >= KEPT) forget();
    const statement = connection.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  const run = (sql: string): readonly SqlRow[] => prepare(sql).all([]);

  const assertIdle = () => {
    if (!connection.inTransaction()) return;
    throw busyError("a transaction of the application is open on the database handed in");
  };

  const set = (pragma: string) => {
    const statement = connection.prepare(`PRAGMA ${pragma}`);
    statement.all([]);
    statement.finalize?.();
  };
  if (own) {
    set(`busy_timeout = ${BUSY_TIMEOUT}`);
    set("journal_mode = WAL");
    set("foreign_keys = ON");
    set(`cache_size = -${CACHE}`);
  }
  set(`synchronous = ${strict ? "FULL" : "NORMAL"}`);
  set("secure_delete = ON");

  const driver: SqliteDriver = {
    name: connection.name,
    maxParameters: 32_766,
    maxValueBytes: LOCAL_VALUE_BYTES,
    remote: false,

    rows: ({ sql, values }) => prepare(sql).all(values),

    batch(statements: readonly SqlStatement[]) {
      assertIdle();
      prepare("BEGIN IMMEDIATE").run([]);
      try {
        const changes = statements.map(({ sql, values }) => prepare(sql).run(values));
        prepare("COMMIT").run([]);
        return changes;
      } catch (error) {
        // SQLite has rolled back already after some errors, as when the disk is full.
        if (connection.inTransaction()) run("ROLLBACK");
        throw error;
      }
    },

    vacuum() {
      assertIdle();
      run("VACUUM");
    },

    emptyLog() {
      const [row] = run("PRAGMA wal_checkpoint(TRUNCATE)");
      return row?.[0] !== 1;
    },
  };
  if (!own) return driver;
  return {
    ...driver,
    close() {
      forget();
      connection.close();
    },
  };
}
