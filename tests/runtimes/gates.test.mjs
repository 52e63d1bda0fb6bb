// Gates of the package that would be published: its metadata, what the tarball holds, what its code may not do.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inRoot, readJson, readText, root } from "../../js/scripts/lib/project.mjs";
import { NOTICES, notices } from "../../js/scripts/notices.mjs";
import { tarball as packed, project, run } from "./lib/project.mjs";

const tarball = packed();
const app = project("gates");
after(() => app.remove());

test("publint finds nothing", () => {
  const publint = inRoot("node_modules", "publint", "src", "cli.js");
  run(process.execPath, [publint, "run", tarball.path, "--strict"], { cwd: root });
});

test("are the types wrong? finds nothing", () => {
  const attw = inRoot("node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
  // node10 resolves without `exports`: subpaths cannot work there.
  const files = ["varve.wasm", "varve-tokens.wasm", "package.json"];
  const options = ["--profile", "node16", "--exclude-entrypoints", ...files];
  run(process.execPath, [attw, tarball.path, ...options], { cwd: root });
});

test("the tarball holds only what a user needs", (t) => {
  const wanted =
    /^(dist\/.+\.(js|d\.ts|wasm)|dist\/cjs\/package\.json|package\.json|[A-Z-]+(\.md)?)$/;
  const strange = tarball.files.map(({ path }) => path).filter((path) => !wanted.test(path));
  assert.deepEqual(strange, []);
  const kb = (bytes) => `${Math.round(bytes / 1024)} KB`;
  const kinds = ["dist/esm", "dist/cjs"].flatMap((folder) => [
    [`${folder} *.js`, ({ path }) => path.startsWith(folder) && path.endsWith(".js")],
    [`${folder} *.d.ts`, ({ path }) => path.startsWith(folder) && path.endsWith(".d.ts")],
  ]);
  kinds.push(["*.wasm", ({ path }) => path.endsWith(".wasm")]);
  const parts = kinds.map(([name, is]) => {
    const files = tarball.files.filter(is);
    return `${name} ${files.length} of ${kb(files.reduce((sum, { size }) => sum + size, 0))}`;
  });
  t.diagnostic(`the tarball holds ${tarball.files.length} files: ${parts.join(", ")}`);
  t.diagnostic(`the tarball takes ${kb(tarball.size)}, installed ${kb(tarball.unpackedSize)}`);
});

test("nothing in the package evaluates text, awaits at the top, or asks where it is", () => {
  const scripts = tarball.files.map((file) => file.path).filter((path) => path.endsWith(".js"));
  for (const path of scripts) {
    const code = readFileSync(app.path("node_modules", "varve", path), "utf8");
    const builtin = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']node:/;
    for (const banned of [/\beval\(/, /new Function\b/, /^await /m, /import\.meta/, builtin]) {
      assert.doesNotMatch(code.slice(0, 2_000_000), banned, `${path} contains ${banned}`);
    }
  }
});

test("it depends on no other package at run time but the drivers that an app chooses", () => {
  const { dependencies, peerDependencies, peerDependenciesMeta } = readJson("package.json");
  assert.equal(dependencies, undefined);
  const wanted = Object.keys(peerDependencies).filter(
    (name) => !peerDependenciesMeta[name]?.optional,
  );
  assert.deepEqual(wanted, []);
});

test("the licences of all that is linked, inlined and brought along are in the tarball", async () => {
  const text = readText(NOTICES);
  assert.equal(text, await notices(), `npm run notices writes ${NOTICES} anew`);
  assert.ok(
    tarball.files.some(({ path }) => path === NOTICES),
    `${NOTICES} is in the tarball`,
  );
  const named = ["tiktoken", "LiteLLM", "@cfworker/json-schema", "wasm-bindgen", "sha2"];
  for (const name of named) assert.ok(text.includes(`- **${name}`), `${name} is named`);
});

test("a machine without a browser says so, and fails in CI", () => {
  const setup = JSON.stringify(pathToFileURL(inRoot("js", "scripts", "setup.mjs")));
  const source = `
    import { browser } from ${setup};
    const found = await browser({ PATH: ${JSON.stringify(app.dir)} }).catch(({ message }) => message);
    console.log(JSON.stringify({ found: found ?? null }));`;
  const looking = (CI) => {
    const args = ["--input-type=module", "--eval", source];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      env: { ...process.env, CI },
    });
    return { ...JSON.parse(stdout), stderr };
  };
  assert.match(looking("true").found, /Chromium or chromedriver is missing/);
  const elsewhere = looking("");
  assert.equal(elsewhere.found, null);
  assert.match(elsewhere.stderr, /no browser: its tests are left out\. install Chromium/);
});
