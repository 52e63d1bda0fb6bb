// What the drivers throw, told apart: each names SQLite's code in its own way.
import { isVarveError, type VarveError } from "../../errors.js";
import { storageError } from "../errors.js";

/** SQLite's result codes that mean something here: sqlite.org/rescode.html. */
const CODES: Readonly<Record<number, string>> = {
  1: "ERROR",
  3: "PERM",
  5: "BUSY",
  6: "LOCKED",
  8: "READONLY",
  10: "IOERR",
  11: "CORRUPT",
  13: "FULL",
  14: "CANTOPEN",
  18: "TOOBIG",
  19: "CONSTRAINT",
  21: "MISUSE",
  23: "AUTH",
  26: "NOTADB",
};

interface DriverError {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly errcode?: unknown;
  readonly errno?: unknown;
}

/** SQLite's primary code of an error, like `BUSY`; undefined: it has none. */
export function sqliteCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, errcode, errno, message } = error as DriverError;
  for (const number of [errcode, errno]) {
    if (typeof number === "number" && number > 0) return CODES[number & 0xff];
  }
  // Of D1 and of libSQL's server only the message tells.
  for (const text of [code, message]) {
    const [, name] = /\bSQLITE_([A-Z]+)/.exec(typeof text === "string" ? text : "") ?? [];
    if (name !== undefined) return name;
  }
  return /Exceeded maximum DB size/i.test(String(message)) ? "FULL" : undefined;
}

const busy = new WeakSet<object>();

/** `Blocked`, of which the store thinks that it passes. */
export function busyError(message: string): VarveError<"Blocked"> {
  const error = storageError("Blocked", message);
  busy.add(error);
  return error;
}

/** Whether somebody else is in the way. */
export function isBusy(error: unknown): boolean {
  if (busy.has(error as object)) return true;
  const code = sqliteCode(error);
  return code === "BUSY" || code === "LOCKED";
}

/** Whether a batch aborted itself. */
export function isConstraint(error: unknown): boolean {
  return sqliteCode(error) === "CONSTRAINT";
}

/** What drivers say of a database that its owner closed: they know before they ask SQLite. */
const CLOSED = /database (connection )?is not open|closed database|client is closed/i;

/**
 * The error of the store for one of a driver. Those of varve stay what they are. `Unavailable` is left for what may have
 * happened.
 */
export function toStorageError(cause: unknown, maxValueBytes: number): VarveError {
  if (isVarveError(cause)) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  switch (sqliteCode(cause)) {
    case "BUSY":
    case "LOCKED":
      return storageError("Blocked", `others keep the database busy: ${said}`, { cause });
    case "READONLY":
    case "CANTOPEN":
    case "PERM":
    case "AUTH": {
      const message = `the database cannot be opened or written; look at the path and its rights: ${said}`;
      return storageError("Blocked", message, { cause });
    }
    case "FULL":
      return storageError("Quota", `the database or its disk is full: ${said}`, { cause });
    case "TOOBIG": {
      const message = `SQLite takes values and rows of ${maxValueBytes} bytes here: ${said}`;
      return storageError("TooLarge", message, { cause, details: { limit: maxValueBytes } });
    }
    case "CORRUPT":
    case "NOTADB":
      return storageError("Corrupt", `the file is damaged or no SQLite database: ${said}`, {
        cause,
      });
    default:
      if (CLOSED.test(said)) {
        return storageError("Closed", `the database handed in was closed: ${said}`, { cause });
      }
      if (/no such (table|column)/.test(said)) {
        const message = `the tables are not those of varve; call migrate(): ${said}`;
        return storageError("Blocked", message, { cause });
      }
      return storageError("Unavailable", `SQLite answered: ${said}`, { cause });
  }
}
