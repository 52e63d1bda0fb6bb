// What all handles of one repository have in common on this side: mirrored messages, listeners, and a
// count of changes. Nothing of it stays once the last handle is gone: a server opens many.
import type { VarveError } from "./errors.js";
import { Emitter, shielded } from "./events.js";
import { FileCache } from "./files/files.js";
import { Mirror } from "./mirror.js";
import { PolicyRegistry } from "./policies/registry.js";

/** What the module told of a repository, and does not tell again. */
export class Told {
  readonly files: FileCache = new FileCache();
  readonly mirror: Mirror = new Mirror((message) => this.files.note(message));
}

/** What keeps a value, or does not. */
export interface Held<T extends object> {
  deref(): T | undefined;
}

/** Keeps a value only as long as others do, where the runtime can. */
export function held<T extends object>(value: T): Held<T> {
  return typeof WeakRef === "function" ? new WeakRef(value) : { deref: () => value };
}

/** What belongs to the application, and what the module told. */
export class Shared {
  readonly files: FileCache;
  readonly mirror: Mirror;
  readonly events: Emitter = new Emitter();
  /** Custom types whose registration is up to date. */
  readonly registered: Set<unknown> = new Set();
  /** Policies of the application, and what policies ask for. */
  readonly registry: PolicyRegistry = new PolicyRegistry();
  /** Changes that this process made or saw. */
  version = 0;
  /** Has the store tell when others write; returns what ends it. */
  watched: ((heard: () => void) => () => void) | undefined;
  /** Who is called, and how each takes in what others wrote. */
  readonly #subscribers = new Map<() => void, () => Promise<unknown>>();
  #unwatch: (() => void) | undefined;

  constructor({ files, mirror }: Told) {
    this.files = files;
    this.mirror = mirror;
  }

  /** Something changed: for `getSnapshot`. */
  touch(): void {
    this.version++;
    if (this.#subscribers.size > 0)
      for (const call of [...this.#subscribers.keys()]) shielded(call);
  }

  /** As long as somebody listens, what others write is taken in when it is told. */
  subscribe(listener: () => void, refresh: () => Promise<unknown>): () => void {
    const own = () => listener();
    this.#subscribers.set(own, refresh);
    this.#unwatch ??= this.watched?.(() => void this.#heard());
    return () => {
      this.#subscribers.delete(own);
      if (this.#subscribers.size > 0) return;
      this.#unwatch?.();
      this.#unwatch = undefined;
    };
  }

  /** A hint: what cannot be read now is read later. What was deleted cannot, and who listens has to know. */
  async #heard(): Promise<void> {
    for (const refresh of [...this.#subscribers.values()]) {
      try {
        await refresh();
        return;
      } catch (error) {
        if ((error as VarveError).code !== "Closed") return;
      }
    }
    this.touch();
  }
}
