// One measurement in a fresh process: `child.mjs <counter> cold`, or `<counter> <pathological input>`.
// Prints { ms, tokens } as JSON.
import { counters } from "./counters.mjs";
import { pathological } from "./texts.mjs";

const [, , name, what] = process.argv;
const start = performance.now();
const count = await counters[name]();
if (what === "cold") {
  const tokens = count("the first text");
  report(performance.now() - start, tokens);
} else {
  const text = pathological[what]();
  count("warm up");
  const from = performance.now();
  const tokens = count(text);
  report(performance.now() - from, tokens);
}

function report(ms, tokens) {
  console.log(JSON.stringify({ ms, tokens }));
}
