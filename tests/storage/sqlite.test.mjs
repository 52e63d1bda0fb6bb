// SQLite, with processes that are killed, and many that write one file.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { contention } from "./contention.mjs";
import { crashes } from "./crashes.mjs";
import { approvals, pauses } from "./policies.mjs";

describe("SQLite", () => {
  const folder = mkdtempSync(join(tmpdir(), "varve-sqlite-"));
  const store = (name) => ({ kind: "sqlite", file: join(folder, `${name}.db`) });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps what was acknowledged to 200 processes that are killed", async (t) => {
    const { rounds, acknowledged } = await crashes({ store: store("crashes"), rounds: 200 });
    t.diagnostic(`SQLite: ${acknowledged} acknowledged in ${rounds} rounds`);
    assert.equal(rounds, 200);
  });

  it("takes 16 processes with 500 commits each on one branch", async (t) => {
    const { longest, seconds } = await contention({ store: store("c"), writers: 16, commits: 500 });
    t.diagnostic(`SQLite: ${seconds.toFixed(0)} s, the longest wait ${longest.toFixed(0)} ms`);
  });

  it("lets one of three processes use a proposal, 30 times", async (t) => {
    const lost = await approvals({ store: store("approvals"), rounds: 30 });
    t.diagnostic(`SQLite: 30 acknowledged, the others were told ${JSON.stringify(lost)}`);
  });

  it("stops the policies of another process by a pause, 5 times", async (t) => {
    const pinned = await pauses({ store: store("pauses"), rounds: 5 });
    t.diagnostic(`SQLite: ${pinned} acknowledged before the pauses, none after`);
  });
});
