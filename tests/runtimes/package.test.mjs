// The packed tarball, installed as a user would, on the machine's Node and on Node 24: it loads as
// ESM and as CommonJS, its types resolve, and it holds only what it should.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { node24 } from "../../js/scripts/lib/node24.mjs";
import { inRoot, readJson, root } from "../../js/scripts/lib/project.mjs";

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

const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const nodes = [...new Set([process.execPath, node24()])];
const folder = mkdtempSync(join(tmpdir(), "varve-package-"));
const project = join(folder, "project");
let tarball;

function run(command, args, cwd = project) {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")}\n${error.stdout}\n${error.stderr}`);
  }
}

function write(name, text) {
  writeFileSync(join(project, name), text);
}

before(() => {
  const [packed] = JSON.parse(run(npm, ["pack", "--json", "--pack-destination", folder], root));
  tarball = { ...packed, path: join(folder, packed.filename) };
  mkdirSync(project);
  write("package.json", '{ "private": true, "type": "module" }\n');
  run(npm, ["install", "--offline", "--no-audit", "--no-fund", tarball.path]);
});

after(() => rmSync(folder, { recursive: true, force: true }));

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
        const bundled = await rolldown({ input: join(project, "count.mjs"), cwd: project });
        const dir = join(project, "bundle");
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

    test("a bundle that shakes its tree still has its module", async () => {
      const { rolldown } = await import("rolldown");
      write("app.mjs", `import { version } from "varve";\nconsole.log(await version());`);
      const bundled = await rolldown({
        input: join(project, "app.mjs"),
        cwd: project,
        treeshake: true,
      });
      await bundled.write({
        file: join(project, "bundle.mjs"),
        format: "esm",
        minify: true,
        codeSplitting: false,
      });
      assert.equal(run(node, ["bundle.mjs"]), expected);
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
    root,
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
  run(process.execPath, [attw, tarball.path, ...options], root);
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
    const code = readFileSync(join(project, "node_modules", "varve", path), "utf8");
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
