// What all handles of one repository have in common on this side: mirrored messages, listeners, and a
// count of changes.
import { Emitter, shielded } from "./events.js";
import { FileCache } from "./files/files.js";
import { Mirror } from "./mirror.js";
import { PolicyRegistry } from "./policies/registry.js";

export class Shared {
  readonly files: FileCache = new FileCache();
  readonly mirror: Mirror = new Mirror((message) => this.files.note(message));
  readonly events: Emitter = new Emitter();
  /** Custom types whose registration is up to date. */
  readonly registered: Set<unknown> = new Set();
  /** Policies of the application, and what policies ask for. */
  readonly registry: PolicyRegistry = new PolicyRegistry();
  /** Changes that this process made or saw. */
  version = 0;
  /** Has the store tell when others write; returns what ends it. */
  watched: (() => () => void) | undefined;
  readonly #subscribers = new Set<() => void>();
  #unwatch: (() => void) | undefined;

  /** Something changed: for `getSnapshot`. */
  touch(): void {
    this.version++;
    if (this.#subscribers.size > 0) for (const call of [...this.#subscribers]) shielded(call);
  }

  subscribe(listener: () => void): () => void {
    const own = () => listener();
    this.#subscribers.add(own);
    this.#unwatch ??= this.watched?.();
    return () => {
      this.#subscribers.delete(own);
      if (this.#subscribers.size > 0) return;
      this.#unwatch?.();
      this.#unwatch = undefined;
    };
  }
}
