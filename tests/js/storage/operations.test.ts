// The operations that are tried on stores that go wrong are all that there are.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** They ask nothing of a store, or let go of it. */
const WITHOUT_STORE = ["close", "getSnapshot", "on", "subscribe", "workspace"];

test("everything that a varve, a repository and its policies do is among them", () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  const sources = readdirSync(new URL("operations", import.meta.url));
  const tried = sources.map((name) => read(`operations/${name}`)).join("\n");
  const used = new Set(tried.match(/(?<=\.)\w+/g));
  const api = read("../../../docs/api/varve.md");
  const headings = api.matchAll(/^#### (?:Varve|Repository|Policies)\.(\w+)$/gm);
  const members = [...headings].map(([, name]) => name as string);
  expect(members.length).toBeGreaterThan(80);
  expect(members.filter((name) => !used.has(name) && !WITHOUT_STORE.includes(name))).toEqual([]);
});
