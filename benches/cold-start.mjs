// Cold starts on Workers: a fresh workerd until it has answered with the first commit and the first count, beside one that
// answers at once. Prints a table and writes benches/results/cold-start.md. Run it with: npm run bench -- cold-start
import { coldStarts, measured } from "../tests/runtimes/lib/cold-start.mjs";
import { project } from "../tests/runtimes/lib/project.mjs";
import { median, percentile, report } from "./lib/report.mjs";

const { row, write } = report("cold-start");
const ROUNDS = 41;

const made = project("cold-start");
const { all, module, answer, processor } = await measured(coldStarts(made), ROUNDS);
made.remove();

const figure = (name, values, wanted) => {
  const time = median(values);
  const target = wanted === undefined ? "" : `≤ ${wanted} ms`;
  const ok = wanted === undefined ? undefined : time <= wanted;
  const lowest = `lowest quartile ${percentile(values, 0.25).toFixed(0)} ms`;
  row(name, target, `${time.toFixed(0)} ms`, ok, lowest);
};
figure("module, first commit, first count", all, 60);
figure("of that until workerd listens: scripts and modules are compiled", module);
figure("of that the first request: vocabulary, commit, count", answer);
figure("processor time of all threads", processor);
write(
  "Cold start in workerd",
  `\`createVarve().open("chat")\`, a commit that is counted with o200k_base, \`countTokens\`; memory storage, bundled by
wrangler. Each figure is the median of ${ROUNDS} fresh processes, each less a Worker that answers at once, started just before.`,
  `Measured from outside: the clock of workerd stands still while it computes. Where others use the machine, give it the
processor: \`chrt -f 20 node benches/cold-start.mjs\`. A lowest quartile far below its median tells of others as well.`,
);
