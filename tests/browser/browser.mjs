// A browser with the built package in it: a page can import /dist/esm/… as a stranger's page would.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const TYPES = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
};

/** Serves dist/, tests/browser/pages/ and tests/support/ of the repository. */
export async function serve() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const isOurs = /^\/(dist|tests\/browser\/pages|tests\/support)\//.test(pathname);
    try {
      if (!isOurs || normalize(pathname) !== pathname) throw new Error("not served");
      const body = await readFile(join(root, pathname));
      const type = TYPES[extname(pathname)] ?? "text/plain";
      // A frame of no origin is a stranger here.
      response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

/** Starts Chromium. `page` opens a tab; `close` ends everything. */
export async function start() {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error("CHROMIUM must name a browser; npm test -- browser does");
  const driver = JSON.parse(readFileSync(join(root, "tests", "wasm", "webdriver.json"), "utf8"));
  const args = driver["goog:chromeOptions"].args;
  const { server, origin } = await serve();
  const browser = await chromium.launch({ executablePath, args });
  const context = await browser.newContext();
  return {
    context,
    origin,
    /** A tab with what pages/tab.js puts into it. */
    async page(within = context) {
      const page = await within.newPage();
      await page.goto(`${origin}/tests/browser/pages/tab.html`);
      await page.waitForFunction(() => "varve" in globalThis);
      return page;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    browser,
  };
}
