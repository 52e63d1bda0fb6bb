// npm run docs: the API reference in docs/api, one page for each subpath of the package, made of the declarations that
// the build puts into dist/. `reference()` gives the pages, for the test that holds the committed ones against them.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { entriesOf } from "./docs/entries.mjs";
import { indexOf, pageOf } from "./docs/pages.mjs";
import { inRoot } from "./lib/project.mjs";

/** The pages by name, and what has no doc comment: `{ pages: Map, bare: string[] }`. */
export function reference() {
  const entries = entriesOf();
  const pages = new Map([["README.md", indexOf(entries)]]);
  for (const entry of entries) pages.set(entry.page, pageOf(entry, entries));
  const bare = entries.flatMap(({ name, items }) =>
    items.flatMap((item) => [
      ...(item.text === "" ? [`${name}: ${item.name}`] : []),
      ...item.members
        .filter(({ text }) => text === "")
        .map((member) => `${name}: ${item.name}.${member.name}`),
    ]),
  );
  return { pages, bare };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { pages, bare } = reference();
  const folder = inRoot("docs", "api");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(folder, name), text);
  for (const name of bare) console.warn(`no doc comment: ${name}`);
  if (bare.length > 0) process.exitCode = 1;
}
