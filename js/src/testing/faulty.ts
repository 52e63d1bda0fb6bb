// A store that goes wrong on purpose: calls fail, lose their answer, happen twice, take their time.
import { storageError } from "../storage/errors.js";
import type { Awaitable, StorageAdapter } from "../types/storage.js";

/** A call that can go wrong: all but `watch` and `close`. */
export type StorageCall = Exclude<
  keyof StorageAdapter,
  "name" | "capabilities" | "watch" | "close"
>;

/**
 * What goes wrong. `fail`: it does not happen. `loseAnswer`: it happens, but its answer is lost; what
 * the caller hears is the same. `repeat`: it happens twice, and the second answer is told, as when a
 * network delivers a request again. `delay`: it takes longer, before it happens and after.
 */
export type FaultKind = "fail" | "loseAnswer" | "repeat" | "delay";

/** Calls that go wrong. */
export interface Fault {
  readonly kind: FaultKind;
  /** Calls of which method. Default: all. */
  readonly on?: StorageCall | readonly StorageCall[] | undefined;
  /** The first of them that goes wrong: 1, 2, 3 … Default: 1. */
  readonly nth?: number | undefined;
  /** How many in a row go wrong. Default: 1. */
  readonly times?: number | undefined;
  /** What `fail` and `loseAnswer` fail with. Default: a `VarveError` with the code `Unavailable`. */
  readonly error?: unknown;
  /** How long `delay` takes, before and after, in milliseconds. Default: 1. */
  readonly milliseconds?: number | undefined;
}

/** A store that goes wrong on purpose. */
export interface FaultyAdapter extends StorageAdapter {
  /** The calls since the faults were set, in order, those that went wrong too. */
  readonly calls: readonly StorageCall[];
  /** Sets faults in place of those before, and counts calls from 1 again. None: all goes well. */
  setFaults(...faults: readonly Fault[]): void;
}

const CALLS: readonly StorageCall[] = [
  "createRepository",
  "findRepository",
  "deleteRepository",
  "listRepositories",
  "write",
  "readJournal",
  "readObjects",
  "listObjects",
  "readLog",
  "readCheckpoint",
  "writeCheckpoint",
  "deleteCheckpoint",
  "scrub",
  "migrate",
  "reproject",
];

/** A fault, and the calls so far that it is about. */
interface Armed extends Fault {
  seen: number;
}

/**
 * Wraps a store so that some calls go wrong. Of several faults that are about one call the first happens.
 *
 * ```ts
 * const storage = faultyAdapter(memoryAdapter(), { kind: "loseAnswer", on: "write", nth: 2 });
 * const varve = createVarve({ storage });
 * ```
 */
export function faultyAdapter(
  inner: StorageAdapter,
  faults: Fault | readonly Fault[] = [],
): FaultyAdapter {
  const calls: StorageCall[] = [];
  let armed: Armed[] = [];
  const setFaults = (...given: readonly Fault[]): void => {
    calls.length = 0;
    armed = given.map((fault) => ({ ...fault, seen: 0 }));
  };
  setFaults(...[faults].flat());

  const pass = (name: StorageCall): Fault | undefined => {
    calls.push(name);
    const due = armed.filter((fault) => isDue(fault, name)); // each counts the call
    return due[0];
  };
  const methods = CALLS.filter((name) => inner[name] !== undefined).map((name) => {
    const call = inner[name] as (...args: unknown[]) => Awaitable<unknown>;
    const faulty = async (...args: unknown[]) =>
      happen(pass(name), name, () => call.apply(inner, args));
    return [name, faulty];
  });
  const { watch } = inner;
  return {
    ...(Object.fromEntries(methods) as unknown as Pick<StorageAdapter, StorageCall>),
    ...(watch === undefined ? {} : { watch: watch.bind(inner) }),
    close: () => inner.close(),
    get name() {
      return inner.name;
    },
    get capabilities() {
      return inner.capabilities;
    },
    calls,
    setFaults,
  };
}

/** Counts a call, and tells whether it goes wrong. */
function isDue(fault: Armed, name: StorageCall): boolean {
  const { on, nth = 1, times = 1 } = fault;
  if (on !== undefined && ![on].flat().includes(name)) return false;
  fault.seen += 1;
  return fault.seen >= nth && fault.seen < nth + times;
}

async function happen(
  fault: Fault | undefined,
  name: StorageCall,
  call: () => Awaitable<unknown>,
): Promise<unknown> {
  const { kind, milliseconds = 1 } = fault ?? {};
  switch (kind) {
    case undefined:
      return call();
    case "fail":
      throw errorOf(fault, `${name} got no answer`);
    case "loseAnswer":
      await call();
      throw errorOf(fault, `the answer to ${name} was lost`);
    case "repeat":
      await call();
      return call();
    case "delay": {
      await sleep(milliseconds);
      const answer = await call();
      await sleep(milliseconds);
      return answer;
    }
  }
}

function errorOf(fault: Fault | undefined, message: string): unknown {
  return fault?.error === undefined ? storageError("Unavailable", message) : fault.error;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
