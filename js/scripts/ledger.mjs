// npm run size:ledger: what takes the room in the module, by crate and, within varve, by module.
// Builds the module once more with its function names kept, and adds up the code of each function
// where it was defined: a generic function of `alloc` counts for `alloc`, whoever uses it. wasm-opt
// may not inline here, so the sum is a little off the shipped size.
// Compressed sizes are the raw ones scaled by the ratio of the whole module.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "./build.mjs";
import { moduleFile, optimize, wasmPack } from "./lib/modules.mjs";
import { fail, step } from "./lib/run.mjs";
import { functions, sections } from "./lib/wasm.mjs";
import { setup } from "./setup.mjs";

/** The path a function's name starts with: `<&varve::view::Compiled as Debug>::fmt` → varve::view. */
function origin(name) {
  const dropped = /^core::ptr::drop_(?:in_place|glue)(?:::)?<(.+)/.exec(name);
  if (dropped) return origin(dropped[1]);
  if (!name.includes("::")) return "exported functions and glue";
  const path = name.replace(/^(?:[<&*[(]|const |mut |dyn |impl )*/, "");
  const [crate, module, rest] = path.split(/::|[^\w:]/, 3);
  if (path.startsWith(`${crate}::`)) {
    return crate === "varve" && module && rest !== undefined ? `varve::${module}` : crate;
  }
  // `<str as core::fmt::Debug>::fmt`, `<T as …>::…`: a method of a type without a path.
  return /^\w+ as (\w+)::/.exec(path)?.[1] ?? "core";
}

/** `core[c5930c85a12de822]::fmt` → core::fmt */
const withoutHashes = (name) => name.replace(/\[[0-9a-f]{12,16}\]/g, "");

/** Bytes by origin, greatest first. */
function tally(bytes) {
  const sums = new Map();
  const add = (key, size) => sums.set(key, (sums.get(key) ?? 0) + size);
  for (const { name, size } of functions(bytes)) add(origin(withoutHashes(name)), size);
  for (const { id, name, body } of sections(bytes)) {
    if (id === 11) add("data: tables, texts, messages", body.length);
    else if (id !== 10 && name === undefined) add("other sections", body.length);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}

async function main() {
  const { env } = await setup();
  await build();
  const folder = mkdtempSync(join(tmpdir(), "varve-ledger-"));
  try {
    const named = join(folder, "varve_bg.wasm");
    await step("the module with names", async (report) => {
      await wasmPack(folder, "varve", { env, cwd: folder, onLine: report });
      await optimize(named, { env, onLine: report }, { named: true });
    });
    print(tally(readFileSync(named)), readFileSync(moduleFile));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(rows, shipped) {
  const ratio = gzipSync(shipped, { level: 9 }).length / shipped.length;
  const kb = (bytes) => (bytes / 1024).toFixed(1).padStart(8);
  console.log(`${"".padEnd(32)} ${"KB".padStart(8)} ${"≈ KB gz".padStart(8)}`);
  for (const [name, bytes] of rows) {
    if (bytes >= 100) console.log(`${name.padEnd(32)} ${kb(bytes)} ${kb(bytes * ratio)}`);
  }
  console.log(
    `${"the module as shipped".padEnd(32)} ${kb(shipped.length)} ${kb(shipped.length * ratio)}`,
  );
}

await main().catch(fail);
