// Builds the package: Rust to pkg/ (wasm-pack, then wasm-opt), TypeScript and pkg/ to dist/
// (rolldown, tsc). Each half is skipped while its inputs are what they were.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { exists, filesIn, fingerprint, inRoot, readJson, root } from "./lib/project.mjs";
import { bold, fail, must, red, StepError, step } from "./lib/run.mjs";
import { clearStamp, readStamp, writeStamp } from "./lib/stamp.mjs";
import { targetFeatures } from "./lib/wasm.mjs";
import { setup, wasmBindgenVersion } from "./setup.mjs";

/** In bytes, gzipped. What is over still works: npm run build and npm test fail, npm start does not. */
const BUDGET = { module: 450 * 1024, face: 25 * 1024 };

/** What every engine we support can run, by LLVM's name, and wasm-opt's switch for it. */
const FEATURES = {
  "bulk-memory": "--enable-bulk-memory",
  "bulk-memory-opt": "--enable-bulk-memory-opt",
  "call-indirect-overlong": "--enable-call-indirect-overlong",
  multivalue: "--enable-multivalue",
  "mutable-globals": "--enable-mutable-globals",
  "nontrapping-fptoint": "--enable-nontrapping-float-to-int",
  "reference-types": "--enable-reference-types",
  "sign-ext": "--enable-sign-ext",
};

const scripts = ["js/scripts/build.mjs", "js/scripts/lib/wasm.mjs"];
export const moduleFile = inRoot("pkg", "varve_bg.wasm");

/** Builds what changed. Prints the sizes when it built something, or when `sizes` is true; returns them. */
export async function build({ sizes = false } = {}) {
  const { env } = await setup();
  await buildModule(env);
  const { built, measured } = await buildPackage(env);
  if (sizes || built) printSizes(measured);
  return measured;
}

async function buildModule(env) {
  const inputs = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    ...filesIn("src"),
    ...filesIn(".cargo"),
    ...scripts,
  ];
  const key = fingerprint(inputs, [wasmBindgenVersion()]);
  if (exists(moduleFile) && readStamp("module", key)) return;

  clearStamp("module");
  await step("Rust to WebAssembly", (onLine) =>
    must("wasm-pack", wasmPack("pkg"), {
      env,
      cwd: root,
      onLine,
      hint: "look above for the compiler's error",
    }),
  );
  await step("wasm-opt", (onLine) => optimize(moduleFile, { env, onLine }));
  writeStamp("module", key);
}

/** The arguments that make wasm-pack write a raw module and its glue into a folder. */
export function wasmPack(folder) {
  const target = ["--target", "web", "--no-pack", "--mode", "no-install"];
  return ["build", root, ...target, "--out-dir", folder];
}

/** Runs wasm-opt over a module in place, with the features it uses, if they are ones we ship. */
export async function optimize(file, options, extra = []) {
  const used = targetFeatures(readFileSync(file));
  if (!used) {
    throw new StepError("the module has no target_features section", {
      hint: 'Cargo.toml needs strip = "debuginfo" rather than true',
    });
  }
  const unknown = used.filter((name) => !FEATURES[name]);
  if (unknown.length > 0) {
    throw new StepError(`the module uses ${unknown.join(", ")}, which some engines refuse`, {
      hint: "turn it off in the compiler's flags, or add it to FEATURES in js/scripts/build.mjs",
    });
  }
  const wasmOpt = inRoot("node_modules", "binaryen", "bin", "wasm-opt");
  const features = ["--mvp-features", ...used.map((name) => FEATURES[name])];
  const passes = [...extra, "-O3", "--strip-producers", "--strip-target-features"];
  await must(process.execPath, [wasmOpt, file, "-o", file, ...features, ...passes], options);
}

