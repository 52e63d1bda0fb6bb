// The code that docs/*.md shows for browsers runs in one: each module in a page of its own, with an import map in
// place of a bundler.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { after, before, describe, it } from "node:test";
import { blocksOf, pages } from "../js/docs/blocks.ts";
import { start } from "./browser.mjs";

const { exports } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);
const addresses = Object.entries(exports)
  .filter(([, target]) => target.default?.default)
  .map(([name, { default: target }]) => [`varve${name.slice(1)}`, target.default.slice(1)]);
const importmap = JSON.stringify({ imports: Object.fromEntries(addresses) });

/** The blocks for browsers of a page, put together up to the next that is new. */
function modulesOf(page) {
  const modules = [];
  for (const { line, text, language, place, isNew, notRun, file } of blocksOf(page)) {
    if (place !== "browser" || language !== "ts" || notRun || file) continue;
    const code = stripTypeScriptTypes(text, { mode: "transform" });
    if (isNew || modules.length === 0) modules.push({ name: `${page}:${line}`, code });
    else modules.at(-1).code += `\n${code}`;
  }
  return modules;
}

describe("code that pages show for browsers", () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser?.close());

  const modules = pages.flatMap(modulesOf);
  for (const { name, code } of modules) {
    it(`runs: ${name}`, async () => {
      const page = await browser.context.newPage();
      const head = `<script type="importmap">${importmap}</script>`;
      await page.route("**/docs.html", (route) =>
        route.fulfill({ contentType: "text/html", body: head }),
      );
      await page.route("**/docs.js", (route) =>
        route.fulfill({ contentType: "text/javascript", body: code }),
      );
      await page.goto(`${browser.origin}/docs.html`);
      const error = await page.evaluate(() =>
        import("/docs.js").then(
          () => "",
          (error) => error.stack,
        ),
      );
      assert.equal(error, "");
      await page.close();
    });
  }
  it("there is some", () => assert.ok(modules.length > 0));
});
