// Vercel's edge runtime: the entry of the condition `edge-light`, bundled, in the virtual machine that Vercel and
// Next.js run edge functions in. What is imported as `.wasm?module` is a compiled module there, given from outside;
// evaluating text and compiling WebAssembly are forbidden, and so they are here.
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inRoot } from "../../js/scripts/lib/project.mjs";
import { packaged, project } from "./lib/project.mjs";
import { expected } from "./lib/scenario.mjs";

const require = createRequire(packaged("package.json"));
const { EdgeVM } = require("@edge-runtime/vm");
const esbuild = require("esbuild");

const app = project("edge-runtime");
after(() => app.remove());

/** Leaves modules out of the bundle, each under the name of a global, as Vercel's build does. */
function modulesApart(found) {
  return {
    name: "modules-apart",
    setup(build) {
      build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path.replace("?module", "")),
        namespace: "module",
      }));
      build.onLoad({ filter: /.*/, namespace: "module" }, ({ path }) => {
        const name = `wasm_${basename(path, ".wasm").replaceAll("-", "_")}`;
        found.set(name, path);
        return { contents: `export default ${name};`, resolveDir: dirname(path) };
      });
    },
  };
}

/** A function of the edge: its one text, and the modules that it is given. */
async function bundled(name, source) {
  app.write(`${name}.mjs`, source);
  const modules = new Map();
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: app.dir,
    entryPoints: [`${name}.mjs`],
    bundle: true,
    write: false,
    metafile: true,
    format: "iife",
    minify: true,
    target: "es2022",
    conditions: ["edge-light"],
    mainFields: ["module", "main"],
    plugins: [modulesApart(modules)],
  });
  return { code: outputFiles[0].text, modules, inputs: Object.keys(metafile.inputs) };
}

/** Runs it; what it gives `answer`. */
async function answerOf({ code, modules }) {
  const compiled = [...modules].map(async ([name, path]) => [
    name,
    await WebAssembly.compile(readFileSync(path)),
  ]);
  const globals = Object.fromEntries(await Promise.all(compiled));
  const vm = new EdgeVM({
    codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, globals),
  });
  vm.evaluate(code);
  return JSON.parse(await vm.evaluate("answer.then(JSON.stringify)"));
}

describe("Vercel's edge runtime", () => {
  let whole;
  before(async () => {
    cpSync(inRoot("tests", "runtimes", "lib", "scenario.mjs"), app.path("scenario.mjs"));
    whole = await bundled(
      "whole",
      `import * as varve from "varve";
      import { toOpenAI } from "varve/formats/openai";
      import { scenario } from "./scenario.mjs";
      globalThis.answer = scenario({ varve, toOpenAI });`,
    );
  });

  test("the whole scenario runs, in memory", async () => {
    assert.deepEqual(await answerOf(whole), expected());
  });

  test("the bundle is given its modules, and carries no copies of them", () => {
    assert.deepEqual([...whole.modules.keys()].sort(), [
      "wasm_varve",
      "wasm_varve_o200k_base",
      "wasm_varve_summarize",
      "wasm_varve_tokens",
    ]);
    assert.deepEqual(
      whole.inputs.filter((path) => /base64|encodings/.test(path) && !/\/base64\.js$/.test(path)),
      [],
    );
  });

  test("varve/tokens counts with a module of its own", async () => {
    const tokens = await bundled(
      "tokens",
      `import { countTokens, loadEncoding } from "varve/tokens";
      globalThis.answer = loadEncoding().then(() => countTokens("hello world"));`,
    );
    const names = [...tokens.modules.keys()].sort();
    assert.deepEqual(names, ["wasm_varve_o200k_base", "wasm_varve_tokens"]);
    assert.equal(await answerOf(tokens), 2);
  });

  for (const [subpath, store, message] of [
    ["sqlite", `sqlite("chat.db")`, /nothing here opens SQLite files/],
    ["postgres", `postgres("postgres://localhost/chat")`, /no driver for PostgreSQL/],
    ["indexed-db", `indexedDB("chat")`, /no IndexedDB; take another storage/],
  ]) {
    test(`${store} is refused with a typed error`, async () => {
      const edge = await bundled(
        subpath,
        `import { createVarve, isVarveError } from "varve";
        import * as stores from "varve/storage/${subpath}";
        const told = (error) => isVarveError(error) ? [error.code, error.message] : [String(error)];
        const open = () => createVarve({ storage: stores.${store} }).open("a");
        globalThis.answer = open().then((chat) => chat.user("hello")).then(() => ["stored"], told);`,
      );
      const [code, text] = await answerOf(edge);
      assert.equal(code, "Unavailable");
      assert.match(text, message);
    });
  }
});
