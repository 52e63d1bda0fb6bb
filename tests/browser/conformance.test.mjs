// IndexedDB keeps every promise that the kit tests, in a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { policyCases } from "../support/policies.mjs";
import { start } from "./browser.mjs";

let tab;
let page;

before(async () => {
  tab = await start();
  page = await tab.page();
});
after(() => tab?.close());

for (const options of [{}, { durability: "relaxed" }]) {
  test(`the conformance kit, with ${JSON.stringify(options)}`, async (t) => {
    const names = await page.evaluate((given) => {
      globalThis.cases = varve.conformance(given);
      return cases.map(({ name, run }) => ({ name, isLeftOut: run === undefined }));
    }, options);
    assert.ok(names.length > 100, `the kit has more than 100 cases, here are ${names.length}`);
    for (const [place, { name, isLeftOut }] of names.entries()) {
      await t.test(name, { skip: isLeftOut }, () => page.evaluate((at) => cases[at].run(), place));
    }
  });
}

for (const name of Object.keys(policyCases)) {
  test(`policies: ${name}`, () => page.evaluate((given) => varve.policies(given), name));
}
