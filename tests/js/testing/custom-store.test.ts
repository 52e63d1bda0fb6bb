// The code of docs/custom-store.md runs as it stands.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = readFileSync(`${root}docs/custom-store.md`, "utf8");
const [adapter = "", proof = "", faults = ""] = [...text.matchAll(/```js\n(.*?)```/gs)].map(
  ([, code = ""]) => code,
);

function run(code: string) {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const args = ["--input-type=module", "--eval", code];
  return spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", env });
}

test("the adapter passes the kit", () => {
  // In one file, under Node's own runner.
  const test = proof
    .replace('import { documentStore } from "./documents.js";\n', "")
    .replace('from "vitest"', 'from "node:test"');
  const { stdout, status } = run(adapter + test);
  const failed = [...stdout.matchAll(/^\s*(?:not ok|✖) (.*)$/gm)].map(([, name]) => name);
  expect({ status, failed }).toEqual({ status: 0, failed: [] });
  expect(Number(/^[#ℹ] pass (\d+)/m.exec(stdout)?.[1])).toBeGreaterThan(500);
}, 120_000);

test("the example with faults runs", () => {
  const { status, stderr } = run(faults);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
