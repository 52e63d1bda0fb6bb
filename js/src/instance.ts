// The life of an instance of the module. Nothing can be relied on after a trap, so the first one ends
// it: what was asked of it fails with `Internal`, what is still waited for as well, and whoever opens a
// repository next gets a fresh instance.
import { VarveError } from "./errors.js";
import type { Maybe, NativeTask } from "./native.js";

/** One instance, from its load to its first trap. */
export class Instance {
  #trap: Error | undefined;
  readonly #waiting = new Set<(error: VarveError) => void>();
  readonly #onEnd: (() => void)[] = [];
  readonly #dependents = new Set<Instance>();

  /** Whether it trapped. */
  get ended(): boolean {
    return this.#trap !== undefined;
  }

  /** Fails once it trapped. */
  assertAlive(): void {
    if (this.#trap !== undefined) throw lost(this.#trap);
  }

  /** Runs something when it ends. */
  onEnd(run: () => void): void {
    this.#onEnd.push(run);
  }

  /** Has another end with it: one that calls it and cannot do without. */
  carry(dependent: Instance): void {
    if (this.#trap !== undefined) dependent.#end(this.#trap);
    else this.#dependents.add(dependent);
  }

  /** Calls the module. */
  run<R>(call: () => R): R {
    this.assertAlive();
    let result: R;
    try {
      result = call();
    } catch (error) {
      throw this.failure(error);
    }
    this.assertAlive(); // a callback may have called what trapped
    return result;
  }

  /** Calls the module, and awaits only what must be awaited: a promise costs more than the call. */
  async settled<R>(call: () => Maybe<R>): Promise<R> {
    const result = this.run(call);
    return result instanceof Promise ? await result : result;
  }

  /** What to throw for what a call of the module threw. Ends the instance where it was a trap. */
  failure(error: unknown): unknown {
    if (this.#trap !== undefined) return lost(this.#trap);
    if (!isTrap(error)) return error;
    this.#end(error);
    return lost(error);
  }

  #end(trap: Error): void {
    if (this.#trap !== undefined) return;
    this.#trap = trap;
    for (const reject of this.#waiting) reject(lost(trap));
    this.#waiting.clear();
    for (const run of this.#onEnd) run();
    for (const dependent of this.#dependents) dependent.#end(trap);
    this.#dependents.clear();
  }

  /** Drives a call that has to wait. */
  drive(task: NativeTask): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#trap !== undefined) return reject(lost(this.#trap));
      let due = false;
      const settle = (settleWith: (value: never) => void, value: unknown) => {
        due = true; // for ever: nobody wakes it again
        this.#waiting.delete(reject);
        settleWith(value as never);
      };
      const step = () => {
        if (this.#trap !== undefined) return;
        due = false;
        try {
          const result = task.poll(wake);
          if (result === wake) return;
          task.free();
          settle(resolve, result);
        } catch (error) {
          settle(reject, this.failure(error));
        }
      };
      const wake = () => {
        if (due) return;
        due = true;
        queueMicrotask(step);
      };
      this.#waiting.add(reject);
      wake();
    });
  }
}

/** What a module exports for this. */
export interface Restartable {
  /** Has the next call made in a fresh instance. */
  restart(): void;
  /** Does nothing. */
  start(): void;
}

/** A module, with its present instance. */
export interface Loaded<M> {
  module: M;
  instance: Instance;
}

/**
 * Has a module loaded once, and instantiated anew after each trap. A failure is forgotten, so that the
 * next call tries again.
 */
export function keeper<M extends Restartable>(load: () => Promise<M>): () => Promise<Loaded<M>> {
  let loading: Promise<Loaded<M>> | undefined;
  let fresh = load;
  const start = async (): Promise<Loaded<M>> => {
    const module = await fresh();
    const instance = new Instance();
    instance.onEnd(() => {
      // Not at once: calls of the old instance may still be under way.
      fresh = () => Promise.resolve().then(() => restarted(module));
      begin();
    });
    return { module, instance };
  };
  const begin = (): Promise<Loaded<M>> => {
    const mine = start();
    loading = mine;
    mine.catch(() => {
      if (loading === mine) loading = undefined;
    });
    return mine;
  };
  return () => loading ?? begin();
}

function restarted<M extends Restartable>(module: M): M {
  module.restart();
  module.start(); // any call: it is the first of the fresh instance
  return module;
}

/** By name: the error may be of another realm, as under Jest. */
const TRAPS: ReadonlySet<unknown> = new Set(["RuntimeError", "RangeError", "InternalError"]);

/** Traps of WebAssembly, and the stack overflows of JavaScript that can unwind it. */
function isTrap(error: unknown): error is Error {
  return TRAPS.has((error as { name?: unknown } | null | undefined)?.name);
}

function lost(trap: Error): VarveError<"Internal"> {
  const message = `the WebAssembly module trapped (${trap.message}), and what was in memory is gone; open the repository again`;
  return new VarveError("Internal", message, {}, { cause: trap });
}
