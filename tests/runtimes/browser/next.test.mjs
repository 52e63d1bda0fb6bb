// Next.js: the example of examples/nextjs, with pages that run the scenario, built by Turbopack and by webpack, served
// by the standalone server from a folder without this project's packages, and read by Chromium. Then `next dev`.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { node24 } from "../../../js/scripts/lib/node24.mjs";
import { inRoot } from "../../../js/scripts/lib/project.mjs";
import { launch } from "../lib/pages.mjs";
import { packaged, project } from "../lib/project.mjs";
import { expected } from "../lib/scenario.mjs";
import { serve } from "../lib/server.mjs";

/** In bytes, gzipped: what the build holds `varve` with its default encoding to, as an app gets it. */
const LIMIT = 1_048_576;

const next = packaged("next", "dist", "bin", "next");
const { version } = JSON.parse(readFileSync(packaged("next", "package.json"), "utf8"));
const root = inRoot("tests", "runtimes");
const { NODE_TEST_CONTEXT: _, NODE_ENV: __, ...inherited } = process.env;
const env = { ...inherited, CI: "1", NEXT_TELEMETRY_DISABLED: "1" };

/** A project with the example in it, its types as TypeScript 6 sees them: Next.js asks TypeScript 7 for what it lacks. */
function application(name) {
  const app = project(name);
  const isOurs = (path) => !/(package\.json|node_modules|\.next|\.db.*)$/.test(path);
  cpSync(inRoot("examples", "nextjs"), app.dir, { recursive: true, filter: isOurs });
  symlinkSync(packaged("typescript-6.0"), app.path("node_modules", "typescript"));
  // next and react lie above the project. A project of its own needs none of this.
  renameSync(app.path("next.config.ts"), app.path("example.config.ts"));
  app.write(
    "next.config.ts",
    `import example from "./example.config";
    const root = ${JSON.stringify(root)};
    export default { ...example, turbopack: { root }, outputFileTracingRoot: root };`,
  );
  return app;
}

const folders = [];
function folder() {
  folders.push(mkdtempSync(join(tmpdir(), "varve-next-")));
  return folders.at(-1);
}
after(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** Bytes of all that an edge function is made of, gzipped file by file. */
function edgeSize(app, route) {
  const manifest = JSON.parse(readFileSync(app.path(".next/server/middleware-manifest.json")));
  const { files, wasm } = manifest.functions[route];
  const all = [...files, ...wasm.map(({ filePath }) => filePath)];
  const sizes = all.map((file) => gzipSync(readFileSync(app.path(".next", file)), { level: 9 }));
  return sizes.reduce((sum, { length }) => sum + length, 0);
}

/** Gives `use` a page of a fresh Chromium. What nobody caught in the page fails it. */
async function inChromium(use) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const uncaught = [];
    page.on("pageerror", (error) => uncaught.push(error));
    await use(page);
    assert.deepEqual(uncaught, []);
  } finally {
    await browser.close();
  }
}

