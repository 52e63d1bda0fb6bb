// Test runners as hosts of the packed tarball: the whole scenario is a test of Jest, as CommonJS and as ESM, and one of
// Vitest, on the machine's Node and on Node 24, with nothing configured that varve would need.
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { inRoot } from "../../js/scripts/lib/project.mjs";
import { nodes, packaged, project, run } from "./lib/project.mjs";
import { expected } from "./lib/scenario.mjs";

const report = `{ createVarve: typeof varve.createVarve, answer: await scenario({ varve, toOpenAI }) }`;
const wanted = JSON.stringify({ createVarve: "function", answer: expected() });
const check = `expect(${report}).toEqual(${wanted});`;
/** The scenario imports nothing, so it is CommonJS once its two exports are said differently. */
const scenario = readFileSync(inRoot("tests", "runtimes", "lib", "scenario.mjs"), "utf8");

const commonjs = project("jest", {
  type: "commonjs",
  files: {
    "jest.config.json": JSON.stringify({ testEnvironment: "node", transform: {} }),
    "scenario.js": `${scenario.replaceAll(/^export /gm, "")}\nmodule.exports = { scenario };`,
    "scenario.test.js": `
      const varve = require("varve");
      const { toOpenAI } = require("varve/formats/openai");
      const { scenario } = require("./scenario.js");
      test("the whole scenario runs", async () => { ${check} });`,
  },
});
const esm = project("hosts", {
  files: {
    "jest.config.json": JSON.stringify({
      testEnvironment: "node",
      transform: {},
      testMatch: ["**/*.test.js"],
    }),
    "scenario.test.js": `
      import * as varve from "varve";
      import { toOpenAI } from "varve/formats/openai";
      import { scenario } from "./scenario.mjs";
      test("the whole scenario runs", async () => { ${check} });`,
    "vitest.config.mjs": "export default {}; // without it, the one of this repository is found\n",
    "scenario.spec.js": `
      import { expect, test } from "vitest";
      import * as varve from "varve";
      import { toOpenAI } from "varve/formats/openai";
      import { scenario } from "./scenario.mjs";
      test("the whole scenario runs", async () => { ${check} });`,
  },
});
cpSync(inRoot("tests", "runtimes", "lib", "scenario.mjs"), esm.path("scenario.mjs"));

after(() => {
  commonjs.remove();
  esm.remove();
});

const jest = packaged("jest", "bin", "jest.js");
const vitest = inRoot("node_modules", "vitest", "vitest.mjs");

/** Runs a test runner that writes its figures into a file, and checks that one test ran and passed. */
function passes({ run, path }, node, args, file) {
  run(node, args);
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(path(file), "utf8"));
  assert.deepEqual({ numPassedTests, numTotalTests }, { numPassedTests: 1, numTotalTests: 1 });
}

for (const node of nodes) {
  describe(`Node ${run(node, ["--version"]).trim()}`, () => {
    const jestReport = ["--json", "--outputFile=jest-report.json"];

    test("Jest runs the whole scenario, as CommonJS", () => {
      passes(commonjs, node, [jest, ...jestReport], "jest-report.json");
    });

    test("Jest runs the whole scenario, as ESM", () => {
      const flags = ["--no-warnings", "--experimental-vm-modules"];
      passes(esm, node, [...flags, jest, ...jestReport], "jest-report.json");
    });

    test("Vitest runs the whole scenario", () => {
      const args = ["run", "scenario.spec.js", "--reporter=json", "--outputFile=report.json"];
      passes(esm, node, [vitest, ...args], "report.json");
    });
  });
}
