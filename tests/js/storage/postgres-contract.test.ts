// The PostgreSQL adapter keeps the contract of stores: on a real server.
import type pg from "pg";
import postgresJs from "postgres";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type PostgresOptions, postgres } from "../../../js/src/storage/postgres.js";
import { testStorageAdapter } from "../../../js/src/testing.js";
import { capabilities, maxObjectBytes, place, poolOf } from "./postgres-support.js";
import { missing, type PostgresServer, startPostgres } from "./server/postgres.js";

describe.skipIf(missing)("on a server", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let sql: postgresJs.Sql;
  let app: pg.Pool;
  const empty = (text: string) => pool.query(text);
  const options: PostgresOptions = { maxObjectBytes, onNotice: () => {} };

  beforeAll(async () => {
    server = await startPostgres();
    pool = poolOf({ connectionString: server.url() });
    sql = postgresJs(server.url(), { prepare: false, onnotice: () => {} });
    app = poolOf({ connectionString: server.url({ role: "app" }) });
    await postgres(pool, { ...options, rowLevelSecurity: true }).migrate();
    await pool.query(`CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA varve TO app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA varve TO app`);
  }, 60_000);

  afterAll(async () => {
    await app?.end();
    await sql?.end();
    await pool?.end();
    await server?.stop();
  }, 60_000);

  describe("pg", () => {
    const factory = place(() => postgres(pool, options), empty);
    testStorageAdapter(factory, { describe, it, capabilities });
  });

  describe("postgres.js", () => {
    const factory = place(() => postgres(sql, options), empty);
    testStorageAdapter(factory, { describe, it, capabilities, slow: false });
  });

  describe("pg, as a role that policies hold for", () => {
    const factory = place(() => postgres(app, { ...options, rowLevelSecurity: true }), empty);
    testStorageAdapter(factory, { describe, it, capabilities, slow: false });
  });
});
