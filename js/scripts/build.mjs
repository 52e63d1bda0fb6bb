// Builds the package: Rust to pkg/, pkg-tokens/, pkg-stores/ and pkg-summarize/ (wasm-pack, then wasm-opt), the
// vocabularies of the token counter to pkg-encodings/, TypeScript and all these to dist/ (rolldown, tsc). Each part
// is skipped while its inputs are what they were.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { namedByLikeness } from "./lib/likeness.mjs";
import { exists, filesIn, fingerprint, inRoot, readJson, root } from "./lib/project.mjs";
import { bold, fail, must, red, StepError, step } from "./lib/run.mjs";
import { clearStamp, readStamp, writeStamp } from "./lib/stamp.mjs";
import { targetFeatures } from "./lib/wasm.mjs";
import { setup, wasmBindgenVersion } from "./setup.mjs";

/** In bytes, gzipped. What is over still works: npm run build and npm test fail, npm start does not. */
const BUDGET = {
  module: 260 * 1024, // to become 250 KB, and then 200
  face: 25 * 1024,
  stores: 108 * 1024, // the module of varve/storage/indexed-db; to become 60 KB
  summarize: 16 * 1024, // the built-in summarizer, module and JavaScript
  tokens: 780_000, // varve/tokens with o200k_base, minified
  whole: 1_048_576, // varve with o200k_base, minified: the smallest limit of edge platforms
};

/**
 * What wasm-opt does, besides the level. Functions that are called once stay functions of their own: they compress better
 * apart, by a twentieth of the module, and engines compile them sooner. So do common subexpressions that are
 * repeated rather than kept in locals. Nothing lies in the first kilobyte of memory, the far end of the stack.
 */
const OPTIMISATIONS = [
  "--one-caller-inline-max-function-size=20",
  "--skip-pass=local-cse",
  "--low-memory-unused",
];

/**
 * What wasm-opt does once the functions are named by their places. The alignment that loads and stores announce is a
 * hint that engines on 64-bit processors do not use; one for all of them compresses better.
 */
const ORDER = [
  "--dealign",
  "--reorder-functions-by-name",
  "--generate-stack-ir",
  "--optimize-stack-ir",
  "--strip-producers",
  "--strip-target-features",
];

/** At the level for size, locals stay as the compiler set them: that takes more bytes, and fewer of them compressed. */
const FOR_SIZE = ["--skip-pass=simplify-locals"];

/** What the levels stand for, for instructions to stay those of the level. */
const LEVELS = {
  "-Os": ["--optimize-level=2", "--shrink-level=1"],
  "-O3": ["--optimize-level=3", "--shrink-level=0"],
};

/**
 * The stack, in bytes. Static data stands behind it: below a mebibyte its addresses take a byte less each, thousands
 * of times.
 */
const STACK = 960 * 1024;

/**
 * The standard library is built with the module, for size, and panics trap at once: the one that rustup
 * brings is built for speed, and its panics format messages that nobody would see. Cargo calls this
 * unstable; RUSTC_BOOTSTRAP lets the pinned stable compiler do it (CONTRIBUTING.md, "Ledger").
 */
const STANDARD_LIBRARY = {
  cargo: ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"],
  env: {
    RUSTC_BOOTSTRAP: "1",
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS:
      "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none" +
      ` -Clink-arg=-zstack-size=${STACK}`,
  },
};

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

const scripts = ["js/scripts/build.mjs", "js/scripts/lib/likeness.mjs", "js/scripts/lib/wasm.mjs"];
/** What every module is made of, with what is its own. */
const sources = (...own) => [
  "Cargo.toml",
  "Cargo.lock",
  "rust-toolchain.toml",
  ...filesIn("module"),
  ...own,
  ...scripts,
];
export const moduleFile = inRoot("pkg", "varve_bg.wasm");
const tokensModuleFile = inRoot("pkg-tokens", "tokens_bg.wasm");
const storesModuleFile = inRoot("pkg-stores", "stores_bg.wasm");
const summarizeModuleFile = inRoot("pkg-summarize", "summarize.wasm");
const vocabularyFile = (name) => inRoot("pkg-encodings", `${name}.txt`);