for (const bundler of ["turbopack", "webpack"]) {
  describe(`Next.js ${version}, built by ${bundler}`, () => {
    const app = application(`next-${bundler}`);
    let server;
    before(async () => {
      cpSync(inRoot("tests", "runtimes", "apps", "next"), app.dir, { recursive: true });
      cpSync(inRoot("tests", "runtimes", "lib", "scenario.mjs"), app.path("scenario.mjs"));
      app.run(node24(), [next, "build", `--${bundler}`], { env });
      const away = folder();
      cpSync(app.path(".next", "standalone"), away, { recursive: true });
      const cwd = join(away, relative(root, app.dir));
      cpSync(app.path(".next", "static"), join(cwd, ".next", "static"), { recursive: true });
      server = await serve(node24(), ["server.js"], { cwd, env, ready: /Ready in/ });
    });
    after(async () => {
      await server?.close();
      app.remove();
    });

    test("a route handler of Node runs the scenario in SQLite", async () => {
      const { json } = await server.json("/check/node");
      assert.deepEqual(json, expected({ storage: true }));
    });

    test("an edge route runs the scenario, and what cannot work there is a typed error", async () => {
      const { json } = await server.json("/check/edge");
      assert.deepEqual(json, { report: expected(), refused: "Unavailable" });
    });

    test("varve and o200k_base add at most a megabyte to an edge function, gzipped", (t) => {
      const whole = edgeSize(app, "/check/smallest/route");
      const own = whole - edgeSize(app, "/check/empty/route");
      t.diagnostic(`edge function by ${bundler}: ${whole} bytes gz, ${own} of them varve's`);
      assert.ok(own <= LIMIT, `${own} bytes, more than ${LIMIT}`);
    });

    test("the example's route stores turns, and its server component renders them", async () => {
      const first = await server.json("/api/chat", { id: "a", text: "Where is order 4711?" });
      assert.deepEqual([first.status, first.json.entries.length], [200, 2]);
      const again = await server.json("/api/chat", { id: "a", text: "Where is order 4711?" });
      assert.equal(again.json.entries.length, 2, "a request that is sent twice is stored once");
      const wrong = await server.json("/api/chat", { id: "", text: "?" });
      assert.deepEqual([wrong.status, wrong.json.code], [400, "Validation"]);
      const page = await server.text("/");
      assert.match(page.text, /Where is order 4711\?/);
    });

    test("the example's edge route gives the window that fits", async () => {
      const messages = Array.from({ length: 40 }, (_, at) => ({
        role: at % 2 ? "assistant" : "user",
        content: `Message ${at}, of some ten tokens or a few more.`,
      }));
      const { json } = await server.json("/api/window", { messages, maxTokens: 200 });
      assert.ok(json.tokenCount <= 200 && json.messages.length > 5);
      assert.deepEqual(json.messages.at(-1), messages.at(-1));
    });

    test("a client component runs the scenario in IndexedDB, and finds it after a reload", async () => {
      await inChromium(async (page) => {
        const read = () => page.waitForSelector("pre:not(:empty)").then((pre) => pre.textContent());
        await page.goto(`${server.origin}/check/browser`);
        assert.deepEqual(JSON.parse(await read()), expected({ storage: true }));
        await page.goto(`${server.origin}/check/browser?again`);
        assert.deepEqual(JSON.parse(await read()), expected({ storage: true }).reopened);
      });
    });

    test("the example's notes stay in the browser", async () => {
      await inChromium(async (page) => {
        await page.goto(`${server.origin}/notes`);
        await page.fill("input[name=text]", "buy milk");
        await page.click("button:not([disabled])");
        await page.waitForSelector("li:has-text('buy milk')");
        await page.reload();
        await page.waitForSelector("li:has-text('buy milk')");
        assert.equal(await page.textContent("[role=alert]"), "");
      });
    });
  });
}

describe(`Next.js ${version}, in development`, () => {
  const app = application("next-dev");
  let server;
  before(async () => {
    server = await serve(node24(), [next, "dev"], { cwd: app.dir, env, ready: /Ready in/ });
  });
  after(async () => {
    await server?.close();
    app.remove();
  });

  test("modules that are loaded again go on with the varve that is there, and know its errors", async () => {
    const first = await server.json("/api/chat", { id: "a", text: "hello" });
    assert.equal(first.json.entries.length, 2);
    const model = readFileSync(app.path("lib", "model.ts"), "utf8");
    app.write("lib/model.ts", model.replace("I was shown", "Now I was shown"));
    const store = readFileSync(app.path("lib", "varve.ts"), "utf8");
    app.write("lib/varve.ts", `${store}\n// changed\n`);
    let turn = 0;
    let last;
    do {
      turn += 1;
      const { json } = await server.json("/api/chat", { id: `b${turn}`, text: "again" });
      assert.equal(json.entries.length, 2 + 2 * turn, "what was stored before is there");
      last = json.entries.at(-1).payload.parts[0].text;
    } while (!last.startsWith("Now"));
    const wrong = await server.json("/api/chat", { id: "", text: "?" });
    assert.deepEqual([wrong.status, wrong.json.code], [400, "Validation"]);
  });
});
