// The code of docs/sqlite.md runs, what is for a Worker in one.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVarve } from "varve";
import { type NodeDatabase, sqlite } from "varve/storage/sqlite";
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

test("what docs/sqlite.md says of a payload gives the text of a message", async () => {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite" as never) as unknown as {
    DatabaseSync: new (path: string) => NodeDatabase;
  };
  const database = new DatabaseSync(":memory:");
  const chat = await createVarve({ storage: sqlite(database) }).open("chat");
  await chat.user("What is the capital of France?");
  const [expression] = /json_extract\(.*\)(?=`)/.exec(readFileSync("docs/sqlite.md", "utf8")) ?? [];
  const rows = database.prepare(`SELECT ${expression} AS said FROM varve_commit_view`) as Rows;
  expect(rows.all().map((row) => ({ ...(row as object) }))).toEqual([
    { said: "What is the capital of France?" },
  ]);
});

type Rows = { all(): unknown[] };
