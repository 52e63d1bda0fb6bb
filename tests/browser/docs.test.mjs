// The code that docs/*.md shows for browsers runs in one: each module bundled, in a page of its own, under the Content
// Security Policy that docs/browser.md gives.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { blocksOf, pages } from "../js/docs/blocks.ts";
import { start } from "./browser.mjs";

const folder = fileURLToPath(new URL("../js/docs/.modules/browser", import.meta.url));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const policy = blocksOf("docs/browser.md").find(({ language }) => language === "http");
const [, csp] = /^Content-Security-Policy: (.*)$/m.exec(policy.text);

/** `console.log(a); // 1` fails where it prints anything else. */
const promising = (code) =>
  code.replace(
    /^(\s*)console\.log\((.*)\); \/\/ (.*)$/gm,
    (_, indent, what, promise) =>
      `${indent}{ const is = [${what}].join(" "); if (is !== ${JSON.stringify(promise)}) throw new Error(\`\${is} is printed, not ${promise}\`); }`,
  );

/** The modules for browsers of a page: `name`, and `file` where others ask for it under its own name. */
async function modulesOf(page) {
  const modules = [];
  for (const { line, text, language, place, isNew, notRun, file } of blocksOf(page)) {
    if (place !== "browser" || notRun || file) continue;
    const [, own] = /^\/\/ ([\w-]+)\.[jt]s$/m.exec(text.split("\n")[0]) ?? [];
    const last = modules.at(-1);
    if (!last || isNew || own)
      modules.push({ name: `${page}:${line}`, file: own, language, code: text });
    else last.code += `\n${text}`;
  }
  for (const module of modules) {
    const input = `${folder}/${module.name.replace(/\W/g, "-")}.${module.language}`;
    writeFileSync(input, promising(module.code));
    const bundle = await rolldown({ input, platform: "browser", logLevel: "silent" });
    const format = module.file === "service-worker" ? "iife" : "esm"; // classic, modules
    const { output } = await bundle.generate({ format, codeSplitting: false });
    await bundle.close();
    module.code = output[0].code;
  }
  return modules;
}

describe("code that pages show for browsers", async () => {
  let browser;
  before(async () => {
    browser = await start();
  });
  after(() => browser?.close());

  const bundled = await Promise.all(pages.map(modulesOf));

  /** A page with what is served beside it, under a policy. Served, not routed: that is passed over for service workers. */
  async function open(modules, policy) {
    const files = new Map([["/", ["text/html", "<!doctype html><title>docs</title>"]]]);
    for (const { name, file, code } of modules) {
      files.set(`/${file ?? encodeURIComponent(name)}.js`, ["text/javascript", code]);
    }
    const server = createServer(({ url }, response) => {
      const [type, body] = files.get(url) ?? ["text/plain", ""];
      const headers = { "content-type": type, "content-security-policy": policy };
      response.writeHead(files.has(url) ? 200 : 404, headers).end(body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const context = await browser.browser.newContext();
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const run = (name) =>
      page.evaluate(
        (url) =>
          import(url).then(
            () => "",
            ({ code, stack }) => `${code} ${stack}`,
          ),
        `/${encodeURIComponent(name)}.js`,
      );
    const close = async () => {
      await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return { run, close };
  }

  for (const modules of bundled.filter(({ length }) => length > 0)) {
    for (const { name } of modules.filter(({ file }) => file === undefined)) {
      it(`runs: ${name}`, { timeout: 60_000 }, async () => {
        const page = await open(modules, csp);
        try {
          assert.equal(await page.run(name), "");
        } finally {
          await page.close();
        }
      });
    }
  }

  it("without 'wasm-unsafe-eval' the first call says Internal", async () => {
    const modules = bundled.find(([first]) => first?.name.startsWith("docs/browser.md"));
    const page = await open(modules, csp.replace(" 'wasm-unsafe-eval'", ""));
    assert.match(await page.run(modules[0].name), /^Internal /);
    await page.close();
  });
});
