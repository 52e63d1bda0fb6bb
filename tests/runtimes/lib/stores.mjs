// The tests of a runtime that has a file system and drivers of SQLite: scripts/stores.mjs, run by it.
import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { inRoot } from "../../../js/scripts/lib/project.mjs";
import { project } from "./project.mjs";
import { expected } from "./scenario.mjs";

/**
 * Defines them. `command`: the runtime and its arguments; `drivers`: those that it has, `missing`: one that it has not, if any.
 */
export function testStores(name, { command: [binary, ...args], env, drivers, missing = "-" }) {
  let made;
  let answer;

  before(() => {
    made = project(name);
    cpSync(inRoot("tests/runtimes/lib/scenario.mjs"), made.path("scenario.mjs"));
    cpSync(inRoot("tests/runtimes/scripts/stores.mjs"), made.path("stores.mjs"));
    mkdirSync(made.path("files"));
    const given = [...args, "stores.mjs", made.path("files"), missing, ...drivers];
    const home = { ...process.env, HOME: made.dir, ...env };
    answer = JSON.parse(made.run(binary, given, { env: home }));
  });
  after(() => made?.remove());

  test("the whole scenario runs, in memory", () => {
    assert.deepEqual(answer.memory, expected());
  });

  for (const driver of ["the first that is there", ...drivers]) {
    test(`the whole scenario runs in a file, and opens it again: ${driver}`, () => {
      assert.deepEqual(answer.stored[driver], expected({ storage: true }));
    });
  }

  test(`varve/storage/sqlite keeps the promises of a store: ${drivers.at(-1)}`, (t) => {
    t.diagnostic(`${answer.kit.runs} cases`);
    assert.ok(answer.kit.runs > 500);
    assert.deepEqual(answer.kit.failed, []);
  });

  if (missing !== "-") {
    test(`${missing}, which is not there, is a typed error that says what to do`, () => {
      const { message, ...error } = answer.missing;
      assert.deepEqual(error, { typed: true, code: "Unavailable" });
      assert.match(message, new RegExp(`${missing} is not here; install it`));
    });
  }

  test("IndexedDB, which is not there, is a typed error that says what to do", () => {
    const { message, ...error } = answer.indexedDB;
    assert.deepEqual(error, { typed: true, code: "Unavailable" });
    assert.match(message, /no IndexedDB; take another storage/);
  });
}
