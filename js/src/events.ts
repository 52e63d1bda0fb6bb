// Listeners of one repository.
import type { RepositoryEvents } from "./types/events.js";

type Listener<E> = (event: E) => void;

/**
 * Who listens to what. A listener that throws disturbs neither the others nor the operation: its
 * error is thrown from a task of its own, like that of an EventTarget.
 */
export class Emitter {
  readonly #listeners = new Map<string, Set<Listener<never>>>();

  on<K extends keyof RepositoryEvents>(
    type: K,
    listener: Listener<RepositoryEvents[K]>,
  ): () => void {
    // Of its own, so that adding one function twice makes two listeners.
    const own: Listener<RepositoryEvents[K]> = (event) => listener(event);
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(type) === listeners)
        this.#listeners.delete(type);
    };
  }

  has(type: keyof RepositoryEvents): boolean {
    return this.#listeners.has(type);
  }

  emit<K extends keyof RepositoryEvents>(type: K, event: RepositoryEvents[K]): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) {
      shielded(() => (listener as Listener<RepositoryEvents[K]>)(event));
    }
  }
}

/** Calls a function of the application; what it throws does not reach us. */
export function shielded(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
