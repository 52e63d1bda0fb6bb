// The code of README.md and docs/*.md: every block is type-checked and run, or says why it is not.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { blocksOf, pages, root } from "./blocks.js";
import { checkOther } from "./languages.js";
import { cleared, modulesOf, written } from "./modules.js";

const require = createRequire(import.meta.url);
const folder = `${root}tests/js/docs/.modules`;
cleared("pages");
const modules = pages.flatMap(modulesOf).map((module) => ({ ...module, path: written(module) }));

test("code in TypeScript passes with `strict`", { timeout: 120_000 }, () => {
  const files = modules.filter(({ language }) => language === "ts").map(({ path }) => path);
  const options = {
    ...{
      noEmit: true,
      skipLibCheck: true,
      rootDir: root,
      lib: ["es2023", "esnext.disposable", "dom"],
    },
    ...{ types: ["node"], declaration: false, isolatedDeclarations: false },
    ...{ noUnusedLocals: false, noUnusedParameters: false, noUncheckedIndexedAccess: false },
    exactOptionalPropertyTypes: false,
    paths: { ai: [`${root}node_modules/ai7/dist/index.d.ts`] },
  };
  const config = join(folder, "tsconfig.json");
  files.push(`${root}tests/js/docs/before/modules.d.ts`);
  const settings = {
    extends: `${root}tsconfig.json`,
    compilerOptions: options,
    include: [],
    files,
  };
  writeFileSync(config, JSON.stringify(settings));
  const tsc = join(require.resolve("typescript/package.json"), "..", "bin", "tsc");
  let problems = "";
  try {
    execFileSync(process.execPath, [tsc, "-p", config], { cwd: root, encoding: "utf8" });
  } catch (error) {
    problems = String((error as { stdout: string }).stdout);
  }
  expect(problems).toBe("");
});

/** Run by sqlite/docs.test.ts, under Node 24, and by postgres.test.ts, which has a server. */
const stores = ["docs/sqlite.md", "docs/postgres.md"];

/** What wants another runner, or another place: see below, tests/browser and tests/runtimes. */
const isElsewhere = ({ page, name, place }: (typeof modules)[number]) =>
  place !== undefined || stores.includes(page) || name?.includes(".test.");

const here = modules.filter((module) => !isElsewhere(module));
test.each(here.map(({ page, line, path }) => ({ name: `${page}:${line}`, path })))(
  "the code of $name runs",
  { timeout: 120_000 },
  async ({ path }) => {
    const [before, own] = [process.cwd(), mkdtempSync(join(tmpdir(), "varve-docs-"))];
    onTestFinished(() => {
      process.chdir(before);
      rmSync(own, { recursive: true, force: true });
    });
    process.chdir(own); // what it writes is written there
    await import(pathToFileURL(path).href);
  },
);

test("the test of a store that docs/custom-store.md shows passes", { timeout: 120_000 }, () => {
  const { path } = modules.find(({ name }) => name === "documents.test.js") ?? { path: "" };
  writeFileSync(path, readFileSync(path, "utf8").replace('from "vitest"', 'from "node:test"'));
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const { stdout, status } = spawnSync(process.execPath, [path], { encoding: "utf8", env });
  const failed = [...stdout.matchAll(/^\s*(?:not ok|✖) (.*)$/gm)].map(([, name]) => name);
  expect({ status, failed }).toEqual({ status: 0, failed: [] });
  expect(Number(/^[#ℹ] pass (\d+)/m.exec(stdout)?.[1])).toBeGreaterThan(500);
});

test("code that is shown of a file stands in it", () => {
  for (const { page, line, file, text } of pages.flatMap(blocksOf)) {
    if (file === undefined) continue;
    const at = `${page}:${line}`;
    expect(existsSync(`${root}${file}`), `${at}: ${file} is there`).toBe(true);
    expect(readFileSync(`${root}${file}`, "utf8"), `${at}: ${file}`).toContain(text);
  }
});

test("blocks of other languages are what they say", async () => {
  for (const block of pages.flatMap(blocksOf)) {
    const { page, line, language, file, notRun } = block;
    const at = `${page}:${line}`;
    if (notRun !== undefined) console.warn(`left out: ${at}: ${notRun}`);
    else if (language !== "ts" && language !== "js" && file === undefined) {
      await checkOther(block, at);
    }
  }
});
