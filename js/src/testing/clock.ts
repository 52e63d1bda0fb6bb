// Time and chance that a test decides.

/** A clock that stands still until it is moved. Give it to `createVarve` as its `clock`. */
export interface ManualClock {
  /** The time: UTC milliseconds. */
  (): number;
  /** Moves it on, and tells the time. */
  advance(milliseconds: number): number;
  /** Sets it, also back, and tells the time. */
  set(time: number | Date): number;
}

/** Where a clock starts if nothing else is said: 2025-01-01T00:00:00Z. */
const START = Date.UTC(2025, 0, 1);

/** A clock that stands still until it is moved. */
export function manualClock(start: number | Date = START): ManualClock {
  let now = Number(start);
  return Object.assign(() => now, {
    advance: (milliseconds: number) => {
      now += milliseconds;
      return now;
    },
    set: (time: number | Date) => {
      now = Number(time);
      return now;
    },
  });
}

/** Fills bytes with what only looks like chance: the same for the same seed (xorshift32). */
export function seeded(seed: number): (bytes: Uint8Array) => void {
  let state = Math.imul(seed, 0x9e3779b1) ^ 0x6b79d8a5 || 1;
  return (bytes) => {
    for (let index = 0; index < bytes.length; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      bytes[index] = state >>> 8;
    }
  };
}
