// PostgreSQL, with a real server: clients that are killed, a server that is, many writers at once.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { missing, startPostgres } from "../js/storage/server/postgres.ts";
import { contention } from "./contention.mjs";
import { crashes } from "./crashes.mjs";
import { approvals, pauses } from "./policies.mjs";

describe("PostgreSQL", { skip: missing }, () => {
  let server;
  const store = (schema) => ({ kind: "postgres", url: server.url(), schema });

  before(async () => {
    server = await startPostgres();
  });
  after(() => server?.stop());

  it("keeps what was acknowledged to 50 clients that are killed", async (t) => {
    const { rounds, acknowledged } = await crashes({ store: store("clients"), rounds: 50 });
    t.diagnostic(`PostgreSQL: ${acknowledged} acknowledged in ${rounds} rounds`);
    assert.equal(rounds, 50);
  });

  it("keeps what was acknowledged by a server that stops at once, 10 times", async (t) => {
    const kill = async ({ child }) => {
      await server.crash();
      child.kill("SIGKILL");
    };
    const { acknowledged } = await crashes({ store: store("server"), rounds: 10, kill });
    t.diagnostic(`PostgreSQL: ${acknowledged} acknowledged`);
  });

  it("takes 16 writers with 500 commits each on one branch", async (t) => {
    const store16 = store("contended");
    const { longest, seconds } = await contention({ store: store16, writers: 16, commits: 500 });
    t.diagnostic(`PostgreSQL: ${seconds.toFixed(0)} s, the longest wait ${longest.toFixed(0)} ms`);
  });

  it("lets one of three processes use a proposal, 30 times", async (t) => {
    const lost = await approvals({ store: store("approvals"), rounds: 30 });
    t.diagnostic(`PostgreSQL: 30 acknowledged, the others were told ${JSON.stringify(lost)}`);
  });

  it("stops the policies of another process by a pause, 5 times", async (t) => {
    const pinned = await pauses({ store: store("pauses"), rounds: 5 });
    t.diagnostic(`PostgreSQL: ${pinned} acknowledged before the pauses, none after`);
  });
});
