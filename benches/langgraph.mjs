// The bytes of one conversation of 1,000 turns in SQLite: varve's, and those of LangGraph's checkpointer.
// Writes benches/results/langgraph.md. Run it with: npm run bench -- langgraph (the first time it installs
// LangGraph, which takes minutes).
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVarve } from "varve";
import { sqlite } from "varve/storage/sqlite";
import { message } from "./lib/messages.mjs";
import { report, thousands } from "./lib/report.mjs";

const TURNS = 1000;
const home = fileURLToPath(new URL("langgraph/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "varve-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function run(command, args) {
  // The addon was built for the Node of npm, which may be another than this one.
  const options = { cwd: home, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
  const { status, stdout } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
  return stdout;
}

function theirs() {
  if (!existsSync(join(home, "node_modules"))) run("npm", ["ci", "--legacy-peer-deps"]);
  const file = join(folder, "langgraph.db");
  return JSON.parse(run("node", ["turns.mjs", file, String(TURNS)]));
}

async function ours() {
  const file = join(folder, "varve.db");
  const varve = createVarve({ storage: sqlite(file), encoding: "approximate" });
  const chat = await varve.open("1");
  const start = performance.now();
  for (let index = 0; index < 2 * TURNS; index++) await chat.commit(message(index));
  const seconds = (performance.now() - start) / 1000;
  await varve.close();
  const sizes = [file, `${file}-wal`].filter(existsSync).map((part) => statSync(part).size);
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), seconds };
}

const { row, write } = report("langgraph");
const [varve, langgraph] = [await ours(), theirs()];
const times = langgraph.bytes / varve.bytes;
const note = `${thousands(varve.bytes / 1000)} KB beside ${thousands(langgraph.bytes / 1000)} KB`;
row(
  `bytes of ${TURNS} turns: LangGraph's, times varve's`,
  "≥ 300",
  times.toFixed(0),
  times >= 300,
  note,
);
const faster = langgraph.seconds / varve.seconds;
row(
  `time to write them: LangGraph's, times varve's`,
  "",
  faster.toFixed(0),
  true,
  `${varve.seconds.toFixed(1)} s beside ${langgraph.seconds.toFixed(1)} s`,
);
write(
  "Beside LangGraph's checkpointer",
  "A turn is two 200-byte messages.",
  `LangGraph's SqliteSaver stores the whole state at every step of the graph; this one has one node. Versions:
benches/langgraph/package.json. It runs in the Node that npm has, since its driver is a native addon.`,
);
