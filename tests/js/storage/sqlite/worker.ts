// A worker that runs the cases of the conformance kit on its own D1, one a request: bundled and run by
// d1.test.ts. `/` tells their names and why some are left out, `/3` runs the fourth.

import { D1_VALUE_BYTES } from "../../../../js/src/storage/sqlite/drivers/d1.js";
import { tablesOf } from "../../../../js/src/storage/sqlite/tables.js";
import { type D1Binding, sqlite } from "../../../../js/src/storage/sqlite.js";
import { testStorageAdapter } from "../../../../js/src/testing.js";

let database: D1Binding;
const cases: { name: string; run?: () => Promise<void> }[] = [];
let group = "";

/** A place that is emptied, as making tables anew for each case would take most of the time. */
async function place() {
  await sqlite(database).migrate?.();
  return { open: () => sqlite(database), destroy: empty };
}

async function empty(): Promise<void> {
  const t = tablesOf();
  const parts = [t.journal, t.blobs, t.logs, t.checkpoints, t.segments];
  const all = [...parts, t.commits, t.refs, t.annotations, t.repositories];
  await database.batch(all.map((table) => database.prepare(`DELETE FROM ${table}`)) as never[]);
}

testStorageAdapter(place, {
  describe(name, define) {
    group = name;
    define();
  },
  it: Object.assign(
    (name: string, run: () => Promise<void>) =>
      void cases.push({ name: `${group} > ${name}`, run }),
    { skip: (name: string) => void cases.push({ name: `${group} > ${name}` }) },
  ),
  slow: false,
  capabilities: { maxObjectBytes: D1_VALUE_BYTES, projects: true },
});

export default {
  async fetch(request: { url: string }, env: { DB: D1Binding }): Promise<Response> {
    database = env.DB;
    const index = new URL(request.url).pathname.slice(1);
    if (index === "") {
      return Response.json(cases.map(({ name, run }) => ({ name, runs: run !== undefined })));
    }
    try {
      await cases[Number(index)]?.run?.();
      return new Response("kept");
    } catch (error) {
      return new Response(error instanceof Error ? `${error.stack}` : String(error));
    }
  },
};
