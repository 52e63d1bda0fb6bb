// What docs/postgres.md shows, on a server: postgres.test.ts has one.
import pg from "pg";
import { createVarve } from "varve";
import { postgres } from "varve/storage/postgres";
import { blocksOf } from "./blocks.js";
import { modulesOf, written } from "./modules.js";

const page = "docs/postgres.md";

/** Runs the page's code over a database of its own, then its statements; gives the rows of those that have some. */
export async function postgresPage(url: string): Promise<unknown[][]> {
  process.env.DATABASE_URL = url;
  for (const module of modulesOf(page)) await import(written(module, { into: "postgres" }));

  const storage = postgres(url, { rowLevelSecurity: true, onNotice() {} });
  const varve = createVarve({ workspace: "acme", storage });
  const chat = await varve.open("chat");
  await chat.user("My order 4711 never came.");
  await varve.close();

  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE ROLE app");
  const found: unknown[][] = [];
  for (const { text } of blocksOf(page).filter(({ language }) => language === "sql")) {
    const results = [await client.query(text)].flat(); // one a statement
    found.push(...results.map(({ rows }) => rows).filter((rows) => rows.length > 0));
    if (text.startsWith("GRANT")) await client.query("SET ROLE app; SET varve.workspace = 'acme'");
  }
  await client.end();
  return found;
}
