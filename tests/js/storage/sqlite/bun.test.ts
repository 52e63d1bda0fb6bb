// bun:sqlite, under Bun itself: that of tests/runtimes, or the one that BUN names.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { temporaryFolder } from "./support.js";

test("bun:sqlite keeps the promises of a store", async () => {
  const folder = temporaryFolder();
  const bundle = join(folder.path, "sqlite.mjs");
  const bundled = await rolldown({ input: "js/src/storage/sqlite.ts", platform: "neutral" });
  await bundled.write({ file: bundle });
  await bundled.close();
  const packages = join("tests", "runtimes", "node_modules", "@oven");
  const cpu = process.arch === "arm64" ? "aarch64" : process.arch;
  const bun = process.env.BUN ?? join(packages, `bun-${process.platform}-${cpu}`, "bin", "bun");
  const script = "tests/js/storage/sqlite/bun.mjs";
  const args = [script, bundle, join(folder.path, "store.db")];
  expect(execFileSync(bun, args, { encoding: "utf8" })).toBe("kept\n");
  folder.remove();
});
