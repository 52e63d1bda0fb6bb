// Pages of strangers in Chromium: a server of a folder, a page that is asked to run the scenario itself or in one of
// its workers (lib/pages/), and the project that they are bundled in.
import { cpSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import { inRoot, readJson } from "../../../js/scripts/lib/project.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** All that varve needs of a page's policy: its own scripts and workers, and that WebAssembly may be compiled. */
export const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/**
 * Puts the sources of the page into a folder of a project and gives that folder as a project; `startWorker`: how the
 * bundler is told of a worker.
 */
export function pages(app, folder, { startWorker }) {
  for (const file of ["app.js", "page.js", "worker.js", "service-worker.js"]) {
    cpSync(inRoot("tests", "runtimes", "lib", "pages", file), app.path(folder, file));
  }
  cpSync(inRoot("tests", "runtimes", "lib", "scenario.mjs"), app.path(folder, "scenario.mjs"));
  const write = (file, text) => app.write(join(folder, file), text);
  write("start-worker.js", `export const startWorker = () => ${startWorker};\n`);
  return { dir: app.path(folder), path: (...parts) => app.path(folder, ...parts), write };
}

export const html = (script) => `<!doctype html><title>varve</title>${script}`;

/** Serves a folder under a policy. */
export async function serve(folder, { policy = POLICY } = {}) {
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const file = pathname === "/" ? "/index.html" : pathname;
    try {
      if (normalize(file) !== file) throw new Error("not served");
      const body = await readFile(join(folder, file));
      const type = TYPES[extname(file)] ?? "text/plain";
      response.writeHead(200, { "content-type": type, "content-security-policy": policy });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The Chromium that npm test names. */
export async function launch() {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error("CHROMIUM must name a browser; npm test -- runtimes does");
  const { args } = readJson("tests", "wasm", "webdriver.json")["goog:chromeOptions"];
  return chromium.launch({ executablePath, args });
}

/** A tab with the page of an origin. `ask` has a place of it answer, `reload` loads it anew. */
export async function tab(browser, origin) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const said = [];
  const violations = [];
  page.on("pageerror", (error) => said.push(`${error}`));
  page.on("console", (message) => said.push(message.text()));
  const ready = () =>
    page
      .waitForFunction(() => "places" in globalThis)
      .catch((error) => {
        throw new Error(`the page did not start: ${said.join("\n")}`, { cause: error });
      });
  await page.goto(origin);
  await ready();
  return {
    async ask(place, question) {
      const request = { question, place };
      const { answer, error } = await page.evaluate(
        ({ place, request }) => globalThis.places[place](request),
        { place, request },
      );
      if (error) throw Object.assign(new Error(`${error.message}\n${error.stack}`), { error });
      return answer;
    },
    async reload() {
      violations.push(...(await page.evaluate(() => globalThis.violations)));
      await page.reload();
      await ready();
    },
    /** What the page's policy forbade, up to now. */
    violations: async () => [...violations, ...(await page.evaluate(() => globalThis.violations))],
    /** Service workers are registered with these from now on. */
    serviceWorkers: (options) =>
      page.evaluate((given) => {
        globalThis.serviceWorkerOptions = given;
      }, options),
    close: () => context.close(),
  };
}
