// What PostgreSQL's error codes mean for a store.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
import { isVarveError, type VarveError } from "../../errors.js";
import { type StorageErrorCode, storageError } from "../errors.js";

/** The code that the migrations raise for a schema of a newer version. */
export const NEWER_SCHEMA = "VV001";

/** The statement was undone because of what others did: it can be repeated at once. */
const TRANSIENT: ReadonlySet<unknown> = new Set(["40001", "40P01"]);

const MIGRATE = "bring it up to date with migrate(), as a role that may change it";

const MEANINGS: { readonly [state: string]: readonly [StorageErrorCode, string] } = {
  "3F000": ["Blocked", `the schema is missing; ${MIGRATE}`],
  "42P01": ["Blocked", `a table is missing; ${MIGRATE}`],
  "42703": ["Blocked", `a column is missing; ${MIGRATE}`],
  "42883": ["Blocked", `a function is missing; ${MIGRATE}`],
  "42501": [
    "Blocked",
    "the role may not do that; see the grants and policies in the documentation",
  ],
  "25006": ["Blocked", "the server or the transaction only reads"],
  "3D000": ["Blocked", "there is no such database"],
  "28000": ["Blocked", "the server does not let this role in"],
  "28P01": ["Blocked", "the password is wrong"],
  "55P03": ["Blocked", "others hold a lock for longer than lock_timeout"],
  "57014": ["Blocked", "the statement was cancelled, perhaps after statement_timeout"],
  "53100": ["Quota", "the disk of the server is full"],
  "54000": ["TooLarge", "the server takes no statement as large as this"],
  XX001: ["Corrupt", "the server found damaged data"],
  XX002: ["Corrupt", "the server found a damaged index; REINDEX makes it again"],
};

/** The SQLSTATE that a driver's error carries. */
export function sqlState(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

/** Whether a statement that failed so was undone, and can be repeated at once. */
export function isTransient(error: unknown): boolean {
  return TRANSIENT.has(sqlState(error));
}

/** Whether it failed because a table or its schema is not there. */
export function isMissing(error: unknown): boolean {
  return ["3F000", "42P01"].includes(String(sqlState(error)));
}

/** What to throw for what a driver threw. */
export function toStorageError(error: unknown): VarveError {
  if (isVarveError(error)) return error;
  const said = error instanceof Error ? error.message : String(error);
  const [code, meaning] = MEANINGS[String(sqlState(error))] ?? ["Unavailable", "no answer for now"];
  const details = code === "TooLarge" ? { limit: 2 ** 30 } : {};
  return storageError(code, `PostgreSQL: ${meaning} (${said})`, { details, cause: error });
}

/** The repository was deleted. */
export function deleted(): VarveError<"Closed"> {
  return storageError("Closed", "the repository was deleted");
}

/** What is stored makes no sense. */
export function corrupt(message: string, where?: string): VarveError<"Corrupt"> {
  return storageError("Corrupt", message, { details: where === undefined ? {} : { where } });
}

/** More than the limit, in bytes. */
export function tooLarge(what: string, limit: number, actual: number): VarveError<"TooLarge"> {
  const message = `${what} has ${actual} bytes, the limit is ${limit}`;
  return storageError("TooLarge", message, { details: { limit, actual } });
}
