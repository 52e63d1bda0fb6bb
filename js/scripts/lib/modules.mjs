// The modules of the package: Rust to WebAssembly by wasm-pack, made smaller by wasm-opt; and the vocabularies of the
// token counter. Each is skipped while its inputs are what they were.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { wasmBindgenVersion } from "../setup.mjs";
import { namedByLikeness } from "./likeness.mjs";
import { withLocalsAlike } from "./locals.mjs";
import { exists, filesIn, fingerprint, inRoot, root } from "./project.mjs";
import { must, StepError, step } from "./run.mjs";
import { clearStamp, readStamp, writeStamp } from "./stamp.mjs";
import { targetFeatures } from "./wasm.mjs";

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

/** Of so many orders of the functions, those that look best, the one is taken with which the module compresses best. */
const ORDERS = 3;
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
  rustflags:
    "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none" +
    ` -Clink-arg=-zstack-size=${STACK}`,
};

/**
 * What LLVM does for size, beyond its level. Functions called once stay functions of their own, the small ones aside: its
 * bonus for them is a constant, so all other costs are a hundredfold and it is next to nothing. No value is kept in a local
 * for a second use where making it again is short, and no load or sum is made earlier for a path that may want it.
 */
const LLVM_FOR_SIZE = [
  "-inline-instr-cost=500",
  "-inline-call-penalty=2500",
  "-inline-threshold=500",
  "-disable-lsr",
  "-disable-machine-licm",
  "-disable-machine-cse",
  "-enable-pre=0",
  "-enable-load-pre=0",
];

/**
 * Vectors of 128 bits, for the modules that hash: sha2 then takes a fifth less time, 30 % where an engine has only its first
 * compiler's code, and 0.8 KB less.
 */
const VECTORS = " -Ctarget-feature=+simd128";

/** The environment that cargo builds a module in; `fast`: for speed rather than for size; `hashes`: see {@link VECTORS}. */
function building(env, { fast = false, hashes = false } = {}) {
  const llvm = fast ? [] : LLVM_FOR_SIZE.map((option) => ` -Cllvm-args=${option}`);
  const vectors = hashes ? VECTORS : "";
  return {
    ...env,
    ...(fast ? { CARGO_PROFILE_RELEASE_OPT_LEVEL: "s" } : {}),
    RUSTC_BOOTSTRAP: "1",
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS:
      STANDARD_LIBRARY.rustflags + vectors + llvm.join(""),
  };
}

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
  simd128: "--enable-simd",
};

/** What every module is made of, with what is its own. */
const sources = (...own) => [
  "Cargo.toml",
  "Cargo.lock",
  "rust-toolchain.toml",
  ...filesIn("module"),
  ...own,
  ...["modules", "likeness", "locals", "window", "instructions", "wasm"].map(
    (name) => `js/scripts/lib/${name}.mjs`,
  ),
];
export const moduleFile = inRoot("pkg", "varve_bg.wasm");
export const tokensModuleFile = inRoot("pkg-tokens", "tokens_bg.wasm");
export const storesModuleFile = inRoot("pkg-stores", "stores_bg.wasm");
export const summarizeModuleFile = inRoot("pkg-summarize", "summarize.wasm");
export const vocabularyFile = (name) => inRoot("pkg-encodings", `${name}.txt`);

/** Builds the modules and vocabularies whose inputs changed. */
export async function buildModules(env) {
  await buildModule(env);
  await buildTokensModule(env);
  await buildStoresModule(env);
  await buildSummarizeModule(env);
  await buildVocabularies(env);
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
      hashes: true,
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
  await step("token counting to WebAssembly", async (onLine) => {
    await wasmPack("pkg-tokens", "tokens", { env, cwd: root, onLine, fast: true }, only);
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
    await wasmPack("pkg-stores", "stores", { env, cwd: root, onLine, hashes: true }, only);
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
    const options = { env: building(env), cwd: root, onLine };
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

/** Has wasm-pack write a raw module and its glue into a folder, under this name; `fast`: see {@link building}. */
export function wasmPack(folder, name, { env, fast, hashes, ...options }, extra = []) {
  const target = ["--target", "web", "--no-pack", "--mode", "no-install"];
  target.push("--out-dir", resolve(root, folder), "--out-name", name);
  const given = ["build", inRoot("module"), ...target, ...extra, ...STANDARD_LIBRARY.cargo];
  return must("wasm-pack", given, { ...options, env: building(env, { fast, hashes }) });
}

/**
 * Runs wasm-opt over a module in place, with the features it uses, if they are ones we ship; then puts functions that
 * are alike side by side and numbers their locals alike. `named`: for looking at; names stay, and functions are not inlined.
 */
export async function optimize(file, options, { level = "-Os", named = false } = {}) {
  const features = featuresOf(file);
  const readable = named ? ["--debuginfo", "--no-inline=*"] : [];
  const passes = level === "-Os" ? [...OPTIMISATIONS, ...FOR_SIZE] : OPTIMISATIONS;
  await wasmOpt(file, [...features, ...readable, level, ...passes], options);
  if (named) return;
  let least;
  for (const ordered of namedByLikeness(readFileSync(file), ORDERS)) {
    writeFileSync(file, ordered);
    await wasmOpt(file, [...features, ...LEVELS[level], ...ORDER], options);
    const module = withLocalsAlike(readFileSync(file));
    const size = gzipSync(module, { level: 9 }).length;
    if (!(size >= least?.size)) least = { module, size };
  }
  if (!WebAssembly.validate(least.module)) {
    throw new StepError(`${file} is no valid module with its locals renumbered`, {
      hint: "js/scripts/lib/instructions.mjs may not know an instruction that the compiler began to use",
    });
  }
  writeFileSync(file, least.module);
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
      hint: "turn it off in the compiler's flags, or add it to FEATURES in js/scripts/lib/modules.mjs",
    });
  }
  return ["--mvp-features", ...used.map((name) => FEATURES[name])];
}

function wasmOpt(file, passes, options) {
  const tool = inRoot("node_modules", "binaryen", "bin", "wasm-opt");
  return must(process.execPath, [tool, file, "-o", file, ...passes], options);
}
