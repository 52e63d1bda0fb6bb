// The fenced blocks of README.md and docs/*.md, and what the line that opens a block says of it:
//
//   ```ts                     runs, behind the blocks before it, in one module a page
//   ```ts new                 begins a module of its own
//   ```ts in="browser"        runs in a page of Chromium (tests/browser/docs.test.mjs)
//   ```ts file="examples/…"   is the text of that file, or a part of it, which a test of its own runs
//   ```ts not-run="reason"    is left out, and the reason printed
//
// GitHub and npm show none of it.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../../../", import.meta.url));

/** A fenced block of a page. */
export interface Block {
  /** The page, from the root of the project. */
  readonly page: string;
  /** The line of the page on which its text begins, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  readonly isNew: boolean;
  /** Where it runs; undefined: right here. */
  readonly place: string | undefined;
  readonly file: string | undefined;
  readonly notRun: string | undefined;
}

/** The pages whose blocks are tested. Those of docs/api are made of the types themselves. */
export const pages: readonly string[] = [
  "README.md",
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
    .sort(),
];

/** The blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = readFileSync(`${root}${page}`, "utf8").split("\n");
  let open: { line: number; info: string; fence: string } | undefined;
  for (const [index, text] of lines.entries()) {
    const [, fence, info = ""] = /^(`{3,})(.*)$/.exec(text) ?? [];
    if (open === undefined) {
      if (fence !== undefined) open = { line: index + 2, info, fence };
    } else if (fence === open.fence && info === "") {
      const body = lines.slice(open.line - 1, index).join("\n");
      blocks.push({ page, line: open.line, text: body, ...infoOf(open.info, page, open.line) });
      open = undefined;
    }
  }
  if (open) throw new Error(`${page}:${open.line - 1}: the block has no end`);
  return blocks;
}

function infoOf(info: string, page: string, line: number) {
  const [language = ""] = /^\S*/.exec(info) ?? [];
  const words = info.slice(language.length);
  const value = (name: string) => new RegExp(` ${name}="([^"]+)"`).exec(words)?.[1];
  const rest = words.replace(/ (in|file|not-run)="[^"]+"/g, "").trim();
  if (rest !== "" && rest !== "new") throw new Error(`${page}:${line - 1}: what is "${rest}"?`);
  return {
    language,
    isNew: rest === "new",
    place: value("in"),
    file: value("file"),
    notRun: value("not-run"),
  };
}
