// The PostgreSQL adapter keeps the contract of stores, with every driver.
import { PGlite } from "@electric-sql/pglite";
import { neon, neonConfig } from "@neondatabase/serverless";
import pg from "pg";
import postgresJs from "postgres";
import { afterAll, beforeAll, describe, it } from "vitest";
import {
  type PostgresOptions,
  type PostgresStorage,
  postgres,
} from "../../../js/src/storage/postgres.js";
import { testStorageAdapter } from "../../../js/src/testing.js";
import { answeredBy } from "./server/neon.js";
import { missing, type PostgresServer, startPostgres } from "./server/postgres.js";

const maxObjectBytes = 2 ** 20;
const capabilities = { durability: "strict", maxObjectBytes, projects: true } as const;

/** Cases share tables, which are emptied after each. */
const place = (open: () => PostgresStorage, empty: (text: string) => Promise<unknown>) => () => ({
  open,
  async destroy() {
    await empty("DELETE FROM varve.repositories");
  },
});

describe.skipIf(missing)("on a server", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  let sql: postgresJs.Sql;
  let app: pg.Pool;
  const empty = (text: string) => pool.query(text);
  const options: PostgresOptions = { maxObjectBytes, onNotice: () => {} };

  beforeAll(async () => {
    server = await startPostgres();
    pool = new pg.Pool({ connectionString: server.url() });
    sql = postgresJs(server.url(), { prepare: false, onnotice: () => {} });
    app = new pg.Pool({ connectionString: server.url({ role: "app" }) });
    await postgres(pool, { ...options, rowLevelSecurity: true }).migrate();
    await pool.query(`CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA varve TO app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA varve TO app`);
  }, 60_000);

  afterAll(async () => {
    await app?.end();
    await sql?.end();
    await pool?.end();
    await server?.stop();
  });

  describe("pg", () => {
    const factory = place(() => postgres(pool, options), empty);
    testStorageAdapter(factory, { describe, it, capabilities });
  });

  describe("postgres.js", () => {
    const factory = place(() => postgres(sql, options), empty);
    testStorageAdapter(factory, { describe, it, capabilities });
  });

  describe("pg, as a role that policies hold for", () => {
    const factory = place(() => postgres(app, { ...options, rowLevelSecurity: true }), empty);
    testStorageAdapter(factory, { describe, it, capabilities });
  });
});

describe("in this process", () => {
  let pglite: PGlite;
  const empty = (text: string) => pglite.query(text);

  beforeAll(async () => {
    pglite = await PGlite.create();
    neonConfig.fetchFunction = answeredBy(pglite);
    await postgres(pglite).migrate();
  }, 60_000);

  afterAll(async () => {
    neonConfig.fetchFunction = undefined;
    await pglite?.close();
  });

  describe("PGlite", () => {
    const factory = place(() => postgres(pglite, { maxObjectBytes }), empty);
    testStorageAdapter(factory, {
      describe,
      it,
      capabilities: { ...capabilities, durability: "memory" },
    });
  });

  describe("neon()", () => {
    const open = () => postgres(neon("postgres://u:p@neon.test/db"), { maxObjectBytes });
    testStorageAdapter(place(open, empty), { describe, it, capabilities });
  });
});
