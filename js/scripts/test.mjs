// npm test: sets up, builds, runs every suite one after the other, and ends with one line a suite
// and a total. With arguments only the suites of these names or groups: npm test -- clippy vitest
import { readFileSync, rmSync } from "node:fs";
import { build } from "./build.mjs";
import { node24 } from "./lib/node24.mjs";
import { exists, inRoot, root } from "./lib/project.mjs";
import {
  capture,
  dim,
  excerpt,
  fail,
  green,
  red,
  StepError,
  seconds,
  step,
  withPath,
} from "./lib/run.mjs";
import { browser, pooler, setup } from "./setup.mjs";

const tool = (...path) => inRoot("node_modules", ...path);
const hasWasmTests = exists(inRoot("tests", "wasm", "main.rs"));
const wasm32 = ["--target", "wasm32-unknown-unknown"];
const wasmTests = hasWasmTests ? ["--test", "wasm"] : [];
/** The store in IndexedDB, which only browsers have. */
const storeTests = ["--features", "stores", "--test", "indexed_db"];

const TAP = ["--test-reporter=tap"];

/**
 * `group` is what npm run test:… asks for; `command` may be async; `count` reads the output; `packages`:
 * it wants those of tests/runtimes.
 */
const suites = [
  { name: "rustfmt", group: "rust", command: () => ["cargo", "fmt", "--check"] },
  {
    name: "clippy",
    group: "rust",
    command: () => ["cargo", "clippy", "--all-targets", "--", "-D", "warnings"],
  },
  {
    name: "clippy-wasm32",
    group: "rust",
    command: () => [
      "cargo",
      "clippy",
      ...wasm32,
      "--lib",
      ...wasmTests,
      ...storeTests,
      "--",
      "-D",
      "warnings",
    ],
  },
  {
    name: "cargo",
    group: "rust",
    command: () => ["cargo", "test", "--no-fail-fast"],
    count: countCargo,
  },
  {
    // The same histories with checkpoints every few commits, so that old rows are left out all the time.
    name: "cargo-tiny",
    group: "rust",
    command: () => ["cargo", "test", "--features", "tiny", "--test", "property"],
    count: countCargo,
  },
  {
    name: "wasm-node",
    group: "wasm",
    exists: hasWasmTests,
    command: (env) => wasmTest(env, { WASM_BINDGEN_TEST_ONLY_NODE: "1" }),
    count: countCargo,
  },
  {
    name: "wasm-browser",
    group: "wasm",
    exists: hasWasmTests,
    command: browserTest,
    count: countCargo,
  },
  { name: "biome", group: "js", command: () => node("@biomejs/biome/bin/biome", "check") },
  { name: "types", group: "js", command: () => node("typescript/bin/tsc", "-p", "tests") },
  {
    name: "vitest",
    group: "js",
    command: async (env) => {
      await pooler(env);
      return vitest();
    },
    count: countVitest,
    notes: leftOut,
  },
  { name: "sqlite", group: "js", command: sqlite, count: countVitest, packages: true },
  {
    name: "browser",
    group: "browser",
    command: (env) => inBrowser(env),
    count: countTap,
    packages: true,
  },
  {
    name: "crashes",
    group: "storage",
    command: () => [node24(), "--test", ...TAP, "--test-concurrency=1", "tests/storage/*.test.mjs"],
    count: countTap,
    notes: diagnostics,
    packages: true,
  },
  {
    name: "browser-crashes",
    group: "storage",
    command: (env) => inBrowser(env, "tests/browser/crashes/*.test.mjs"),
    count: countTap,
    notes: diagnostics,
    packages: true,
  },
  { name: "size", group: "package", command: () => [process.execPath, "js/scripts/build.mjs"] },
  {
    name: "package",
    group: "package",
    command: (env) => ({
      command: [node24(), "--test", ...TAP, "--test-concurrency=1", "tests/runtimes/*.test.mjs"],
      env: { ...env, MACHINE_NODE: process.execPath },
    }),
    count: countTap,
    notes: diagnostics,
    packages: true,
  },
  {
    name: "runtimes",
    group: "package",
    exists: exists(inRoot("tests", "runtimes", "browser")),
    command: (env) => inBrowser(env, "tests/runtimes/browser/*.test.mjs"),
    count: countTap,
    notes: diagnostics,
    packages: true,
  },
];

function node(script, ...args) {
  return [process.execPath, tool(...script.split("/")), ...args];
}

function wasmTest(env, variables, tests = wasmTests) {
  const runner = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner" };
  return {
    command: ["cargo", "test", ...wasm32, ...tests],
    env: { ...env, ...runner, ...variables },
  };
}

async function browserTest(env) {
  const chromium = await browser(env);
  if (!chromium) return undefined;
  const variables = {
    WASM_BINDGEN_USE_BROWSER: "1",
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: inRoot("tests", "wasm", "webdriver.json"),
    CHROMEDRIVER: chromium.driver,
    WASM_BINDGEN_TEST_TIMEOUT: "300", // seconds, for all of a file; the runner's own are 20, too few for a busy machine
  };
  return wasmTest(env, variables, [...wasmTests, ...storeTests]);
}

