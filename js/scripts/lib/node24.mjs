// Where a Node 24 is: named by NODE24, the one that runs this, or the one of tests/runtimes. It is
// called by its path and stays off the PATH, so that npm scripts keep the machine's Node.
import { exists, inRoot } from "./project.mjs";
import { StepError } from "./run.mjs";

export function node24() {
  if (process.env.NODE24) return process.env.NODE24;
  if (process.versions.node.startsWith("24.")) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const path = inRoot("tests", "runtimes", "node_modules", name, "bin", "node");
  if (exists(path)) return path;
  throw new StepError("no Node 24 found", {
    hint: "run npm run setup -- --tests, or name one: NODE24=/path/to/node",
  });
}
