// The README's example runs as it stands.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the README's example runs", () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const code = /```ts\n(.*?)```/s.exec(readFileSync(`${root}README.md`, "utf8"))?.[1] ?? "";
  const args = ["--input-type=module", "--eval", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^\d+ 4\n$/);
});
