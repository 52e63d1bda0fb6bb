// What is erased through varve is in no row of PostgreSQL, and, where asked for, in no file of its tables. Its
// write-ahead log keeps what was ever written until the server recycles it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, test } from "vitest";
import { postgres } from "../../../js/src/storage/postgres.js";
import { erasesAll } from "./erasing.js";
import { poolOf } from "./postgres-support.js";
import { missing, type PostgresServer, startPostgres } from "./server/postgres.js";

describe.skipIf(missing)("PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;

  beforeAll(async () => {
    server = await startPostgres();
    pool = poolOf({ connectionString: server.url(), max: 4 });
    await postgres(pool).migrate();
  }, 60_000);

  afterAll(async () => {
    await pool?.end();
    await server?.stop();
  }, 60_000);

  /** The tables with a row that holds the text. */
  async function rowsWith(text: string): Promise<string[]> {
    const { rows: tables } = await pool.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'varve' AND table_type = 'BASE TABLE'",
    );
    const hex = Buffer.from(text).toString("hex");
    const found: string[] = [];
    for (const { name } of tables) {
      const holds = `SELECT 1 FROM varve."${name}" AS t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || $2 || '%' LIMIT 1`;
      if ((await pool.query(holds, [text, hex])).rowCount !== 0) found.push(name);
    }
    return found;
  }

  /** The files of tables and indexes that hold the text. */
  async function filesWith(text: string): Promise<string[]> {
    await pool.query("CHECKPOINT");
    const base = join(server.dataDirectory, "base");
    return readdirSync(base, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => readFileSync(file, "latin1").includes(text));
  }

  test("no row holds what was erased", async () => {
    await erasesAll({ open: () => postgres(pool), search: rowsWith }, "rows");
  });

  test("with scrub: vacuum full, no file of a table does", async () => {
    const open = () => postgres(pool, { scrub: "vacuum full" });
    await erasesAll({ open, search: filesWith }, "files");
  });
});
