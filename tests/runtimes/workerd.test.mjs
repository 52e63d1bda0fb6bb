// Cloudflare's workerd: a Worker, D1, and Durable Objects with storage of their own, bundled by wrangler from the packed
// tarball.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { after, describe, test } from "node:test";
import { inRoot } from "../../js/scripts/lib/project.mjs";
import { project } from "./lib/project.mjs";
import { expected } from "./lib/scenario.mjs";
import { bundled, worker } from "./lib/workerd.mjs";

/** The smallest limit of edge platforms, in bytes, gzipped. */
const LIMIT = 1_048_576;

const made = project("workerd");
const files = ["lib/scenario.mjs", "workers/app.mjs", "workers/kit.mjs"];
for (const file of files) cpSync(inRoot("tests", "runtimes", file), made.path(file.split("/")[1]));

const whole = bundled(made, "app.mjs");
const app = worker(whole, {
  d1Databases: ["DB"],
  durableObjects: { CHATS: { className: "Chats", useSQLite: true } },
});
const kit = worker(bundled(made, "kit.mjs"), {
  durableObjects: {
    PLACES: { className: "Place", useSQLite: true },
    WITHOUT_SQL: { className: "WithoutSql" },
  },
});

after(async () => {
  await app.stop();
  await kit.stop();
  made.remove();
});

test("what wrangler uploads, with o200k_base, has at most 1 MB gzipped", (t) => {
  const [gz, raw] = [whole.gz, whole.raw].map((size) => (size / 1024).toFixed(1));
  t.diagnostic(`an edge function as wrangler uploads it: ${gz} KB gz, ${raw} KB`);
  assert.ok(whole.gz <= LIMIT, `${whole.gz} bytes, ${whole.gz - LIMIT} too many`);
});

test("a Worker runs the scenario in memory", async () => {
  assert.deepEqual(await app.ask("memory"), expected());
});

test("a Worker runs the scenario with D1, and opens it again", async () => {
  assert.deepEqual(await app.ask("d1"), expected({ storage: true }));
});

for (const durability of ["strict", "relaxed"]) {
  test(`a Durable Object runs the scenario with its own storage, ${durability}`, async () => {
    assert.deepEqual(await app.ask(`object/${durability}`), expected({ storage: true }));
  });
}

for (const store of ["d1", "object"]) {
  test(`${store}: what is too large is TooLarge, and the next commit goes on`, async () => {
    const { message, ...answer } = await app.ask(`${store}-too-large`);
    assert.deepEqual(answer, { typed: true, code: "TooLarge", messages: 1 });
    assert.match(message, /1990000/);
  });
}

describe("what Workers cannot do is a typed error that says what to do", () => {
  const refusals = {
    "without-sql": ["Validation", /new_sqlite_classes/],
    "no-storage": ["Validation", /ctx\.storage/],
    "no-durability": ["Validation", /"later", expected strict or relaxed/],
    file: ["Unavailable", /in a Worker hand in a binding of D1/],
    "indexed-db": ["Unavailable", /no IndexedDB; take another storage/],
    postgres: ["Unavailable", /npm install pg/],
  };
  for (const [path, [code, says]] of Object.entries(refusals)) {
    test(path, async () => {
      const { message, ...answer } = await kit.ask(path);
      assert.deepEqual(answer, { typed: true, code });
      assert.match(message, says);
    });
  }
});

describe("varve/storage/durable-object keeps the promises of a store, in an object", async () => {
  for (const [index, { name, runs }] of (await kit.ask("kit")).entries()) {
    test(name, { skip: !runs }, async () => {
      assert.equal(await kit.ask(`kit/${index}`), "kept");
    });
  }
});
