// Where things are, and what the scripts share about the project. Plain Node, no packages: these
// scripts run before anything is installed.
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));
export const inRoot = (...parts) => join(root, ...parts);
export const isCI = Boolean(process.env.CI) && process.env.CI !== "false";

/** Stamps of finished steps: deleting the folder makes the next run do everything again. */
export const setupDir = inRoot(".setup");

/** Command-line tools are built once for a user, by version, and shared between checkouts. */
export const toolsDir =
  process.env.VARVE_TOOLS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "varve", "tools");

export const readText = (...parts) => readFileSync(inRoot(...parts), "utf8");
export const readJson = (...parts) => JSON.parse(readText(...parts));

export function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

export function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** All files below a folder of the project, as sorted paths relative to the project, `/` between. */
export function filesIn(folder) {
  const base = inRoot(folder);
  if (!exists(base)) return [];
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .sort();
}

/** One hash over files (paths relative to the project) and texts: equal means nothing changed. */
export function fingerprint(files, texts = []) {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file}\0`);
    hash.update(exists(inRoot(file)) ? readFileSync(inRoot(file)) : "absent");
  }
  for (const text of texts) hash.update(`\0${text}`);
  return hash.digest("hex");
}
