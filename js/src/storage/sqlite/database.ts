// The database at work: opened and brought up to date by the first call, patient while others write, and
// answering with the errors of a store.
import type { VarveError } from "../../errors.js";
import { storageError } from "../errors.js";
import type { Source, SqliteDriver, SqlRow, SqlStatement, SqlValue } from "./driver.js";
import { busyError, isBusy, isConstraint, toStorageError } from "./errors.js";
import { migrate, requireSchema } from "./migrate.js";
import type { Tables } from "./tables.js";

/** How a batch ended: rows changed by each statement, or the constraint it aborted itself with. */
export type BatchResult =
  | { readonly changes: readonly number[] }
  | { readonly changes?: undefined; readonly aborted: unknown };

/** What the parts of the store run their statements on. */
export interface Database {
  readonly tables: Tables;
  /** The largest object. In bytes. */
  readonly maxValueBytes: number;
  /** The driver, open. */
  driver(): Promise<SqliteDriver>;
  /** The driver, where it is open already. */
  ready(): SqliteDriver | undefined;
  /** The rows of one statement. */
  rows(sql: string, values: readonly SqlValue[], signal?: AbortSignal): Promise<readonly SqlRow[]>;
  /** Statements as one transaction, all or nothing. */
  batch(statements: readonly SqlStatement[], signal?: AbortSignal): Promise<BatchResult>;
  /** Brings the tables up to date. */
  migrate(): Promise<void>;
  /** Leaves nothing of deleted rows in the file and its log, where they can be reached. */
  scrub(signal?: AbortSignal): Promise<void>;
  /** Lets go of the database. */
  close(): Promise<void>;
}

/** How the database is used. */
export interface DatabaseOptions {
  readonly tables: Tables;
  /** Whether the first call migrates. */
  readonly migrates: boolean;
  /** How long to wait while others write, in ms. */
  readonly patience: number;
}

/** A database that opens itself. */
export function databaseOf(
  source: Source,
  { tables, migrates, patience }: DatabaseOptions,
): Database {
  let closed = false;
  let opening: Promise<SqliteDriver> | undefined;
  let ready: SqliteDriver | undefined; // of the right version
  let checking: Promise<SqliteDriver> | undefined;

  const open = (): Promise<SqliteDriver> => {
    if (closed) throw closedError();
    opening ??= patiently(patience, () => source.open()).catch((error: unknown) => {
      opening = undefined;
      throw toStorageError(error, source.maxValueBytes);
    });
    return opening;
  };

  const whole = async (): Promise<SqliteDriver> => {
    const driver = await open();
    await patiently(patience, () =>
      migrates ? migrate(driver, tables) : requireSchema(driver, tables),
    );
    ready = driver;
    return driver;
  };

  const opened = async (): Promise<SqliteDriver> => {
    checking ??= whole().catch((error: unknown) => {
      checking = undefined;
      throw toStorageError(error, source.maxValueBytes);
    });
    return checking;
  };

  /** Runs something on the open database. */
  const on = async <R>(
    call: (driver: SqliteDriver) => R | Promise<R>,
    signal?: AbortSignal,
  ): Promise<R> => {
    if (closed) throw closedError();
    const driver = ready ?? (await opened());
    try {
      return await patiently(patience, () => call(driver), signal);
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      if (closed) throw closedError(error);
      throw toStorageError(error, source.maxValueBytes);
    }
  };

  return {
    tables,
    maxValueBytes: source.maxValueBytes,
    driver: async () => ready ?? opened(),
    ready: () => ready,
    rows: (sql, values, signal) => on((driver) => driver.rows({ sql, values }), signal),
    batch: (statements, signal) =>
      on(async (driver): Promise<BatchResult> => {
        try {
          const changes = driver.batch(statements);
          return { changes: changes instanceof Promise ? await changes : (changes as number[]) };
        } catch (aborted) {
          if (isConstraint(aborted)) return { aborted };
          throw aborted;
        }
      }, signal),
    async migrate() {
      const driver = await open();
      try {
        await patiently(patience, () => migrate(driver, tables));
      } catch (error) {
        throw toStorageError(error, source.maxValueBytes);
      }
    },
    async scrub(signal) {
      // Deleted rows were overwritten, but rows that SQLite moves between pages leave copies behind.
      await on(async (driver) => driver.vacuum?.(), signal);
      await on(async (driver) => {
        if ((await driver.emptyLog?.()) !== false) return;
        throw busyError("the write-ahead log cannot be emptied: a reader or writer holds on to it");
      }, signal);
    },
    async close() {
      if (closed) return;
      closed = true;
      const driver = await opening?.catch(() => undefined);
      await driver?.close?.();
    },
  };
}

function closedError(cause?: unknown): VarveError<"Closed"> {
  return storageError("Closed", "the SQLite store was closed", { cause });
}

/** Runs something again while others hold the database, asleep in between, until patience ends. */
export async function patiently<R>(
  patience: number,
  run: () => R | Promise<R>,
  signal?: AbortSignal,
): Promise<R> {
  const start = Date.now();
  for (let attempt = 0; ; attempt++) {
    try {
      const result = run();
      return result instanceof Promise ? await result : result;
    } catch (error) {
      if (!isBusy(error) || Date.now() - start >= patience) throw error;
    }
    await pause(Math.random() * Math.min(2 ** attempt, 32), signal);
  }
}

/** Waits, and rejects with the reason of the signal when it is aborted. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
  });
}
