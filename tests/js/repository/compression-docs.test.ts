// The examples of docs/compression.md run as they stand.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the examples of the page run one behind the other", () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const page = readFileSync(`${root}docs/compression.md`, "utf8");
  const code = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block).join("\n");
  const args = ["--input-type=module", "--eval", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout.trim().split("\n")).toEqual([
    "[ 'u1,a1,c1,r1,a2' ] true",
    "u1,a1,c1,r1,a2 1",
    "UPS lost order 4711 (19.90).",
    "StaleProposal 0",
    "r1 [tool result cleared; ge lost",
  ]);
});