/** Builds what changed. Prints the sizes when it built something, or when `sizes` is true; returns them. */
export async function build({ sizes = false } = {}) {
  const { env } = await setup();
  await buildModule(env);
  await buildTokensModule(env);
  await buildStoresModule(env);
  await buildSummarizeModule(env);
  await buildVocabularies(env);
  const { built, measured } = await buildPackage(env);
  if (sizes || built) printSizes(measured);
  return measured;
}

async function buildModule(env) {
  const inputs = sources(...filesIn("src"), ...filesIn(".cargo"));
  const key = fingerprint(inputs, [wasmBindgenVersion()]);
  if (exists(moduleFile) && readStamp("module", key)) return;

  clearStamp("module");
  await step("Rust to WebAssembly", (onLine) =>
    wasmPack("pkg", "varve", {
      env,
      cwd: root,
      onLine,
      hint: "look above for the compiler's error",
    }),
  );
  await step("wasm-opt", (onLine) => optimize(moduleFile, { env, onLine }));
  writeStamp("module", key);
}

/** The module that counts, for `varve` and `varve/tokens`. */
async function buildTokensModule(env) {
  const inputs = sources("src/lib.rs", ...filesIn("src/tokens"), ...filesIn("src/wasm"));
  const key = fingerprint(inputs, [wasmBindgenVersion()]);
  if (exists(tokensModuleFile) && readStamp("tokens-module", key)) return;

  clearStamp("tokens-module");
  const only = ["--no-default-features", "--features", "tokens"];
  // Nearly all of it is tables: here speed is chosen over the size of the code.
  const fast = { ...env, CARGO_PROFILE_RELEASE_OPT_LEVEL: "s" };
  await step("token counting to WebAssembly", async (onLine) => {
    await wasmPack("pkg-tokens", "tokens", { env: fast, cwd: root, onLine }, only);
    await optimize(tokensModuleFile, { env, onLine }, { level: "-O3" });
  });
  writeStamp("tokens-module", key);
}

/** The module of `varve/storage/indexed-db`: stores, and nothing of repositories. */
async function buildStoresModule(env) {
  const inputs = sources(...filesIn("src"));
  const key = fingerprint(inputs, [wasmBindgenVersion()]);
  if (exists(storesModuleFile) && readStamp("stores-module", key)) return;

  clearStamp("stores-module");
  const only = ["--no-default-features", "--features", "stores"];
  await step("stores to WebAssembly", async (onLine) => {
    await wasmPack("pkg-stores", "stores", { env, cwd: root, onLine }, only);
    await optimize(storesModuleFile, { env, onLine });
  });
  writeStamp("stores-module", key);
}

/** The module of the built-in summarizer, which has a border of its own: nothing of wasm-bindgen. */
async function buildSummarizeModule(env) {
  const inputs = sources(
    "src/lib.rs",
    "src/tokens/approximate.rs",
    ...filesIn("src/collections"),
    ...filesIn("src/summarize"),
    ...filesIn("src/wasm"),
  );
  const key = fingerprint(inputs);
  if (exists(summarizeModuleFile) && readStamp("summarize-module", key)) return;

  clearStamp("summarize-module");
  const target = "wasm32-unknown-unknown";
  const only = ["--no-default-features", "--features", "summarize"];
  const given = ["build", "--release", "--package", "varve-module", "--target", target];
  await step("built-in summarizer to WebAssembly", async (onLine) => {
    const options = { env: { ...env, ...STANDARD_LIBRARY.env }, cwd: root, onLine };
    await must("cargo", [...given, ...only, ...STANDARD_LIBRARY.cargo], options);
    mkdirSync(inRoot("pkg-summarize"), { recursive: true });
    cpSync(inRoot("target", target, "release", "varve_module.wasm"), summarizeModuleFile);
    await optimize(summarizeModuleFile, { env, onLine });
  });
  writeStamp("summarize-module", key);
}

