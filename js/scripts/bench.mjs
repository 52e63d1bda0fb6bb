// npm run bench: builds, then runs the measurements of benches/ under Node 24, all or those named:
// npm run bench -- commits. Each benches/*.mjs prints its own figures.
import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { build } from "./build.mjs";
import { node24 } from "./lib/node24.mjs";
import { filesIn, inRoot, root } from "./lib/project.mjs";
import { bold, fail, StepError } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

async function main() {
  await setup({ tests: true });
  await build();
  const names = process.argv.slice(2);
  const all = filesIn("benches").filter((file) => /^benches\/[^/]+\.mjs$/.test(file));
  const chosen = all.filter((file) => names.length === 0 || names.includes(basename(file, ".mjs")));
  if (chosen.length === 0) {
    const there = all.map((file) => basename(file, ".mjs")).join(", ");
    throw new StepError(`no such measurement: ${names.join(", ") || "benches/ is empty"}`, {
      hint: `there are: ${there || "none yet"}`,
    });
  }
  for (const file of chosen) {
    console.log(bold(`\n${file}`));
    const { status } = spawnSync(node24(), ["--expose-gc", inRoot(file)], {
      cwd: root,
      stdio: "inherit",
    });
    if (status !== 0) throw new StepError(`${file} ended with ${status}`);
  }
}

await main().catch(fail);
