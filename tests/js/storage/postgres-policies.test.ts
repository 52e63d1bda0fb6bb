// What policies promise across restarts and processes, over a real PostgreSQL.
import { testVarve } from "varve/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { postgres } from "../../../js/src/storage/postgres.js";
import { policyCases } from "../../support/policies.mjs";
import { missing, type PostgresServer, startPostgres } from "./server/postgres.js";

describe.skipIf(missing)("policies over PostgreSQL", () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
    const storage = postgres(server.url());
    await storage.migrate();
    await storage.close();
  }, 60_000);

  afterAll(() => server?.stop(), 60_000);

  test.each(Object.entries(policyCases))("%s", async (_, run) => {
    await run({ testVarve, open: () => postgres(server.url()) });
  });
});
