// The declarations in the packed tarball, under every TypeScript of the last two years: an app that uses the API the way
// apps do compiles with `nodenext`, from ESM and from CommonJS, and with `bundler`, the declarations checked as well (no
// skipLibCheck; only TypeScript's own are left out). What must not compile is marked, so looser types would fail as much as wrong ones.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { inRoot } from "../../js/scripts/lib/project.mjs";
import { packaged, project } from "./lib/project.mjs";

const here = (name) => inRoot("node_modules", name, "bin", "tsc");
const compilers = [
  packaged("typescript-5.7", "bin", "tsc"),
  packaged("typescript-5.8", "bin", "tsc"),
  here("typescript-5"),
  packaged("typescript-6.0", "bin", "tsc"),
  here("typescript"),
];

const app = project("types", { apart: true });
const text = readFileSync(inRoot("tests", "runtimes", "lib", "consumer.ts"), "utf8");
for (const name of ["app.mts", "app.cts", "app.ts"]) app.write(name, text);
after(() => app.remove());

/** Compiles, in strict mode. */
function compile(tsc, files, compilerOptions) {
  const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  const plain = { target: "es2022", lib: ["es2022", "dom"], types: [], noEmit: true };
  const common = { ...plain, ...strict, skipDefaultLibCheck: true };
  const options = { ...common, ...compilerOptions };
  app.write("tsconfig.json", JSON.stringify({ compilerOptions: options, files }));
  app.run(process.execPath, [tsc, "-p", "."]);
}

for (const tsc of compilers) {
  const version = app.run(process.execPath, [tsc, "--version"]).trim().replace("Version ", "");

  describe(`TypeScript ${version}`, () => {
    test("an app compiles with nodenext, as ESM and as CommonJS", () => {
      compile(tsc, ["app.mts", "app.cts"], { module: "nodenext" });
    });

    test("an app compiles with bundler", () => {
      compile(tsc, ["app.ts"], { module: "esnext", moduleResolution: "bundler" });
    });
  });
}

const newest = compilers.at(-1);

test("an app compiles without the DOM where Node's types are there", () => {
  const typeRoots = [inRoot("node_modules", "@types")];
  const options = { module: "nodenext", lib: ["es2022"], types: ["node"], typeRoots };
  compile(newest, ["app.mts"], options);
});

test("what is wrong does not compile: the marks of the app are needed", () => {
  const loose = text.replaceAll(/^\s*\/\/ @ts-expect-error.*$/gm, "");
  app.write("loose.mts", loose);
  const marks = text.match(/@ts-expect-error/g).length;
  const errors = (() => {
    try {
      compile(newest, ["loose.mts"], { module: "nodenext" });
      return 0;
    } catch ({ message }) {
      return message.match(/error TS\d+/g).length;
    }
  })();
  assert.equal(errors, marks);
});
