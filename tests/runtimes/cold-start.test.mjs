// Cold starts in workerd: they work, and what they take is printed. No test fails on a time: npm run bench -- cold-start.
import { after, test } from "node:test";
import { coldStarts, measured } from "./lib/cold-start.mjs";
import { project } from "./lib/project.mjs";

const made = project("cold-start");
after(() => made.remove());

test("a fresh workerd commits and counts", async (t) => {
  const times = await measured(coldStarts(made), 3);
  for (const [name, values] of Object.entries(times)) {
    t.diagnostic(`cold start, ${name}: ${values.map((time) => time.toFixed(0)).join(", ")} ms`);
  }
});
