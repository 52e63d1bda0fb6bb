// npm run notices: writes THIRD-PARTY.md, the licences of what others made and the package brings along: crates that are
// linked into its modules, npm packages that its scripts have inlined, data. A test says when it is to be written anew.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { inRoot, readJson, root } from "./lib/project.mjs";
import { fail } from "./lib/run.mjs";

export const NOTICES = "THIRD-PARTY.md";

/** Who holds the copyright of what comes without a file that says so. */
const HOLDERS = {
  "@cfworker/json-schema": "Copyright (c) Jeremy Danyow",
  indexed_db_futures: "Copyright (c) 2024 Alorel <amolc@pm.me> (https://github.com/Alorel)",
};

/** What is neither a crate nor an npm package. */
const OTHERS = [
  {
    name: "The Rust standard library",
    what: "linked into the modules",
    licence: "MIT OR Apache-2.0",
    copyright: ["Copyright (c) The Rust Project Contributors"],
  },
  {
    name: "tiktoken",
    what: "the vocabularies of varve/encodings",
    licence: "MIT",
    copyright: ["Copyright (c) 2025 OpenAI, Shantanu Jain"],
  },
  {
    name: "LiteLLM",
    what: "the table of varve/models",
    licence: "MIT",
    copyright: ["Copyright (c) 2023 Berri AI"],
  },
];

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The text of THIRD-PARTY.md as it has to be. Wants cargo. */
export async function notices() {
  const crates = linkedCrates();
  const unicode = crates.find(({ name }) => name === "unicode-ident");
  if (!unicode)
    throw new Error("the licence of Unicode's data was that of unicode-ident, which is gone");
  const data = {
    name: "Unicode Character Database",
    what: "the table of characters of the token counter",
    licence: "Unicode-3.0",
    text: textOf(unicode.folder, "LICENSE-UNICODE"),
  };
  const all = [...OTHERS, data, ...(await inlined()), ...crates.map(crate)];
  const shared = all.filter(({ text }) => text === undefined);
  const own = all.filter(({ text }) => text !== undefined);
  return `# Third-party software and data

varve itself is under MIT OR Apache-2.0. The package brings along what is listed here; of several licences it takes
the first that is given in full below. Made by \`npm run notices\`.

## Under the MIT licence

${shared.map(entry).join("\n")}

${MIT}

## Under licences of their own wording

${own.map((each) => `${entry(each)}\n\n${quoted(each.text)}`).join("\n\n")}
`;
}

function entry({ name, version = "", what, licence, copyright = [] }) {
  const head = [name, version].filter(Boolean).join(" ");
  return [`- **${head}** (${licence}), ${what}`, ...copyright.map((line) => `  - ${line}`)].join(
    "\n",
  );
}

const quoted = (text) => `\`\`\`text\n${text.trim()}\n\`\`\``;

/** The crates of all four modules, those that only run while they are compiled left out. */
function linkedCrates() {
  const options = { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 };
  const target = ["--filter-platform", "wasm32-unknown-unknown"];
  const features = ["--all-features", "--manifest-path", inRoot("module", "Cargo.toml")];
  const args = ["metadata", "--format-version", "1", "--locked", ...target, ...features];
  const { packages, resolve } = JSON.parse(execFileSync("cargo", args, options));
  const packageOf = new Map(packages.map((each) => [each.id, each]));
  const nodeOf = new Map(resolve.nodes.map((each) => [each.id, each]));
  const linked = new Set();
  const follow = (id) => {
    const isMacro = packageOf.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
    if (isMacro || linked.has(id)) return;
    linked.add(id);
    for (const { pkg, dep_kinds } of nodeOf.get(id).deps) {
      if (dep_kinds.some(({ kind }) => kind === null)) follow(pkg);
    }
  };
  follow(resolve.root);
  return [...linked]
    .map((id) => packageOf.get(id))
    .filter(({ source }) => source !== null) // our own
    .map(({ name, version, license, manifest_path }) => ({
      name,
      version,
      licence: license,
      folder: dirname(manifest_path),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const crate = (each) => ({ ...each, what: "linked into the modules", ...termsOf(each) });

/** The npm packages of which rolldown puts something into the scripts. */
async function inlined() {
  return (await inlinedNames()).map((name) => {
    const folder = inRoot("node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const each = { name, version, licence: license, folder };
    return { ...each, what: "part of the scripts", ...termsOf(each) };
  });
}

/** Follows the imports of all that `exports` promises; modules and vocabularies import nothing. */
async function inlinedNames() {
  const { exports, peerDependencies } = readJson("package.json");
  const targets = JSON.stringify(exports).matchAll(/\.\/dist\/esm\/([\w/-]+)\.js/g);
  const bundled = await rolldown({
    cwd: root,
    platform: "neutral",
    input: [...targets].map(([, name]) => inRoot("js", "src", `${name}.ts`)),
    external: [
      /^varve:/,
      /[\\/]pkg(-\w+)?[\\/]/,
      /^(node|bun|cloudflare):/,
      ...Object.keys(peerDependencies),
    ],
  });
  const { output } = await bundled.generate({ format: "esm" });
  await bundled.close();
  const names = output
    .flatMap(({ moduleIds }) => moduleIds ?? [])
    .map((id) => /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1])
    .filter(Boolean)
    .map((name) => name.replace("\\", "/"));
  return [...new Set(names)].sort();
}

/** Whose it is, where the licence is MIT's in MIT's words; otherwise the whole text. */
function termsOf({ name, licence, folder }) {
  const files = readdirSync(folder);
  const wanted = [/^LICEN[CS]E-MIT/i, /^LICENSE-BOOST/i, /^LICEN[CS]E(\.\w+)?$/i];
  const file = wanted.map((form) => files.find((each) => form.test(each))).find(Boolean);
  if (file === undefined) {
    if (HOLDERS[name] && licence === "MIT") return { copyright: [HOLDERS[name]] };
    throw new Error(
      `${name} (${licence}) has no licence file: look who holds the copyright, for HOLDERS`,
    );
  }
  const text = textOf(folder, file);
  const start = Math.max(text.indexOf("Permission is hereby granted, free of charge"), 0);
  const isMit = words(text.slice(start)) === words(MIT);
  if (!isMit) return { text };
  const copyright = text
    .slice(0, start)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^copyright/i.test(line));
  return { copyright };
}

const textOf = (folder, file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n");
const words = (text) => text.toLowerCase().match(/\w+/g)?.join(" ");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    writeFileSync(inRoot(NOTICES), await notices());
  } catch (error) {
    fail(error);
  }
}
