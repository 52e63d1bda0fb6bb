// Runs statements: on a driver that is opened when first needed, within one workspace, again where the
// server undid them because of others, and with errors that a store may answer with.
import type { CallOptions } from "../../types/storage.js";
import { storageError } from "../errors.js";
import type { PostgresDriver, PostgresRow } from "./drivers.js";
import { isTransient, toStorageError } from "./errors.js";
import { arrayLiteral, bind, raw, render, type Sql, type Statement, sql } from "./sql.js";

/** How often a statement is tried that the server undoes because of others. */
const TRIES = 10;

/** Runs a statement on tables of a workspace. `columns` is what it returns, in order, all text. */
export type Run = <C extends string>(
  workspace: string,
  statement: Sql,
  columns: readonly C[],
  options?: CallOptions,
) => Promise<readonly Readonly<Record<C, string | null>>[]>;

/** What an adapter has of its server. */
export interface Connection {
  /** Runs a statement that reads. */
  readonly read: Run;
  /** Runs a statement that writes: whoever hears of its end can be sure that it has ended. */
  readonly change: Run;
  /** Runs a statement that needs no tables, nor that they are up to date. */
  runPlain(text: string): Promise<readonly PostgresRow[]>;
  /** Later calls fail with `Closed`. */
  close(): Promise<void>;
}

/** What a connection is made of. */
export interface ConnectionParts {
  readonly open: () => Promise<PostgresDriver>;
  /** The function that runs statements under row-level security, quoted and with its schema. */
  readonly scoped: string;
  /**
   * Called before the first statement, and until it succeeds. Tells whether statements have to name
   * their workspace to the server.
   */
  readonly ready: () => Promise<{ readonly underPolicies: boolean }>;
}

/** Which signal keeps a statement from being sent, and which from being waited for. */
interface Abort {
  readonly before?: AbortSignal | undefined;
  readonly meanwhile?: AbortSignal | undefined;
}

/** A connection; nothing is opened yet. */
export function connection({ open, scoped, ready }: ConnectionParts): Connection {
  let closed = false;
  const driver = once(open);
  const readied = once(ready);
  const assertOpen = () => {
    if (closed) throw storageError("Closed", "the store was closed");
  };
  const send = async ({ text, params }: Statement, abort: Abort = {}) => {
    for (let tries = 1; ; tries++) {
      abort.before?.throwIfAborted();
      try {
        return await abortable((await driver()).query(text, params), abort.meanwhile);
      } catch (error) {
        if (abort.meanwhile?.aborted) throw abort.meanwhile.reason;
        if (!isTransient(error) || tries === TRIES) throw toStorageError(error);
        await pause(Math.random() * 2 ** tries);
      }
      assertOpen();
    }
  };
  const runner =
    (isRead: boolean): Run =>
    async <C extends string>(
      workspace: string,
      statement: Sql,
      columns: readonly C[],
      { signal }: CallOptions = {},
    ) => {
      signal?.throwIfAborted();
      assertOpen();
      const { underPolicies } = await abortable(readied(), signal);
      assertOpen();
      const sent = underPolicies
        ? inWorkspace(scoped, workspace, statement, columns)
        : render(statement, (number) => `$${number}::text`);
      const rows = await send(sent, { before: signal, meanwhile: isRead ? signal : undefined });
      return rows as readonly Readonly<Record<C, string | null>>[];
    };
  return {
    read: runner(true),
    change: runner(false),
    async runPlain(text) {
      assertOpen();
      return send({ text, params: [] });
    },
    async close() {
      if (closed) return;
      closed = true;
      const opened = await driver.current()?.catch(() => undefined);
      await opened?.close?.();
    },
  };
}

/** Makes something once. A failure is forgotten, so that the next call tries again. */
function once<T>(
  make: () => Promise<T>,
): (() => Promise<T>) & { current(): Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  const get = () => {
    if (made !== undefined) return made;
    const mine = make();
    made = mine;
    mine.catch(() => {
      if (made === mine) made = undefined;
    });
    return mine;
  };
  return Object.assign(get, { current: () => made });
}

/**
 * The same statement, run by the function `scoped`, which first tells the policies the workspace. No
 * order is promised between the parts of one statement, but between the statements of a function.
 */
function inWorkspace(
  scoped: string,
  workspace: string,
  statement: Sql,
  columns: readonly string[],
): Statement {
  const { text, params } = render(statement, (number) => `($1[${number}])`);
  const call = sql`SELECT * FROM ${raw(scoped)}(${bind(workspace)}, ${bind(text)}, ${bind(arrayLiteral(params))}::text[]) AS result(${raw(columns.map((column) => `${column} text`).join(", "))})`;
  return render(call, (number) => `$${number}::text`);
}

/** Rejects as soon as the signal says so; what was begun goes on, and nobody hears of it. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
