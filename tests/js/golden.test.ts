// The golden files, as literals in TypeScript, fit the types that are written by hand: not a field
// too few or too many.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const fixture = (name: string) =>
  JSON.parse(readFileSync(`${root}tests/fixtures/format/${name}.json`, "utf8"));

const builtIn = [
  "message",
  "instruction",
  "dialogue",
  "tool_io",
  "reasoning",
  "artifact",
  "output",
  "freeform",
  "session",
  "summary",
];

test("golden files fit the public types", () => {
  const literals: [type: string, value: unknown][] = [];
  for (const { payload } of fixture("contents")) {
    literals.push([
      builtIn.includes(payload.contentType) ? "BuiltInPayload" : "StoredPayload",
      payload,
    ]);
  }
  for (const record of Object.values<unknown[]>(fixture("records")).flat())
    literals.push(["JournalRecord", record]);
  for (const { text } of fixture("journal")) literals.push(["JournalEntry", JSON.parse(text)]);
  for (const { annotation } of fixture("annotations"))
    literals.push(["AnnotationFields", annotation]);
  for (const { preimage } of fixture("commits"))
    literals.push(["CommitFields", JSON.parse(preimage)]);
  for (const row of fixture("projections")) literals.push(["Projection", row]);
  const types = [...new Set(literals.map(([type]) => type))];
  expect(types.toSorted()).toEqual([
    "AnnotationFields",
    "BuiltInPayload",
    "CommitFields",
    "JournalEntry",
    "JournalRecord",
    "Projection",
    "StoredPayload",
  ]);
  const code = [
    `import type { ${types.join(", ")} } from "varve";`,
    ...literals.map(
      ([type, value], index) => `export const v${index}: ${type} = ${JSON.stringify(value)};`,
    ),
  ];

  // Inside the package, so that `varve` means itself.
  const folder = `${root}tests/.golden`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/golden.ts`, code.join("\n"));
  const options = { extends: "../tsconfig.json", include: ["golden.ts"] };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(options));
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
  rmSync(folder, { recursive: true });
});
