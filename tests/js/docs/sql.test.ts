// The statements of docs/postgres.md, over the tables of a store. Those of docs/sqlite.md are run by sqlite/tables.test.ts.
import { PGlite } from "@electric-sql/pglite";
import { createVarve } from "varve";
import { postgres } from "varve/storage/postgres";
import { expect, test } from "vitest";
import { blocksOf } from "./blocks.js";

test("the statements of docs/postgres.md run, and give rows", { timeout: 60_000 }, async () => {
  const database = new PGlite();
  const storage = postgres(database, { rowLevelSecurity: true, onNotice() {} });
  const varve = createVarve({ workspace: "acme", storage });
  const chat = await varve.open("chat");
  await chat.user("My order 4711 never came.");
  await database.exec("CREATE ROLE app");
  const found: unknown[] = [];
  for (const { text } of blocksOf("docs/postgres.md").filter(
    ({ language }) => language === "sql",
  )) {
    const results = await database.exec(text);
    found.push(...results.map(({ rows }) => rows).filter((rows) => rows.length > 0));
  }
  expect(found).toMatchObject([
    [{ operation: "append", role: "user" }],
    [{ repository: "chat", role: "user" }],
  ]);
  await varve.close();
  await database.close();
});
