// The engines of one varve, by workspace. A server may have a workspace for each of its customers, so those
// go that nobody uses any more: what they had is in the store.
import type { WorkspaceHost } from "./host.js";
import type { NativeEngine } from "./native.js";
import { type Held, held } from "./shared.js";

/** An engine and what it calls. Handles keep both; the module keeps what it calls, so that must not keep the engine. */
export interface Workspace {
  readonly engine: NativeEngine;
  readonly host: WorkspaceHost;
}

interface Entry {
  /** While it starts, and where it is kept. */
  started: Promise<Workspace> | undefined;
  made?: Held<Workspace>;
}

/** How many entries are looked at when one is added: more than one, so that no more are left than twice those in use. */
const LOOKED_AT = 2;

export class Workspaces {
  readonly #entries = new Map<string, Entry>();

  /** The one of this name, which `start` makes. `keep`: also while nobody uses it. */
  get(
    name: string,
    keep: boolean,
    start: () => Promise<Workspace>,
  ): Promise<Workspace> | Workspace {
    const known = present(this.#entries.get(name));
    if (known !== undefined) return known;
    this.#tidy();
    const started = start();
    const entry: Entry = { started };
    this.#entries.set(name, entry);
    started.then(
      (made) => {
        entry.made = held(made);
        if (!keep) entry.started = undefined;
      },
      () => this.#entries.delete(name), // a module that could not be loaded is tried again
    );
    return started;
  }

  /** Has another one start, unless that is so already. */
  forget(name: string, made: Workspace): void {
    if (this.#entries.get(name)?.made?.deref() === made) this.#entries.delete(name);
  }

  /** Takes all out. */
  clear(): (Promise<Workspace> | Workspace)[] {
    const all = [...this.#entries.values()].flatMap((entry) => present(entry) ?? []);
    this.#entries.clear();
    return all;
  }

  /** Looks at the oldest; those in use are the newest then. */
  #tidy(): void {
    let left = LOOKED_AT;
    for (const [name, entry] of this.#entries) {
      if (left-- === 0) return;
      this.#entries.delete(name);
      if (present(entry) !== undefined) this.#entries.set(name, entry);
    }
  }
}

function present(entry: Entry | undefined): Promise<Workspace> | Workspace | undefined {
  return entry?.started ?? entry?.made?.deref();
}
