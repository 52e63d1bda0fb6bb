// Stamps remember what a step was done for, so that doing it again can be skipped.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setupDir } from "./project.mjs";

const path = (name) => join(setupDir, `${name}.json`);

/** What was remembered under the name for exactly this key, or undefined. */
export function readStamp(name, key) {
  try {
    const stamp = JSON.parse(readFileSync(path(name), "utf8"));
    return stamp.key === key ? stamp.value : undefined;
  } catch {
    return undefined;
  }
}

/** To be called before work starts that may stop halfway. */
export function clearStamp(name) {
  rmSync(path(name), { force: true });
}

export function writeStamp(name, key, value = true) {
  mkdirSync(setupDir, { recursive: true });
  writeFileSync(path(name), `${JSON.stringify({ key, value }, null, 2)}\n`);
}
