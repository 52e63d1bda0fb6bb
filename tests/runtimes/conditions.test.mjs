// The entries of workerd and edge-light, which import the module: loaded by Node as those runtimes would, on the
// machine's Node and on Node 24.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { after, describe, test } from "node:test";
import { inRoot } from "../../js/scripts/lib/project.mjs";
import { nodes, project, run } from "./lib/project.mjs";
import { expected } from "./lib/scenario.mjs";

const app = project("conditions", { apart: true });
cpSync(inRoot("tests", "runtimes", "lib", "scenario.mjs"), app.path("scenario.mjs"));
after(() => app.remove());

/** What workerd and Next.js do with an import of a .wasm file: the export is the compiled module. */
const wasmLoader = `
  import { readFile } from "node:fs/promises";
  export async function load(url, context, next) {
    if (!url.endsWith(".wasm?module")) return next(url, context);
    const path = JSON.stringify(new URL(url).pathname);
    const source = \`import { readFile } from "node:fs/promises";
      export default await WebAssembly.compile(await readFile(\${path}));\`;
    return { format: "module", source, shortCircuit: true };
  }`;
const register = `
  import { register } from "node:module";
  register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(wasmLoader)}`)});`;

for (const node of nodes) {
  for (const condition of ["workerd", "edge-light"]) {
    describe(`Node ${run(node, ["--version"]).trim()}, condition ${condition}`, () => {
      const printed = (source) => {
        app.write("edge.mjs", `${register}${source}`);
        return app.run(node, ["--conditions", condition, "edge.mjs"]);
      };

      test("the whole scenario runs with the module that was imported", () => {
        const source = `
          const [varve, { toOpenAI }, { scenario }] = await Promise.all(
            ["varve", "varve/formats/openai", "./scenario.mjs"].map((name) => import(name)),
          );
          console.log(JSON.stringify(await scenario({ varve, toOpenAI })));`;
        assert.deepEqual(JSON.parse(printed(source)), expected());
      });

      test("varve/tokens counts with the module that was imported", () => {
        const source = `
          const { countTokens, loadEncoding } = await import("varve/tokens");
          const { cl100k_base } = await import("varve/encodings/cl100k_base");
          await loadEncoding();
          await loadEncoding(cl100k_base);
          console.log(countTokens("hello world"), countTokens("one two three", "cl100k_base"));`;
        assert.equal(printed(source), "2 3\n");
      });
    });
  }
}
