// Links from page to page lead somewhere: files that are there, headings that the page has.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { root } from "./blocks.js";

const within = (folder: string): string[] =>
  existsSync(`${root}${folder}`)
    ? readdirSync(`${root}${folder}`)
        .filter((name) => name.endsWith(".md"))
        .map((name) => `${folder}/${name}`)
    : [];
const pages = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...["docs", "docs/api", "benches/results", "examples"].flatMap(within),
];

/** The text of a page without its code. */
const textOf = (page: string) =>
  readFileSync(`${root}${page}`, "utf8")
    .replace(/^(`{3,}).*\n[\s\S]*?^\1$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ""));

const known = new Map<string, Set<string>>();

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(page: string): Set<string> {
  const found = known.get(page);
  if (found) return found;
  const anchors = new Set<string>();
  known.set(page, anchors);
  for (const [, heading = ""] of textOf(page).matchAll(/^#+ (.*)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

test.each(pages)("the links of %s lead somewhere", (page) => {
  const text = textOf(page);
  const links = [
    ...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target),
    ...[...text.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map(([, target = ""]) => target),
  ];
  const dead = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : normalize(join(dirname(page), path));
    if (!existsSync(`${root}${target}`)) return true;
    if (anchor === undefined) return false;
    return statSync(`${root}${target}`).isDirectory() || !anchorsOf(target).has(anchor);
  });
  expect(dead).toEqual([]);
});
