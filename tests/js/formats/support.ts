// What the tests of formats share.
import { existsSync, readFileSync } from "node:fs";

const recorded = new URL("../../../../shared/data/airline-sessions.jsonl", import.meta.url);

/** The recorded sessions, as Chat Completions messages; none where they are not on this machine. */
export const sessions: readonly (readonly unknown[])[] = existsSync(recorded)
  ? readFileSync(recorded, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).messages)
  : [];

/** What `run` throws. */
export function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
