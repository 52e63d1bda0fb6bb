// The code of docs/sqlite.md runs, what is for a Worker in one.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { modulesOf, written } from "../../docs/modules.js";

const modules = modulesOf("docs/sqlite.md");

test("the code of docs/sqlite.md runs", async () => {
  const [before, own] = [process.cwd(), mkdtempSync(join(tmpdir(), "varve-docs-"))];
  onTestFinished(() => {
    process.chdir(before);
    rmSync(own, { recursive: true, force: true });
  });
  process.chdir(own);
  const here = modules.filter(({ place }) => place === undefined);
  for (const module of here) {
    await import(
      written(module, { into: "sqlite", more: "export const last = await chat.compile();" })
    );
  }
  expect(here).toHaveLength(1);
});
