// Turns among tabs that write one repository at once. Who lost a race has to take in what was written before
// it can try again, and by then somebody else has won: among many that goes on until a deadline. So while there
// are rivals, a write is made under a Web Lock, which goes round in order, and who loses all the same keeps it
// for the next attempt. A courtesy: nothing depends on it, and where there are no locks there are no turns.
import type { RepositoryAddress } from "../types/storage.js";

/** Milliseconds for which a lost race counts: others write. */
const LATELY = 5000;
/** Milliseconds that a turn is waited for. Where it takes longer, nobody waits for as long as `LATELY`. */
const PATIENCE = 2000;
/** Milliseconds within which who lost has to try again. */
const HOLD = 250;

/** Turns under a name. */
export interface Turns {
  /** Writes, in turn where there are rivals. */
  write<R extends { conflict?: unknown }>(
    address: RepositoryAddress,
    write: () => R | Promise<R>,
  ): Promise<R>;
  /** Lets go of all. */
  close(): void;
}

/** What is known of the rivals for one repository. */
interface Rivalry {
  /** Until when there are rivals. */
  until: number;
  /** Until when nobody waits for a turn. */
  distrust: number;
  /** The turn, kept for the next attempt. */
  kept?: { release: () => void; timer: ReturnType<typeof setTimeout> } | undefined;
}

/** Turns among all that use the same name. */
export function turns(name: string): Turns {
  const locks = (globalThis.navigator as Navigator | undefined)?.locks;
  const rivalries = new Map<string, Rivalry>();
  let isClosed = false;

  /** The turn, where there are rivals and it comes. */
  const turn = async (lock: string): Promise<(() => void) | undefined> => {
    const rivalry = rivalries.get(lock);
    if (locks === undefined || rivalry === undefined) return undefined;
    const { kept } = rivalry;
    if (kept !== undefined) {
      clearTimeout(kept.timer);
      rivalry.kept = undefined;
      return kept.release;
    }
    const now = performance.now();
    if (now >= rivalry.until) rivalries.delete(lock);
    if (now >= rivalry.until || now < rivalry.distrust) return undefined;
    const release = await requested(locks, lock);
    if (release === undefined) rivalry.distrust = performance.now() + LATELY;
    return release;
  };

  /** A race was lost: there are rivals, and who had the turn has it once more. */
  const lost = (lock: string, release: (() => void) | undefined): void => {
    const rivalry = rivalries.get(lock) ?? { until: 0, distrust: 0 };
    rivalries.set(lock, rivalry);
    rivalry.until = performance.now() + LATELY;
    if (release === undefined) return;
    if (isClosed || rivalry.kept !== undefined) {
      release();
      return;
    }
    const letGo = () => {
      rivalry.kept = undefined;
      release();
    };
    rivalry.kept = { release, timer: setTimeout(letGo, HOLD) };
  };

  return {
    async write({ workspace, id }, write) {
      const lock = `${name}:${JSON.stringify([workspace, id])}`;
      const release = await turn(lock);
      let isLost = false;
      try {
        const result = await write();
        isLost = result.conflict !== undefined;
        return result;
      } finally {
        if (isLost) lost(lock, release);
        else release?.();
      }
    },
    close() {
      isClosed = true;
      for (const { kept } of rivalries.values()) {
        clearTimeout(kept?.timer);
        kept?.release();
      }
      rivalries.clear();
    },
  };
}

/** How to end the turn, once it is there; undefined where it does not come. */
function requested(locks: LockManager, name: string): Promise<(() => void) | undefined> {
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), PATIENCE);
  return new Promise((resolve) => {
    const held = () => {
      clearTimeout(timer);
      return new Promise<void>((release) => resolve(() => release()));
    };
    locks.request(name, { signal: waiting.signal }, held).catch(() => {
      clearTimeout(timer); // also where the page may have no locks
      resolve(undefined);
    });
  });
}
