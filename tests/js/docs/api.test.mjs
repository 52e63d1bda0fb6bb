// The API reference in docs/api is what the doc comments say, and nothing is exported without one.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reference } from "../../../js/scripts/docs.mjs";

const { pages, bare } = reference();
const committed = (name) =>
  readFileSync(new URL(`../../../docs/api/${name}`, import.meta.url), "utf8");

test("whatever is exported has a doc comment, and each member of what has methods", () => {
  expect(bare).toEqual([]);
});

test("docs/api is up to date: npm run build, then npm run docs", () => {
  const folder = new URL("../../../docs/api", import.meta.url);
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  const old = [...pages].filter(([name, text]) => committed(name) !== text).map(([name]) => name);
  expect(old).toEqual([]);
});
