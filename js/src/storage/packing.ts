// Puts what is stored closer together, in the background, a little at a time: a step is a transaction, and others
// write between two of them. Whatever becomes of it, nothing depends on it.
import type { RepositoryKey } from "../types/storage.js";

/** Milliseconds before a step: what the application waits for goes first. */
const REST = 50;

/** After so many objects it is worth a look. */
const MANY = 512;

/** Puts repositories closer together. */
export interface Packing {
  /** So many objects were written. */
  wrote(key: RepositoryKey, objects: number): void;
  /** So many objects were read at once; of what, it asks once nobody waits for it. */
  read(objects: number, keyOf: () => RepositoryKey): void;
  /** Begins no step any more. */
  close(): void;
}

/** Runs something later; a process need not stay for it. */
function after(milliseconds: number, run: () => void): void {
  const timer: unknown = setTimeout(run, milliseconds);
  (timer as { unref?(): void }).unref?.();
}

/** Takes steps until there is no more to do. Tabs may do so at once: the transactions of one come before those of the other. */
export function packing(step: (key: RepositoryKey) => Promise<boolean>): Packing {
  const underWay = new Set<string>();
  const written = new Map<string, number>();
  let isClosed = false;

  const next = (key: RepositoryKey, name: string): void => {
    const take = async () => {
      // A step that fails, for want of room say, is tried again when there is a reason again.
      const hasMore = !isClosed && (await step(key).catch(() => false));
      if (hasMore && !isClosed) next(key, name);
      else underWay.delete(name);
    };
    after(REST, () => void take());
  };

  const begin = (key: RepositoryKey): void => {
    const name = nameOf(key);
    written.delete(name);
    if (isClosed || underWay.has(name)) return;
    underWay.add(name);
    next(key, name);
  };

  return {
    wrote(key, objects) {
      const name = nameOf(key);
      const all = (written.get(name) ?? 0) + objects;
      if (all < MANY) written.set(name, all);
      else begin(key);
    },
    read(objects, keyOf) {
      if (objects >= MANY) after(0, () => begin(keyOf()));
    },
    close() {
      isClosed = true;
    },
  };
}

function nameOf({ workspace, id }: RepositoryKey): string {
  return JSON.stringify([workspace, id]);
}