/** The vocabularies, from tiktoken-rs. */
async function buildVocabularies(env) {
  const inputs = [
    "Cargo.lock",
    "src/tokens/asset.rs",
    ...filesIn("src/tokens/asset"),
    ...filesIn("examples/token_assets"),
  ];
  const key = fingerprint(inputs);
  if (exists(vocabularyFile("o200k_base")) && readStamp("vocabularies", key)) return;

  clearStamp("vocabularies");
  const command = ["run", "--example", "token_assets", "--", "pkg-encodings"];
  await step("vocabularies of the token counter", (onLine) =>
    must("cargo", command, { env, cwd: root, onLine }),
  );
  writeStamp("vocabularies", key);
}

/** Has wasm-pack write a raw module and its glue into a folder, under this name. */
export function wasmPack(folder, name, options, extra = []) {
  const target = ["--target", "web", "--no-pack", "--mode", "no-install"];
  target.push("--out-dir", resolve(root, folder), "--out-name", name);
  const env = { ...options.env, ...STANDARD_LIBRARY.env };
  const given = ["build", inRoot("module"), ...target, ...extra, ...STANDARD_LIBRARY.cargo];
  return must("wasm-pack", given, { ...options, env });
}

/**
 * Runs wasm-opt over a module in place, with the features it uses, if they are ones we ship; then puts functions that
 * are alike side by side. `named`: for looking at; names stay, and functions are not inlined.
 */
export async function optimize(file, options, { level = "-Os", named = false } = {}) {
  const features = featuresOf(file);
  const readable = named ? ["--debuginfo", "--no-inline=*"] : [];
  const passes = level === "-Os" ? [...OPTIMISATIONS, ...FOR_SIZE] : OPTIMISATIONS;
  await wasmOpt(file, [...features, ...readable, level, ...passes], options);
  if (named) return;
  writeFileSync(file, namedByLikeness(readFileSync(file)));
  await wasmOpt(file, [...features, ...LEVELS[level], ...ORDER], options);
}

/** wasm-opt's switches for what a module uses, if it is what we ship. */
function featuresOf(file) {
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
  return ["--mvp-features", ...used.map((name) => FEATURES[name])];
}

function wasmOpt(file, passes, options) {
  const tool = inRoot("node_modules", "binaryen", "bin", "wasm-opt");
  return must(process.execPath, [tool, file, "-o", file, ...passes], options);
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
  cpSync(tokensModuleFile, inRoot("dist", "varve-tokens.wasm"));
  cpSync(summarizeModuleFile, inRoot("dist", "varve-summarize.wasm"));
  const measured = { module: size(readFileSync(moduleFile)), ...(await step("bundles", bundle)) };
  writeStamp("package", key, measured);
  return { built: true, measured };
}

