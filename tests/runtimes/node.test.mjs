// The packed tarball on the machine's Node and on Node 24, in a project that has nothing but varve: ESM, CommonJS,
// counting alone, a module of one's own, files of SQLite.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { after, describe, test } from "node:test";
import { inRoot, readJson } from "../../js/scripts/lib/project.mjs";
import { nodes, project, run } from "./lib/project.mjs";
import { expected } from "./lib/scenario.mjs";

/** Where only varve is found, and where the drivers of this repository are found as well. */
const app = project("node", { apart: true });
const withDrivers = project("node-drivers");
for (const { path } of [app, withDrivers]) {
  cpSync(inRoot("tests", "runtimes", "lib", "scenario.mjs"), path("scenario.mjs"));
}

after(() => {
  app.remove();
  withDrivers.remove();
});

/** The scenario as ESM; `storage`: the text of a function that makes the store's adapter. */
const esm = (storage = "undefined") => `
  import * as varve from "varve";
  import { toOpenAI } from "varve/formats/openai";
  import { sqlite } from "varve/storage/sqlite";
  import { scenario } from "./scenario.mjs";
  console.log(JSON.stringify(await scenario({ varve, toOpenAI, storage: ${storage} })));`;

const cjs = (storage = "undefined") => `
  const varve = require("varve");
  const { toOpenAI } = require("varve/formats/openai");
  const { sqlite } = require("varve/storage/sqlite");
  import("./scenario.mjs")
    .then(({ scenario }) => scenario({ varve, toOpenAI, storage: ${storage} }))
    .then((report) => console.log(JSON.stringify(report)));`;

/** Opens a store and says how that went. */
const opening = (storage) => `
  import { createVarve, isVarveError } from "varve";
  import { sqlite } from "varve/storage/sqlite";
  const varve = createVarve({ storage: ${storage} });
  const error = await varve.open("chat").catch((thrown) => thrown);
  console.log(JSON.stringify({ typed: isVarveError(error), code: error.code, message: error.message }));`;

/** Counting, the same from `varve` and `varve/tokens`: it must print 2 and 3. */
const counting = `
  const count = async ({ countTokens, loadEncoding }, { cl100k_base }) => {
    await loadEncoding();
    await loadEncoding(cl100k_base);
    console.log(countTokens("hello world"), countTokens("one two three", "cl100k_base"));
  };`;

for (const node of nodes) {
  const version = run(node, ["--version"]).trim();
  const hasSqlite = Number(version.slice(1).split(".")[0]) >= 24;

  describe(`Node ${version}`, () => {
    const report = (project, file, source) => {
      project.write(file, source);
      return JSON.parse(project.run(node, ["--no-warnings", file]));
    };

    test("the whole scenario runs as ESM", () => {
      assert.deepEqual(report(app, "whole.mjs", esm()), expected());
    });

    test("the whole scenario runs as CommonJS", () => {
      assert.deepEqual(report(app, "whole.cjs", cjs()), expected());
    });

    test("import and require give two copies, each of the version of the package", () => {
      const source = `
        import { createRequire } from "node:module";
        import * as esm from "varve";
        const cjs = createRequire(import.meta.url)("varve");
        const error = new cjs.VarveError("Closed", "closed", {});
        const known = esm.isVarveError(error, "Closed");
        console.log(JSON.stringify({ versions: [await esm.version(), await cjs.version()], known }));`;
      const { version: wanted } = readJson("package.json");
      assert.deepEqual(report(app, "both.mjs", source), {
        versions: [wanted, wanted],
        known: true,
      });
    });

    for (const entry of ["varve", "varve/tokens"]) {
      test(`${entry} counts tokens as ESM and as CommonJS`, () => {
        const asset = "varve/encodings/cl100k_base";
        const imports = `import * as v from "${entry}"; import * as a from "${asset}";`;
        app.write("count.mjs", `${imports}${counting} await count(v, a);`);
        app.write("count.cjs", `${counting} count(require("${entry}"), require("${asset}"));`);
        assert.equal(app.run(node, ["count.mjs"]), "2 3\n");
        assert.equal(app.run(node, ["count.cjs"]), "2 3\n");
      });
    }

    test("slim without a module says what to do, and runs the scenario once it has one", () => {
      const source = `
        import { readFile } from "node:fs/promises";
        import * as varve from "varve/slim";
        import { toOpenAI } from "varve/formats/openai";
        import { scenario } from "./scenario.mjs";
        const { message } = await varve.version().catch((error) => error);
        varve.init(() => readFile(new URL(import.meta.resolve("varve/varve.wasm"))));
        console.log(JSON.stringify({ message, report: await scenario({ varve, toOpenAI }) }));`;
      const { message, report: given } = report(app, "slim.mjs", source);
      assert.match(message, /init\(module\)/);
      assert.deepEqual(given, expected());
    });

    test("slim counts with the module the user brings, where there is one", () => {
      const source = `
        import { readFile } from "node:fs/promises";
        import * as varve from "varve/slim";
        const brought = [];
        const bring = (name) => () => {
          brought.push(name);
          return readFile(new URL(import.meta.resolve("varve/" + name)));
        };
        varve.init(bring("varve.wasm"), bring("varve-tokens.wasm"));
        const { tokenCount } = await (await varve.createVarve().open("chat")).user("hello world");
        console.log(JSON.stringify({ brought: brought.sort(), tokenCount }));`;
      assert.deepEqual(report(app, "brought.mjs", source), {
        brought: ["varve-tokens.wasm", "varve.wasm"],
        tokenCount: 2,
      });
    });

    if (hasSqlite) {
      test("a path is opened by node:sqlite, as ESM and as CommonJS", () => {
        const stored = expected({ storage: true });
        assert.deepEqual(report(app, "file.mjs", esm(`() => sqlite("esm.db")`)), stored);
        assert.deepEqual(report(app, "file.cjs", cjs(`() => sqlite("cjs.db")`)), stored);
      });

      test("a path is opened by better-sqlite3, where it is asked for", () => {
        const storage = `() => sqlite("better.db", { driver: "better-sqlite3" })`;
        assert.deepEqual(
          report(withDrivers, "better.mjs", esm(storage)),
          expected({ storage: true }),
        );
      });
    } else {
      test("a path that nothing opens is a typed error that names what would", () => {
        const error = report(app, "refused.mjs", opening(`sqlite("chat.db")`));
        assert.equal(error.typed, true);
        assert.equal(error.code, "Unavailable");
        assert.match(error.message, /Node 22\.5 or newer.+install better-sqlite3/);
      });

      test("a better-sqlite3 that wants a newer Node is a typed error that says so", () => {
        const storage = `sqlite("chat.db", { driver: "better-sqlite3" })`;
        const error = report(withDrivers, "older.mjs", opening(storage));
        assert.equal(error.typed, true);
        assert.equal(error.code, "Unavailable");
        assert.match(error.message, /better-sqlite3.+Node/);
      });
    }
  });
}