async function buildPackage(env) {
  const inputs = [
    ...filesIn("pkg"),
    ...filesIn("js/src"),
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    ...scripts,
  ];
  const key = fingerprint(inputs);
  const known = exists(inRoot("dist", "varve.wasm")) && readStamp("package", key);
  if (known) return { built: false, measured: known };

  clearStamp("package");
  rmSync(inRoot("dist"), { recursive: true, force: true });
  await step("type declarations", () =>
    must(
      process.execPath,
      [
        inRoot("node_modules", "typescript", "bin", "tsc"),
        "--noEmit",
        "false",
        "--emitDeclarationOnly",
        "--outDir",
        "dist/esm",
      ],
      {
        env,
        cwd: root,
        hint: "look above for the type error",
      },
    ),
  );
  cpSync(inRoot("dist", "esm"), inRoot("dist", "cjs"), { recursive: true });
  writeFileSync(inRoot("dist", "cjs", "package.json"), '{ "type": "commonjs" }\n');
  cpSync(moduleFile, inRoot("dist", "varve.wasm"));
  const face = await step("bundles", bundle);

  const module = readFileSync(moduleFile);
  const measured = { module: size(module), face: size(Buffer.from(face)) };
  writeStamp("package", key, measured);
  return { built: true, measured };
}

/** Writes dist/esm and dist/cjs; returns the code of the JavaScript face, minified, to be weighed. */
async function bundle() {
  const { rolldown } = await import("rolldown");
  const common = {
    external: [/\.wasm(\?|$)/],
    plugins: [modulePlugin()],
    platform: "neutral",
    cwd: root,
  };
  for (const format of ["esm", "cjs"]) {
    const bundled = await rolldown({ ...common, input: entries(format) });
    await bundled.write({
      dir: inRoot("dist", format),
      format,
      entryFileNames: "[name].js",
      chunkFileNames: "shared/[name].js",
      exports: "named",
      comments: { legal: true, annotation: true, jsdoc: false },
    });
    await bundled.close();
  }
  const weighed = await rolldown({ ...common, input: inRoot("js/src/entries/slim.ts") });
  const { output } = await weighed.generate({ format: "esm", minify: true });
  await weighed.close();
  return output.map((chunk) => chunk.code ?? "").join("");
}

/** The sources of what `exports` in package.json promises: ./dist/esm/x/y.js is js/src/x/y.ts. */
function entries(format) {
  const targets = JSON.stringify(readJson("package.json").exports).matchAll(
    new RegExp(`\\./dist/${format}/([\\w/-]+)\\.js`, "g"),
  );
  return Object.fromEntries(
    [...targets].map(([, name]) => [name, inRoot("js", "src", `${name}.ts`)]),
  );
}

/** Gives the names of js/src/entries/modules.d.ts their content. */
function modulePlugin() {
  return {
    name: "varve-module",
    resolveId(id, importer) {
      if (id === "varve:base64") return { id };
      if (id !== "varve:module") return undefined;
      const here = dirname(importer).slice(inRoot("js", "src").length + 1);
      const up = "../".repeat(1 + here.split(/[\\/]/).length);
      return { id: `${up}varve.wasm?module`, external: true };
    },
    load(id) {
      if (id !== "varve:base64") return undefined;
      return `export const base64 = "${readFileSync(moduleFile).toString("base64")}";`;
    },
  };
}

function size(bytes) {
  return { raw: bytes.length, gz: gzipSync(bytes, { level: 9 }).length };
}

/** Throws if the module or the face is larger than planned. */
export function checkBudget(measured) {
  for (const [name, { gz }] of Object.entries(measured)) {
    if (gz <= BUDGET[name]) continue;
    throw new StepError(
      `the ${name} takes ${kb(gz)} gz, ${kb(gz - BUDGET[name])} over its budget`,
      {
        hint: "npm run size:ledger tells what takes the room",
      },
    );
  }
}

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

function printSizes(measured) {
  const labels = { module: "module", face: "JavaScript face, minified" };
  for (const [name, { raw, gz }] of Object.entries(measured)) {
    const over = gz > BUDGET[name] ? red(" over budget") : "";
    process.stderr.write(
      `  ${labels[name]}: ${kb(raw)}, ${bold(`${kb(gz)} gz`)} of ${kb(BUDGET[name])}${over}\n`,
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(inRoot("pkg"), { recursive: true });
  await build({ sizes: true }).then(checkBudget).catch(fail);
}
