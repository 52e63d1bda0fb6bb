// The kit needs nothing of a runner but `describe` and `it`: it runs under Node's own, and without one.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

function node(code: string, ...args: string[]) {
  const all = [...args, "--input-type=module", "--eval", code];
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  return spawnSync(process.execPath, all, { cwd: root, encoding: "utf8", env });
}

const imports = 'import { memoryPlace, testStorageAdapter } from "varve/testing";';
const options = 'capabilities: { durability: "memory", maxObjectBytes: 0xffffffff }, slow: false';

test("node:test runs it, and reports what does not apply as skipped", () => {
  const { stdout, status } = node(`
    import { describe, it } from "node:test";
    ${imports}
    testStorageAdapter(() => memoryPlace(), { describe, it, ${options} });
  `);
  const count = (name: string) => Number(new RegExp(`^[#ℹ] ${name} (\\d+)`, "m").exec(stdout)?.[1]);
  expect([status, count("fail")]).toEqual([0, 0]);
  expect(count("pass")).toBeGreaterThan(500);
  expect(count("skipped")).toBeGreaterThan(10);
}, 60_000);

test("a runner of three lines runs it, with what a page has and no more", () => {
  const { stdout, stderr } = node(`
    ${imports}
    for (const name of ["process", "Buffer", "global", "setImmediate"]) delete globalThis[name];
    const cases = [];
    const describe = (_, define) => define();
    const it = (name, run) => cases.push({ name, run });
    testStorageAdapter(() => memoryPlace(), { describe, it, ${options} });
    let failed = 0;
    for (const { name, run } of cases) await run().catch((error) => { failed++; console.log(name, error); });
    console.log(cases.length > 500, failed);
  `);
  expect([stdout, stderr]).toEqual(["true 0\n", ""]);
}, 60_000);
