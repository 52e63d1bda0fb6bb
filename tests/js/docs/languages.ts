// What is asked of blocks that are neither TypeScript nor JavaScript.
import { existsSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { type Block, root } from "./blocks.js";

const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  scripts: Record<string, string>;
};

const rules: Record<string, (text: string, at: string) => void> = {
  text() {}, // to be read
  http: (text, at) => expect(text, at).toMatch(/^[\w-]+: \S/),
  json: (text) => void JSON.parse(text),
  jsonc: (text) => void JSON.parse(text.replace(/^\s*\/\/.*$/gm, "")),
  sh: checkShell,
  sql: checkStatements,
};

/** Fails where a block is not what its language wants; an unknown language is a failure too. */
export function checkOther({ language, text }: Block, at: string): void {
  const rule = rules[language];
  if (rule === undefined) throw new Error(`${at}: blocks in "${language}" have no rule`);
  rule(text, at);
}

/** Commands are scripts of package.json, files that are there, or tools of the packages that tests install. */
function checkShell(text: string, at: string): void {
  for (const line of text.split("\n")) {
    const words = line.replace(/#.*/, "").trim().split(/\s+/);
    const [command = "", first = "", second = ""] = words.filter((word) => !/^[A-Z_]+=/.test(word));
    if (command === "") continue;
    const tool = (name: string) =>
      ["", "tests/runtimes/"].some((place) =>
        existsSync(`${root}${place}node_modules/.bin/${name}`),
      );
    const known =
      (command === "npm" &&
        (first === "install" || scripts[first === "run" ? second : first] !== undefined)) ||
      (command === "node" && existsSync(`${root}${first}`)) ||
      (command === "npx" && tool(first));
    expect(known, `${at}: ${line}`).toBe(true);
  }
}

/** That they are statements; what they give is asked by sqlite/tables.test.ts and postgres.test.ts. */
function checkStatements(text: string, at: string): void {
  for (const statement of text.split(";").slice(0, -1)) {
    expect(statement.trim(), at).toMatch(/^(SELECT|GRANT|BEGIN|SET|COMMIT|INSERT|CREATE)\b/);
  }
}
