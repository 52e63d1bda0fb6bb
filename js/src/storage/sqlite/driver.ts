// What varve needs of SQLite, whoever brings it: rows of one statement, and statements that happen all or
// not at all. Nothing is read between the writes, so that a database behind HTTP can do it as well.
import type { Awaitable, Durability } from "../../types/storage.js";

/** What is bound and read. Integers are numbers. */
export type SqlValue = null | number | string | Uint8Array;

/** A row: its columns in the order of the statement. */
export type SqlRow = readonly SqlValue[];

/** A statement and what is bound to its `?`, in order. */
export interface SqlStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * A connection to one database. Errors: what SQLite says, with its name (`SQLITE_BUSY`) in `code` or its
 * number in `errcode` or `errno`; else its name somewhere in the message.
 */
export interface SqliteDriver {
  /** For messages, like "node:sqlite". */
  readonly name: string;
  /** The most values that a statement can be given. */
  readonly maxParameters: number;
  /** The largest value, in bytes. Rows can be as large. */
  readonly maxValueBytes: number;
  /** Whether a statement costs a round trip: then many rows go into one. */
  readonly remote: boolean;
  /** The rows of one statement. */
  rows(statement: SqlStatement): Awaitable<readonly SqlRow[]>;
  /**
   * Runs statements in order as one transaction that is a writer from the start (`BEGIN IMMEDIATE`).
   * When one fails nothing was written and no transaction is left open. Returns how many rows each
   * changed.
   */
  batch(statements: readonly SqlStatement[]): Awaitable<readonly number[]>;
  /**
   * Writes the file anew from the rows that there are: `VACUUM`. Absent where that is not ours to do.
   */
  vacuum?(): Awaitable<void>;
  /**
   * Moves what the write-ahead log holds into the file and empties it; false: a reader or writer was in
   * the way. Absent where there is none that one could reach.
   */
  emptyLog?(): Awaitable<boolean>;
  /** Lets go of the database, if varve opened it. */
  close?(): Awaitable<void>;
}

/** A database that is not opened yet, and what is known of it before. */
export interface Source {
  readonly durability: Durability;
  readonly multiWriter: boolean;
  readonly maxValueBytes: number;
  /** Opens it; for what was handed in, sets it up. */
  open(): Promise<SqliteDriver>;
}

/** The largest object of SQLite as it is usually built, less what else stands in its row. */
export const LOCAL_VALUE_BYTES: number = 1_000_000_000 - 1024;