/** Writes dist/esm and dist/cjs; returns the sizes of what an app would get, minified. */
async function bundle() {
  const { rolldown } = await import("rolldown");
  const drivers = Object.keys(readJson("package.json").peerDependencies ?? {});
  const common = {
    external: [/\.wasm(\?|$)/, /^(node|bun|cloudflare):/, ...drivers],
    plugins: [modulePlugin()],
    platform: "neutral",
    cwd: root,
  };
  const write = async (format, input, shared, plugins) => {
    const bundled = await rolldown({ ...common, plugins: [...common.plugins, ...plugins], input });
    await bundled.write({
      dir: inRoot("dist", format),
      format,
      entryFileNames: "[name].js",
      chunkFileNames: `${shared}/[name].js`,
      exports: "named",
      comments: { legal: true, annotation: true, jsdoc: false },
    });
    await bundled.close();
  };
  for (const format of ["esm", "cjs"]) {
    const all = Object.entries(entries(format));
    const isApart = ([name]) => name.startsWith("entries/tokens");
    const apart = Object.fromEntries(all.filter(isApart));
    await write(format, Object.fromEntries(all.filter((entry) => !isApart(entry))), "shared", []);
    await write(format, apart, "shared-tokens", [vocabulariesOutside()]);
  }
  const weigh = async (source, without = []) => {
    const external = [...common.external, ...without];
    const weighed = await rolldown({ ...common, external, input: inRoot(`js/src/${source}.ts`) });
    const { output } = await weighed.generate({ format: "esm", minify: true });
    await weighed.close();
    const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
    const atOnce = new Set();
    const take = (name) => {
      if (!chunks.has(name) || atOnce.has(name)) return;
      atOnce.add(name);
      for (const imported of chunks.get(name).imports ?? []) take(imported);
    };
    for (const { isEntry, isDynamicEntry, fileName } of output)
      if (isEntry && !isDynamicEntry) take(fileName);
    const code = (isOwn) =>
      output
        .filter(({ fileName }) => atOnce.has(fileName) === isOwn)
        .map(({ code: text }) => text ?? "")
        .join("");
    return {
      own: size(Buffer.from(code(true))),
      later: size(Buffer.from(code(false))), // the vocabulary, the checks of schemas
    };
  };
  const sum = (...sizes) => ({
    raw: sizes.reduce((total, { raw }) => total + raw, 0),
    gz: sizes.reduce((total, { gz }) => total + gz, 0),
  });
  const slim = await weigh("entries/slim");
  const edge = await weigh("entries/edge"); // modules beside it, as files
  const tokens = await weigh("entries/tokens");
  const summarizer = await weigh("summarize/extract", [/errors\.js$/]); // which varve brings
  const [module, counting, summarizing] = [moduleFile, tokensModuleFile, summarizeModuleFile].map(
    (file) => size(readFileSync(file)),
  );
  return {
    face: slim.own,
    stores: size(readFileSync(storesModuleFile)),
    summarize: sum(summarizing, summarizer.own),
    tokens: sum(tokens.own, tokens.later),
    whole: sum(edge.own, edge.later, module, counting, summarizing),
  };
}

/**
 * `varve/tokens` is bundled by itself: it counts with a module of its own, so it shares no state with
 * `varve`. The vocabularies, which are large and have no state, are the same files for both.
 */
function vocabulariesOutside() {
  return {
    name: "varve-vocabularies-outside",
    resolveId(id) {
      const [, name] = /\/(encodings\/\w+\.js)$/.exec(id) ?? [];
      return name ? { id: `../${name}`, external: true } : undefined;
    },
  };
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
  const wasm = {
    "varve:module": "varve.wasm",
    "varve:tokens-module": "varve-tokens.wasm",
    "varve:summarize-module": "varve-summarize.wasm",
  };
  const text = {
    "varve:base64": () => ["base64", readFileSync(moduleFile).toString("base64")],
    "varve:stores-base64": () => ["base64", readFileSync(storesModuleFile).toString("base64")],
    "varve:summarize-base64": () => [
      "base64",
      readFileSync(summarizeModuleFile).toString("base64"),
    ],
    "varve:tokens-base64": () => ["base64", readFileSync(tokensModuleFile).toString("base64")],
  };
  const vocabulary = "varve:vocabulary/";
  return {
    name: "varve-module",
    resolveId(id, importer) {
      if (id in text || id.startsWith(vocabulary)) return { id };
      if (!(id in wasm)) return undefined;
      const here = dirname(importer).slice(inRoot("js", "src").length + 1);
      const up = "../".repeat(1 + here.split(/[\\/]/).length);
      return { id: `${up}${wasm[id]}?module`, external: true };
    },
    load(id) {
      if (id.startsWith(vocabulary)) {
        const file = vocabularyFile(id.slice(vocabulary.length));
        return `export const vocabulary = "${readFileSync(file, "latin1")}";`;
      }
      if (!(id in text)) return undefined;
      const [name, content] = text[id]();
      return `export const ${name} = "${content}";`;
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
