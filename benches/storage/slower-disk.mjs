// A durable commit beside its floor on disks that take longer to sync than the one that is here.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const DELAYS = [100, 250, 500, 1000, 2000];
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The library that makes a disk slower, built in a folder; undefined, with the reason on screen, where that cannot be. */
function built(folder) {
  if (process.platform !== "linux") return skipped("LD_PRELOAD is of Linux");
  const library = join(folder, "slower-disk.so");
  try {
    execFileSync("cc", ["-O2", "-shared", "-fPIC", "-o", library, here("slower-disk.c"), "-ldl"]);
    return library;
  } catch (error) {
    return skipped(`cc: ${error.message}`);
  }
}

function skipped(reason) {
  console.log(`  slower disks: skipped, ${reason}`);
}

export function commitsOnSlowerDisks(row) {
  const folder = mkdtempSync(join(tmpdir(), "varve-slower-"));
  try {
    const library = built(folder);
    if (library === undefined) return;
    for (const delay of DELAYS) {
      const env = { ...process.env, LD_PRELOAD: library, SLOWER_US: `${delay}` };
      const printed = execFileSync(process.execPath, [here("sqlite-commit.mjs")], { env });
      const { times, note } = JSON.parse(printed);
      row(
        `the same where a sync takes ${delay / 1000} ms longer`,
        "",
        times.toFixed(2),
        undefined,
        note,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
