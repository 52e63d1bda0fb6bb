// Modules made of the blocks of pages. A module has the lines of its page, so what goes wrong is reported at
// the line of the page; what stands behind `console.log(…);` as a comment is what has to be printed there.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Block, blocksOf, root } from "./blocks.js";

const folder = `${root}tests/js/docs`;

/** What a page would run. */
export interface PageModule {
  readonly page: string;
  /** The line of its first block. */
  readonly line: number;
  readonly language: "ts" | "js";
  /** Its name, where its first line says one: `// documents.js`. */
  readonly name: string | undefined;
  readonly place: string | undefined;
  readonly code: string;
}

/** The modules of a page: its blocks in `ts` and `js`, put together up to the next that is new. */
export function modulesOf(page: string): PageModule[] {
  const groups: Block[][] = [];
  for (const block of blocksOf(page)) {
    if (!runs(block)) continue;
    const before = groups.at(-1)?.[0];
    const goesOn = before && !block.isNew && !nameOf(block) && before.place === block.place;
    if (goesOn) groups.at(-1)?.push(block);
    else groups.push([block]);
  }
  return groups.map((blocks) => {
    const [first] = blocks as [Block];
    const { line, language, place } = first;
    if (blocks.some((block) => block.language !== language)) {
      throw new Error(`${page}:${line}: one module in ts and js`);
    }
    const code = linesOf(blocks);
    return { page, line, language: language as "ts" | "js", name: nameOf(first), place, code };
  });
}

function nameOf({ text }: Block): string | undefined {
  return /^\/\/ ([\w.-]+\.[jt]s)\b/.exec(text)?.[1];
}

function runs({ language, file, notRun }: Block): boolean {
  return (language === "ts" || language === "js") && file === undefined && notRun === undefined;
}

function linesOf(blocks: readonly Block[]): string {
  const lines: string[] = [];
  for (const { line, text } of blocks) {
    while (lines.length < line - 1) lines.push("");
    lines.push(...text.split("\n"));
  }
  return lines.join("\n");
}

/**
 * Writes a module where it can be run and type-checked, and gives its path. The names that it takes from
 * before/<page>.ts, which stands in for what an application has, are imported; `more` is put behind it.
 */
export function written(module: PageModule, { into = "pages", more = "" } = {}): string {
  const { page, line, language, code } = module;
  const name = basename(page, ".md");
  const before = join(folder, "before", `${name}.ts`);
  const source = existsSync(before) ? readFileSync(before, "utf8") : "";
  const exported = [...source.matchAll(/^export (?:async )?(?:const|function|class|let) (\w+)/gm)];
  const again = [...source.matchAll(/^export \{ (.*) \} from/gm)];
  const names = [
    ...exported.map(([, each]) => each as string),
    ...again.flatMap(([, each = ""]) => each.split(", ")),
  ];
  const types = [...source.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, each]) => each);
  const used = [...names, ...types.map((each) => `type ${each}`)].filter((each) =>
    wants(code, each.replace("type ", "")),
  );
  const list = used.length > 0 ? `{ ${used.join(", ")} } from ` : "";
  const taken = source === "" ? "" : `import ${list}"../../before/${name}.js"; `;
  const text = `${code}\n${more}`.split("\n").map(promising).join("\n");
  const said = text.includes("$prints(");
  const head = `${taken}${said ? `import { said as $prints } from "../../said.js"; ` : ""}export {}; `;
  const path = join(folder, ".modules", into, module.name ?? `${name}-${line}.${language}`);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, head + text);
  return path;
}

/** Whether code speaks of a name that it does not declare itself. */
function wants(code: string, name: string): boolean {
  const declared = new RegExp(`^(?:const|let|async function|function) ${name}\\b`, "m");
  return new RegExp(`\\b${name}\\b`).test(code) && !declared.test(code);
}

/** `console.log(a); // 6` fails where it prints anything else. */
function promising(line: string): string {
  const [, indent, rest, promise] = /^(\s*)console\.log(\(.*\);) \/\/ (.*)$/.exec(line) ?? [];
  return promise === undefined ? line : `${indent}$prints(${JSON.stringify(promise)})${rest}`;
}

/** Removes what was written. */
export function cleared(into: string): void {
  rmSync(join(folder, ".modules", into), { recursive: true, force: true });
}
