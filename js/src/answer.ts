// What the module waits for. It is asked, and wakes who waits: that takes no closures of the module, as a promise
// would.
import type { Instance } from "./instance.js";

/** An answer of JavaScript that comes some time. */
export class Answer {
  #state: "due" | "given" | "failed" = "due";
  #value: unknown;
  #wake: (() => void) | undefined;

  /** The answer that something comes to. After the end of the instance nobody is woken. */
  constructor(coming: () => unknown, instance: Instance, toFailure?: (error: unknown) => unknown) {
    void this.#await(coming, instance, toFailure);
  }

  /** The value, or null while it is to come: then `wake` is called with it. Throws what failed. */
  take(wake: (() => void) | undefined): unknown {
    if (this.#state === "failed") throw this.#value;
    if (this.#state === "given") return this.#value;
    this.#wake = wake;
    return null;
  }

  async #await(
    coming: () => unknown,
    instance: Instance,
    toFailure: ((error: unknown) => unknown) | undefined,
  ): Promise<void> {
    try {
      this.#value = (await coming()) ?? undefined;
      this.#state = "given";
    } catch (error) {
      this.#value = toFailure === undefined ? error : toFailure(error);
      this.#state = "failed";
    }
    if (!instance.ended) this.#wake?.();
  }
}
