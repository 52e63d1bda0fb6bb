// The packed tarball, installed as a user would, on the machine's Node and on Node 24: it loads as
// ESM and as CommonJS, its types resolve, and it holds only what it should.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { inRoot, readJson, root } from "../../js/scripts/lib/project.mjs";
import { nodes, tarball as packed, project } from "./lib/project.mjs";
import { expected as wanted } from "./lib/scenario.mjs";

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

const tarball = packed();
const fresh = project("package");
const { run, write } = fresh;

after(() => fresh.remove());

/** One scenario for every runtime: it must print the version. */
const scenario = `
  const assert = (ok, what) => { if (!ok) throw new Error(what); };
  const main = async ({ version, isVarveError, VarveError }) => {
    assert(isVarveError(new VarveError("Closed", "closed", {}), "Closed"), "errors are recognised");
    console.log(await version());
  };`;

/** Counting, the same from `varve` and `varve/tokens`: it must print 2 and 3. */
const counting = `
  const count = async ({ countTokens, loadEncoding }, { cl100k_base }) => {
    await loadEncoding();
    await loadEncoding(cl100k_base);
    console.log(countTokens("hello world"), countTokens("one two three", "cl100k_base"));
  };`;

for (const node of nodes) {
  describe(`Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`, () => {
    const expected = `${readJson("package.json").version}\n`;

    test("the whole scenario runs, in memory", () => {
      cpSync(inRoot("tests", "runtimes", "lib", "scenario.mjs"), fresh.path("scenario.mjs"));
      write(
        "whole.mjs",
        `import * as varve from "varve";
        import { toOpenAI } from "varve/formats/openai";
        import { scenario } from "./scenario.mjs";
        console.log(JSON.stringify(await scenario({ varve, toOpenAI })));`,
      );
      assert.deepEqual(JSON.parse(run(node, ["whole.mjs"])), wanted());
    });

    test("import gives the ESM build", () => {
      write("esm.mjs", `import * as varve from "varve";${scenario} await main(varve);`);
      assert.equal(run(node, ["esm.mjs"]), expected);
    });

    test("require gives the CommonJS build", () => {
      write("cjs.cjs", `${scenario} main(require("varve"));`);
      assert.equal(run(node, ["cjs.cjs"]), expected);
    });

    for (const condition of ["workerd", "edge-light"]) {
      test(`the condition ${condition} gives the entry that imports the module`, () => {
        const source = `
          import { register } from "node:module";
          register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(wasmLoader)}`)});
          const varve = await import("varve");${scenario}
          await main(varve);`;
        write("edge.mjs", source);
        assert.equal(run(node, ["--conditions", condition, "edge.mjs"]), expected);
      });
    }

    for (const entry of ["varve", "varve/tokens"]) {
      test(`${entry} counts tokens as ESM and as CommonJS`, () => {
        const asset = "varve/encodings/cl100k_base";
        write(
          "e.mjs",
          `import * as v from "${entry}"; import * as a from "${asset}";${counting} await count(v, a);`,
        );
        write("c.cjs", `${counting} count(require("${entry}"), require("${asset}"));`);
        assert.equal(run(node, ["e.mjs"]), "2 3\n");
        assert.equal(run(node, ["c.cjs"]), "2 3\n");
      });

      test(`a bundled ${entry} fetches the vocabulary when it is needed`, async () => {
        const { rolldown } = await import("rolldown");
        write(
          "count.mjs",
          `import { countTokens, loadEncoding } from "${entry}";
          await loadEncoding(); console.log(countTokens("hello world"));`,
        );
        const bundled = await rolldown({ input: join(fresh.dir, "count.mjs"), cwd: fresh.dir });
        const dir = join(fresh.dir, "bundle");
        const { output } = await bundled.write({
          dir,
          format: "esm",
          minify: true,
          entryFileNames: "[name].mjs",
        });
        await bundled.close();
        const later = output.filter((chunk) => chunk.isDynamicEntry).map(({ code }) => code.length);
        const large = later.filter((length) => length > 200_000);
        assert.equal(large.length, 1, `the vocabulary is a chunk of its own, of ${later}`);
        assert.equal(run(node, ["bundle/count.mjs"]), "2\n");
      });

      for (const condition of ["workerd", "edge-light"]) {
        test(`${entry} counts under the condition ${condition}`, () => {
          const loader = `data:text/javascript,${encodeURIComponent(wasmLoader)}`;
          write(
            "count-edge.mjs",
            `import { register } from "node:module";
            register(${JSON.stringify(loader)});
            ${counting} await count(await import("${entry}"), await import("varve/encodings/cl100k_base"));`,
          );
          assert.equal(run(node, ["--conditions", condition, "count-edge.mjs"]), "2 3\n");
        });
      }
    }

    test("a bundle that shakes its tree still has its modules, and counts", async () => {
      const { rolldown } = await import("rolldown");
      write(
        "app.mjs",
        `import { createVarve } from "varve";
        const chat = await createVarve().open("a");
        const { tokenCount } = await chat.user("hello world");
        console.log(tokenCount);`,
      );
      const bundled = await rolldown({
        input: join(fresh.dir, "app.mjs"),
        cwd: fresh.dir,
        treeshake: true,
      });
      await bundled.write({
        file: join(fresh.dir, "bundle.mjs"),
        format: "esm",
        minify: true,
        codeSplitting: false,
      });
      assert.equal(run(node, ["bundle.mjs"]), "2\n");
    });

    test("slim runs with the module the user brings", () => {
      const source = `
        import { readFile } from "node:fs/promises";
        import * as varve from "varve/slim";${scenario}
        varve.init(() => readFile(new URL(import.meta.resolve("varve/varve.wasm"))));
        await main(varve);`;
      write("slim.mjs", source);
      assert.equal(run(node, ["slim.mjs"]), expected);
    });

    test("slim without a module says what to do, and works once it has one", () => {
      const source = `
        import { readFile } from "node:fs/promises";
        import * as varve from "varve/slim";${scenario}
        const error = await varve.version().catch((e) => e);
        assert(error.message.includes("init(module)"), error.message);
        varve.init(() => readFile(new URL(import.meta.resolve("varve/varve.wasm"))));
        await main(varve);`;
      write("retry.mjs", source);
      assert.equal(run(node, ["retry.mjs"]), expected);
    });
  });
}

/** Type-checks a consumer; the declarations in the package are checked as well (no skipLibCheck). */
function typecheck(files, compilerOptions) {
  const source = `
    import { isVarveError, version } from "varve";
    import { init } from "varve/slim";
    export const v: Promise<string> = version();
    export const checks = [isVarveError(v), init(new Uint8Array(8))];`;
  for (const file of files) write(file, source);
  const common = { target: "es2022", types: [], strict: true, noEmit: true };
  const options = { ...common, lib: ["es2022", "dom"], ...compilerOptions };
  write("tsconfig.json", JSON.stringify({ compilerOptions: options, files }));
  run(process.execPath, [inRoot("node_modules", "typescript", "bin", "tsc"), "-p", "."]);
}

test("types resolve with nodenext, from ESM and from CommonJS", () => {
  typecheck(["use.mts", "use.cts"], { module: "nodenext" });
});

test("types resolve with bundler", () => {
  typecheck(["use.mts"], { module: "esnext", moduleResolution: "bundler" });
});

test("types need no DOM where Node's are there", () => {
  const typeRoots = [inRoot("node_modules", "@types")];
  typecheck(["use.mts"], { module: "nodenext", lib: ["es2022"], types: ["node"], typeRoots });
});

test("publint finds nothing", () => {
  run(
    process.execPath,
    [inRoot("node_modules", "publint", "src", "cli.js"), "run", tarball.path, "--strict"],
    { cwd: root },
  );
});

test("are the types wrong? finds nothing", () => {
  const attw = inRoot("node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
  // node10 resolves without `exports`: subpaths cannot work there.
  const options = [
    "--profile",
    "node16",
    "--exclude-entrypoints",
    "varve.wasm",
    "varve-tokens.wasm",
    "package.json",
  ];
  run(process.execPath, [attw, tarball.path, ...options], { cwd: root });
});

test("the tarball holds only what a user needs", () => {
  const strange = tarball.files
    .map((file) => file.path)
    .filter(
      (path) =>
        !/^(dist\/.+\.(js|d\.ts|wasm)|dist\/cjs\/package\.json|package\.json|[A-Z-]+(\.md)?)$/.test(
          path,
        ),
    );
  assert.deepEqual(strange, []);
});

test("nothing in the package evaluates text, awaits at the top, or asks where it is", () => {
  const scripts = tarball.files.map((file) => file.path).filter((path) => path.endsWith(".js"));
  for (const path of scripts) {
    const code = readFileSync(join(fresh.dir, "node_modules", "varve", path), "utf8");
    const builtin = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']node:/;
    for (const banned of [/\beval\(/, /new Function\b/, /^await /m, /import\.meta/, builtin]) {
      assert.doesNotMatch(code.slice(0, 2_000_000), banned, `${path} contains ${banned}`);
    }
  }
});

test("it depends on no other package at run time but the drivers that an app chooses", () => {
  const { dependencies, peerDependencies, peerDependenciesMeta } = readJson("package.json");
  assert.equal(dependencies, undefined);
  const wanted = Object.keys(peerDependencies).filter(
    (name) => !peerDependenciesMeta[name]?.optional,
  );
  assert.deepEqual(wanted, []);
});
