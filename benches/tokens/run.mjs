// npm run bench:tokens: o200k_base by varve and others, side by side. All counters are in one process
// and take turns, so that what disturbs one disturbs all; cold starts and slow inputs have a process
// each. Prints a table and writes benches/results/tokens.{md,json,svg}.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chart } from "./chart.mjs";
import { counters } from "./counters.mjs";
import { sizes } from "./sizes.mjs";
import { table } from "./table.mjs";
import { pathological, texts } from "./texts.mjs";

const ROUNDS = 9;
/** A counter that takes longer than this for a text gets fewer rounds. */
const SLOW_MS = 800;
const TIMEOUT_MS = 5_000;

const run = promisify(execFile);
const child = fileURLToPath(new URL("child.mjs", import.meta.url));
const results = (name) => fileURLToPath(new URL(`../results/tokens.${name}`, import.meta.url));

async function throughput() {
  const ready = [];
  for (const [name, prepare] of Object.entries(counters))
    ready.push({ name, count: await prepare() });
  for (const { count } of ready) count("warm up");
  const measured = {};
  for (const [text, list] of Object.entries(texts())) {
    const bytes = list.reduce((sum, item) => sum + Buffer.byteLength(item), 0);
    const rows = ready.map(({ name, count }) => ({ name, count, best: Number.POSITIVE_INFINITY }));
    for (let round = 0; round < ROUNDS; round++) {
      for (const row of rows) {
        if (round > 1 && row.best > SLOW_MS) continue;
        const start = performance.now();
        row.tokens = list.reduce((sum, item) => sum + row.count(item), 0);
        const ms = performance.now() - start;
        row.first ??= ms;
        row.best = Math.min(row.best, ms);
      }
    }
    measured[text] = { bytes, by: {} };
    for (const { name, best, first, tokens } of rows) {
      const speed = (ms) => bytes / ms / 1000;
      measured[text].by[name] = { warm: speed(best), first: speed(first), tokens };
    }
  }
  return measured;
}

async function alone(name, what) {
  try {
    const { stdout } = await run(process.execPath, [child, name, what], { timeout: TIMEOUT_MS });
    return JSON.parse(stdout);
  } catch (error) {
    return { ms: Number.POSITIVE_INFINITY, failed: !error.killed && String(error.stderr).trim() };
  }
}

async function each(inputs, repeat) {
  const measured = {};
  for (const what of inputs) {
    measured[what] = {};
    for (const name of Object.keys(counters)) {
      let best = { ms: Number.POSITIVE_INFINITY };
      for (let i = 0; i < repeat; i++) {
        const result = await alone(name, what);
        if (result.ms < best.ms || result.failed) best = result;
        if (result.ms > SLOW_MS) break;
      }
      measured[what][name] = best;
    }
  }
  return measured;
}

console.error("cold starts …");
const { cold } = await each(["cold"], 5);
console.error("throughput …");
const speeds = await throughput();
console.error("slow inputs …");
const slow = await each(Object.keys(pathological), 2);
const measured = {
  machine: `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0].model.trim()}`,
  names: Object.keys(counters),
  speeds,
  cold,
  slow,
  sizes: await sizes(),
};

const markdown = table(measured);
writeFileSync(results("md"), markdown);
writeFileSync(results("json"), `${JSON.stringify(measured, null, 2)}\n`);
writeFileSync(results("svg"), chart(measured));
console.log(markdown);