/** The package in the pages of a real browser. */
async function inBrowser(env, files = "tests/browser/*.test.mjs") {
  const chromium = await browser(env);
  if (!chromium) return undefined;
  return {
    command: [node24(), "--test", ...TAP, "--test-concurrency=1", files],
    env: { ...env, CHROMIUM: chromium.binary },
  };
}

const vitestReport = inRoot(".setup", "vitest.json");

function vitest() {
  rmSync(vitestReport, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`];
  return node("vitest/vitest.mjs", "run", ...reporters);
}

/** SQLite's drivers want a newer Node than varve does. */
function sqlite() {
  const [, ...rest] = vitest();
  return [
    node24(),
    ...rest,
    "--config",
    "tests/js/storage/sqlite/vitest.config.mjs",
    "--root",
    ".",
  ];
}

function countCargo(output) {
  const results = [...output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed/gm)];
  const sum = (index) => results.reduce((total, match) => total + Number(match[index]), 0);
  return { passed: sum(1), failed: sum(2) };
}

function countVitest() {
  const report = JSON.parse(readFileSync(vitestReport, "utf8"));
  return { passed: report.numPassedTests, failed: report.numFailedTests };
}

function countTap(output) {
  const figure = (name) => Number(new RegExp(`^# ${name} (\\d+)`, "m").exec(output)?.[1] ?? 0);
  return { passed: figure("pass"), failed: figure("fail") + figure("cancelled") };
}

/** What tests have to say besides passing: figures. */
function diagnostics(output) {
  return [
    ...output.matchAll(
      /^ *# (?!Subtest: )(.*\b(?:acknowledged|longest wait|cold start, all|the tarball|edge function)\b.*)$/gm,
    ),
  ].map((match) => match[1]);
}

/** What tests found no server for, and why. */
function leftOut(output) {
  return [...new Set(output.match(/^left out: .*$/gm))];
}

/** Runs one suite: `{ passed, failed, skipped?, output }`. */
async function run(suite, env) {
  let given;
  try {
    given = await suite.command(env);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return {
      passed: 0,
      failed: 1,
      output: `${error.output ?? ""}${error.message}\n${error.hint ?? ""}`,
    };
  }
  if (given === undefined) return { passed: 0, failed: 0, skipped: "no browser here" };

  const { command, env: own } = Array.isArray(given) ? { command: given, env } : given;
  const { code, output } = await step(
    suite.name,
    (report) => capture(command[0], command.slice(1), { cwd: root, env: own, onLine: report }),
    (result) => result.code === 0,
  );
  return { ...counted(suite, code, output), notes: suite.notes?.(output) ?? [], output };
}

/** A suite that ended with an error failed, whatever it printed; so did one that ran no test. */
function counted(suite, code, output) {
  let counts = { passed: code === 0 ? 1 : 0, failed: 0 };
  try {
    counts = suite.count?.(output) ?? counts;
  } catch {
    // No report was written: the exit code speaks.
  }
  const wrong = code !== 0 || counts.passed === 0;
  return { passed: counts.passed, failed: wrong ? Math.max(counts.failed, 1) : counts.failed };
}

function chosen(names) {
  const all = suites.filter((suite) => suite.exists !== false);
  if (names.length === 0) return all;
  const unknown = names.filter((name) => !suites.some((s) => s.name === name || s.group === name));
  if (unknown.length > 0) {
    throw new StepError(`no suite is called ${unknown.join(", ")}`, {
      hint: `there are: ${suites.map((s) => s.name).join(", ")}`,
    });
  }
  return all.filter((suite) => names.includes(suite.name) || names.includes(suite.group));
}

async function main() {
  const start = performance.now();
  const wanted = chosen(process.argv.slice(2));
  const { env, bindgen } = await setup({
    tests: wanted.some((s) => s.group === "package" || s.packages),
  });
  if (wanted.some((s) => s.group !== "rust" && s.group !== "wasm")) await build();

  const plain = {
    ...withPath([bindgen], env),
    CARGO_TERM_COLOR: "never",
    NO_COLOR: "1",
  };
  const results = [];
  for (const suite of wanted) {
    const from = performance.now();
    const result = await run(suite, plain);
    if (result.failed > 0)
      process.stderr.write(`${excerpt(result.output, { first: 12, last: 200 })}\n\n`);
    results.push({ ...result, name: suite.name, time: seconds(from) });
  }

  console.log();
  for (const { name, passed, failed, skipped, notes = [], time } of results) {
    const mark = failed > 0 ? red("✗") : green("✓");
    const what = skipped ? `left out: ${skipped}` : `${passed} passed, ${failed} failed`;
    console.log(`${mark} ${name.padEnd(14)} ${what} ${dim(time)}`);
    for (const note of notes) console.log(dim(`  ${note}`));
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(dim(seconds(start)));
  console.log(`total: ${sum("passed")} passed, ${sum("failed")} failed`);
  process.exitCode = sum("failed") > 0 ? 1 : 0;
}

await main().catch(fail);
