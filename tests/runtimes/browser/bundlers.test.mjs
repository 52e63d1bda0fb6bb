// The packed tarball in Chromium, bundled as strangers do it: Vite (its development server and its build), webpack,
// esbuild with chunks, and as one plain script by esbuild and by rolldown. In the page, in a dedicated worker and in a
// service worker the whole scenario runs with a store in IndexedDB, which is there after a reload. All but the
// development server are served under a policy that allows no evaluation of text.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { rolldown } from "rolldown";
import * as vite from "vite";
import { html, launch, pages, serve, tab } from "../lib/pages.mjs";
import { packaged, project } from "../lib/project.mjs";
import { expected } from "../lib/scenario.mjs";

const require = createRequire(packaged("package.json"));
const esbuild = require("esbuild");
const webpack = require("webpack");

/** What Vite and webpack find in the source, and what bundlers without a word for workers are given. */
const byUrl = `new Worker(new URL("./worker.js", import.meta.url), { type: "module" })`;
const byPath = `new Worker("/worker.js", { type: "module" })`;
const module = `<script type="module" src="/page.js"></script>`;
const classic = `<script defer src="/page.js"></script>`;

/** Service workers may not `import()`: all of a bundle is in one file, whatever makes it. */
const oneFile = {
  esbuild: (app, entry, outfile) =>
    esbuild.build({
      absWorkingDir: app.dir,
      entryPoints: [entry],
      outfile,
      bundle: true,
      minify: true,
      format: "iife",
      target: "es2022",
    }),
  async rolldown(app, entry, file) {
    const bundled = await rolldown({ input: app.path(entry), cwd: app.dir });
    await bundled.write({
      file: app.path(file),
      format: "iife",
      minify: true,
      codeSplitting: false,
    });
    await bundled.close();
  },
  vite: (app, entry, file) =>
    vite.build({
      root: app.dir,
      configFile: false,
      logLevel: "error",
      publicDir: false,
      build: {
        outDir: "dist",
        emptyOutDir: false,
        lib: {
          entry,
          formats: ["iife"],
          name: "worker",
          fileName: () => file.replace("dist/", ""),
        },
      },
    }),
  webpack: (app, entry, file) =>
    pack(app, {
      entry: { [file.replace(/^dist\/|\.js$/g, "")]: app.path(entry) },
      target: "webworker",
      module: { parser: { javascript: { dynamicImportMode: "eager" } } },
    }),
};

async function pack(app, options) {
  const stats = await new Promise((resolve, reject) => {
    const optimization = { minimize: false }; // which takes half a minute
    const output = { path: app.path("dist"), filename: "[name].js" };
    const common = { mode: "production", context: app.dir, optimization, output };
    webpack({ ...common, ...options }, (error, done) => (error ? reject(error) : resolve(done)));
  });
  assert.equal(stats.hasErrors(), false, stats.toString());
}

const bundlers = {
  "Vite's development server": {
    startWorker: byUrl,
    places: ["page", "worker"], // service workers of its own are no bundles, and may not import()
    async open(app) {
      app.write("index.html", html(module));
      const server = await vite.createServer({
        root: app.dir,
        configFile: false,
        logLevel: "error",
        cacheDir: app.path(".vite"),
        server: { host: "127.0.0.1", port: 0, ws: false, hmr: false },
      });
      await server.listen();
      const { port } = server.httpServer.address();
      return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
    },
  },

  "Vite's build": {
    startWorker: byUrl,
    async open(app) {
      app.write("index.html", html(module));
      await vite.build({
        root: app.dir,
        configFile: false,
        logLevel: "error",
        worker: { format: "es" },
      });
      await oneFile.vite(app, "service-worker.js", "dist/service-worker.js");
      return serve(app.path("dist"));
    },
  },

  webpack: {
    startWorker: byUrl,
    async open(app) {
      await pack(app, { entry: { page: app.path("page.js") }, target: "web" });
      await oneFile.webpack(app, "service-worker.js", "dist/service-worker.js");
      app.write("dist/index.html", html(classic));
      return serve(app.path("dist"));
    },
  },

  "esbuild, with chunks": {
    startWorker: byPath,
    async open(app) {
      await esbuild.build({
        absWorkingDir: app.dir,
        entryPoints: ["page.js", "worker.js"],
        outdir: "dist",
        bundle: true,
        splitting: true,
        format: "esm",
        minify: true,
      });
      await oneFile.esbuild(app, "service-worker.js", "dist/service-worker.js");
      app.write("dist/index.html", html(module));
      return serve(app.path("dist"));
    },
  },

  ...Object.fromEntries(
    ["esbuild", "rolldown"].map((name) => [
      `a plain script, by ${name}`,
      {
        startWorker: `new Worker("/worker.js")`,
        async open(app) {
          for (const file of ["page.js", "worker.js", "service-worker.js"]) {
            await oneFile[name](app, file, `dist/${file}`);
          }
          app.write("dist/index.html", html(classic));
          return serve(app.path("dist"));
        },
      },
    ]),
  ),
};

const strangers = project("bundlers");
let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
  strangers.remove();
});

for (const [name, bundler] of Object.entries(bundlers)) {
  const { startWorker, places = ["page", "worker", "service worker"], open } = bundler;

  describe(name, () => {
    let server;
    let opened;
    before(async () => {
      const app = pages(strangers, name.replaceAll(/\W+/g, "-"), { startWorker });
      server = await open(app);
      opened = await tab(browser, server.origin);
    });
    after(async () => {
      await opened?.close();
      await server?.close();
    });

    for (const place of places) {
      test(`the whole scenario runs in a ${place}, and the store is there after a reload`, async () => {
        assert.deepEqual(await opened.ask(place, "run"), expected({ storage: true }));
        await opened.reload();
        const { reopened } = expected({ storage: true });
        assert.deepEqual(await opened.ask(place, "reopen"), reopened);
      });
    }

    test("the page's policy was never violated", async () => {
      assert.deepEqual(await opened.violations(), []);
    });
  });
}

describe("where something is forbidden", () => {
  const app = pages(strangers, "forbidden", { startWorker: byPath });
  before(async () => {
    await esbuild.build({
      absWorkingDir: app.dir,
      entryPoints: ["page.js", "service-worker.js"],
      outdir: "dist",
      bundle: true,
      splitting: true,
      format: "esm",
    });
    app.write("dist/index.html", html(module));
  });

  /** The error of the scenario, in a place of the page. */
  async function refused(place, policy) {
    const server = await serve(app.path("dist"), { policy });
    const opened = await tab(browser, server.origin);
    try {
      await opened.serviceWorkers({ type: "module" });
      const { error } = await opened.ask(place, "run").catch((thrown) => thrown);
      return error;
    } finally {
      await opened.close();
      await server.close();
    }
  }

  test("a policy without 'wasm-unsafe-eval' is a typed error that names it", async () => {
    const error = await refused("page", "default-src 'none'; script-src 'self'");
    assert.equal(error.typed, true);
    assert.match(error.message, /wasm-unsafe-eval/);
  });

  test("a service worker of several files is a typed error that says to bundle it into one", async () => {
    const error = await refused("service worker");
    assert.equal(error.typed, true);
    assert.match(error.message, /service worker.+one file/);
  });
});
