// Builds the package: Rust to pkg/, pkg-tokens/, pkg-stores/ and pkg-summarize/, the vocabularies of the token counter to
// pkg-encodings/ (lib/modules.mjs); TypeScript and all these to dist/ (tsc, and rolldown in lib/bundles.mjs). Each part is
// skipped while its inputs are what they were.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle, size, vocabularyModule } from "./lib/bundles.mjs";
import { buildModules, moduleFile, summarizeModuleFile, tokensModuleFile } from "./lib/modules.mjs";
import { exists, filesIn, fingerprint, inRoot, root } from "./lib/project.mjs";
import { bold, fail, must, red, StepError, step } from "./lib/run.mjs";
import { clearStamp, readStamp, writeStamp } from "./lib/stamp.mjs";
import { setup } from "./setup.mjs";

/** In bytes, gzipped. What is over still works: npm run build and npm test fail, npm start does not. */
const BUDGET = {
  module: 250 * 1024, // to become 200 KB
  face: 25 * 1024,
  stores: 108 * 1024, // the module of varve/storage/indexed-db; to become 60 KB
  summarize: 16 * 1024, // the built-in summarizer, module and JavaScript
  tokens: 780_000, // varve/tokens with o200k_base, minified
  whole: 1_048_576, // varve with o200k_base, minified: the smallest limit of edge platforms
};

/** Builds what changed. Prints the sizes when it built something, or when `sizes` is true; returns them. */
export async function build({ sizes = false } = {}) {
  const { env } = await setup();
  await buildModules(env);
  const { built, measured } = await buildPackage(env);
  if (sizes || built) printSizes(measured);
  return measured;
}

async function buildPackage(env) {
  const inputs = [
    ...filesIn("pkg"),
    ...filesIn("pkg-tokens"),
    ...filesIn("pkg-stores"),
    ...filesIn("pkg-summarize"),
    ...filesIn("pkg-encodings"),
    ...filesIn("js/src"),
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "js/scripts/build.mjs",
    "js/scripts/lib/bundles.mjs",
    "js/scripts/lib/data-module.mjs",
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
  cpSync(tokensModuleFile, inRoot("dist", "varve-tokens.wasm"));
  cpSync(summarizeModuleFile, inRoot("dist", "varve-summarize.wasm"));
  writeFileSync(inRoot("dist", "varve-o200k_base.wasm"), vocabularyModule());
  const measured = { module: size(readFileSync(moduleFile)), ...(await step("bundles", bundle)) };
  writeStamp("package", key, measured);
  return { built: true, measured };
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
  const labels = {
    module: "module",
    face: "JavaScript face, minified",
    stores: "module of stores",
    summarize: "built-in summarizer",
    tokens: "varve/tokens with o200k_base",
    whole: "varve with o200k_base",
  };
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
