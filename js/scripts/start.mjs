// npm start: sets up what is missing, builds what changed, runs the demo with the arguments given.
import { spawn } from "node:child_process";
import { build } from "./build.mjs";
import { exists, inRoot } from "./lib/project.mjs";
import { fail } from "./lib/run.mjs";

const demo = inRoot("examples", "demo", "main.mjs");

await build().catch(fail);
if (!exists(demo)) {
  console.log("varve is built; there is no demo yet");
  process.exit(0);
}
const child = spawn(process.execPath, [demo, ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("close", (code) => process.exit(code ?? 1));
