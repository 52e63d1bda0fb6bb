// What bundlers leave of the packed tarball: all that an app uses, and nothing else. rolldown (and so Vite), esbuild and
// webpack read `sideEffects` each in a way of their own.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { rolldown } from "rolldown";
import { inRoot } from "../../js/scripts/lib/project.mjs";
import { packaged, project } from "./lib/project.mjs";

const require = createRequire(packaged("package.json"));
const esbuild = require("esbuild");
const webpack = require("webpack");

const app = project("shaken");
after(() => app.remove());

/** Each bundles a file of the project, as an ESM of its own with its chunks, into a folder. */
const bundlers = {
  async rolldown(input, dir) {
    const bundled = await rolldown({ input, cwd: app.dir });
    await bundled.write({ dir, format: "esm", minify: true, entryFileNames: "main.mjs" });
    await bundled.close();
  },
  async esbuild(input, outdir) {
    await esbuild.build({
      absWorkingDir: app.dir,
      entryPoints: { main: input },
      outExtension: { ".js": ".mjs" },
      outdir,
      bundle: true,
      splitting: true,
      minify: true,
      format: "esm",
    });
  },
  async webpack(input, path) {
    const stats = await new Promise((resolve, reject) => {
      const options = {
        mode: "production",
        context: app.dir,
        entry: input,
        target: "es2022",
        experiments: { outputModule: true },
        optimization: { minimize: false }, // which takes half a minute, and drops no more
        output: { path, filename: "main.mjs", chunkFilename: "[name].mjs", module: true },
      };
      webpack(options, (error, done) => (error ? reject(error) : resolve(done)));
    });
    assert.equal(stats.hasErrors(), false, stats.toString());
  },
};

/** Bundles a source; gives the folder, the entry's text, and the text of all files by name. */
async function bundle(name, source) {
  app.write("app.mjs", source);
  const dir = app.path("dist", name);
  rmSync(dir, { recursive: true, force: true });
  await bundlers[name](app.path("app.mjs"), dir);
  const files = readdirSync(dir).map((file) => [file, readFileSync(join(dir, file), "utf8")]);
  const texts = Object.fromEntries(files);
  return { dir, main: texts["main.mjs"], all: Object.values(texts).join(""), texts };
}

/** A piece in the middle of a module's base64, which nothing else contains. */
function mark(file) {
  const bytes = readFileSync(inRoot("dist", file));
  const start = 3 * Math.floor(bytes.length / 6);
  return bytes.subarray(start, start + 300).toString("base64");
}
const core = mark("varve.wasm");
const counter = mark("varve-tokens.wasm");
/** Counting, from `varve` as from `varve/tokens`: it prints 2. */
const counting = (entry) => `
  import { countTokens, loadEncoding } from "${entry}";
  await loadEncoding();
  console.log(countTokens("hello world"));`;

for (const name of Object.keys(bundlers)) {
  describe(name, () => {
    const printed = ({ dir }) => app.run(process.execPath, [join(dir, "main.mjs")]);

    test("an app that only opens a repository has its module, and counts", async () => {
      const made = await bundle(
        name,
        `import { createVarve } from "varve";
        const chat = await createVarve().open("a");
        const { tokenCount } = await chat.user("hello world");
        console.log(tokenCount);`,
      );
      assert.equal(printed(made), "2\n");
    });

    for (const [entry, modules] of [
      ["varve", { core: 1, counter: 1 }],
      ["varve/tokens", { core: 0, counter: 1 }],
    ]) {
      test(`an app of ${entry} has each module it needs once, and fetches the vocabulary when it is needed`, async () => {
        const made = await bundle(name, counting(entry));
        assert.equal(printed(made), "2\n");
        const times = (module) => made.all.split(module).length - 1;
        assert.deepEqual({ core: times(core), counter: times(counter) }, modules);
        const large = Object.keys(made.texts).filter(
          (file) => file !== "main.mjs" && statSync(join(made.dir, file)).size > 800_000,
        );
        const vocabularies = large.filter((file) => !made.texts[file].includes(core));
        assert.equal(vocabularies.length, 1, `one chunk is the vocabulary: ${large}`);
      });
    }

    test("an app of one converter has no module, no vocabulary, and no other converter", async () => {
      const made = await bundle(
        name,
        `import { fromOpenAI } from "varve/formats/openai";
        console.log(fromOpenAI([{ role: "user", content: "hello" }])[0].parts[0].text);`,
      );
      assert.equal(printed(made), "hello\n");
      assert.ok(made.all.length < 100_000, `${made.all.length} bytes`);
      assert.doesNotMatch(made.all, /functionResponse|tool_use/);
    });

    test("imports that are not used leave nothing behind", async () => {
      const imports = ["models", "summarizers", "encodings/cl100k_base"]
        .concat(["sqlite", "postgres", "indexed-db"].map((name) => `storage/${name}`))
        .concat(["openai", "anthropic", "ai-sdk", "google"].map((name) => `formats/${name}`))
        .map((name, index) => `import * as unused${index} from "varve/${name}";`);
      const made = await bundle(name, `${imports.join("\n")}\nconsole.log("nothing");`);
      assert.equal(printed(made), "nothing\n");
      assert.ok(made.all.length < 3000, `${made.all.length} bytes: ${made.all.slice(0, 300)}`);
    });
  });
}
