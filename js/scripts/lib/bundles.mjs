// The bundles of the package: TypeScript, the glue of wasm-bindgen and the modules to dist/, by rolldown; and what an app
// that uses them weighs.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { dataModule } from "./data-module.mjs";
import {
  moduleFile,
  storesModuleFile,
  summarizeModuleFile,
  tokensModuleFile,
  vocabularyFile,
} from "./modules.mjs";
import { inRoot, readJson, root } from "./project.mjs";
import { StepError } from "./run.mjs";

/** The vocabulary of o200k_base, for runtimes that take modules beside a script. */
export function vocabularyModule() {
  return dataModule(readFileSync(vocabularyFile("o200k_base")));
}

/** Writes dist/esm and dist/cjs; returns the sizes of what an app would get, minified. */
export async function bundle() {
  const { rolldown } = await import("rolldown");
  const drivers = Object.keys(readJson("package.json").peerDependencies ?? {});
  const common = {
    external: [/\.wasm(\?|$)/, /^(node|bun|cloudflare):/, ...drivers],
    plugins: [modulePlugin(), gluePlugin()],
    platform: "neutral",
    cwd: root,
  };
  const write = async (format, input, shared, plugins) => {
    const bundled = await rolldown({ ...common, plugins: [...common.plugins, ...plugins], input });
    await bundled.write({
      dir: inRoot("dist", format),
      format,
      entryFileNames: "[name].js",
      chunkFileNames: `${shared}/[name].js`,
      exports: "named",
      comments: { legal: true, annotation: true, jsdoc: false },
    });
    await bundled.close();
  };
  for (const format of ["esm", "cjs"]) {
    const all = Object.entries(entries(format));
    const isApart = ([name]) => name.startsWith("entries/tokens");
    const apart = Object.fromEntries(all.filter(isApart));
    await write(format, Object.fromEntries(all.filter((entry) => !isApart(entry))), "shared", []);
    await write(format, apart, "shared-tokens", [vocabulariesOutside()]);
  }
  const weigh = async (source, without = []) => {
    const external = [...common.external, ...without];
    const weighed = await rolldown({ ...common, external, input: inRoot(`js/src/${source}.ts`) });
    const { output } = await weighed.generate({ format: "esm", minify: true });
    await weighed.close();
    const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
    const atOnce = new Set();
    const take = (name) => {
      if (!chunks.has(name) || atOnce.has(name)) return;
      atOnce.add(name);
      for (const imported of chunks.get(name).imports ?? []) take(imported);
    };
    for (const { isEntry, isDynamicEntry, fileName } of output)
      if (isEntry && !isDynamicEntry) take(fileName);
    const code = (isOwn) =>
      output
        .filter(({ fileName }) => atOnce.has(fileName) === isOwn)
        .map(({ code: text }) => text ?? "")
        .join("");
    return {
      own: size(Buffer.from(code(true))),
      later: size(Buffer.from(code(false))), // the vocabulary, the checks of schemas
    };
  };
  const sum = (...sizes) => ({
    raw: sizes.reduce((total, { raw }) => total + raw, 0),
    gz: sizes.reduce((total, { gz }) => total + gz, 0),
  });
  const slim = await weigh("entries/slim");
  const edge = await weigh("entries/edge"); // modules beside it, as files
  const tokens = await weigh("entries/tokens");
  const summarizer = await weigh("summarize/extract", [/errors\.js$/]); // which varve brings
  const [module, counting, summarizing] = [moduleFile, tokensModuleFile, summarizeModuleFile].map(
    (file) => size(readFileSync(file)),
  );
  return {
    face: slim.own,
    stores: size(readFileSync(storesModuleFile)),
    summarize: sum(summarizing, summarizer.own),
    tokens: sum(tokens.own, tokens.later),
    whole: sum(edge.own, edge.later, size(vocabularyModule()), module, counting, summarizing),
  };
}

/**
 * `varve/tokens` is bundled by itself: it counts with a module of its own, so it shares no state with
 * `varve`. The vocabularies, which are large and have no state, are the same files for both.
 */
function vocabulariesOutside() {
  return {
    name: "varve-vocabularies-outside",
    resolveId(id) {
      const [, name] = /\/(encodings\/\w+\.js)$/.exec(id) ?? [];
      return name ? { id: `../${name}`, external: true } : undefined;
    },
  };
}

/** The sources of what `exports` in package.json promises: ./dist/esm/x/y.js is js/src/x/y.ts. */
function entries(format) {
  const targets = JSON.stringify(readJson("package.json").exports).matchAll(
    new RegExp(`\\./dist/${format}/([\\w/-]+)\\.js`, "g"),
  );
  return Object.fromEntries(
    [...targets].map(([, name]) => [name, inRoot("js", "src", `${name}.ts`)]),
  );
}

/** Gives the names of js/src/entries/modules.d.ts their content. */
function modulePlugin() {
  const wasm = {
    "varve:module": "varve.wasm",
    "varve:tokens-module": "varve-tokens.wasm",
    "varve:summarize-module": "varve-summarize.wasm",
    "varve:vocabulary-module": "varve-o200k_base.wasm",
  };
  const text = {
    "varve:base64": () => ["base64", readFileSync(moduleFile).toString("base64")],
    "varve:stores-base64": () => ["base64", readFileSync(storesModuleFile).toString("base64")],
    "varve:summarize-base64": () => [
      "base64",
      readFileSync(summarizeModuleFile).toString("base64"),
    ],
    "varve:tokens-base64": () => ["base64", readFileSync(tokensModuleFile).toString("base64")],
  };
  const vocabulary = "varve:vocabulary/";
  return {
    name: "varve-module",
    resolveId(id, importer) {
      if (id in text || id.startsWith(vocabulary)) return { id };
      if (!(id in wasm)) return undefined;
      const here = dirname(importer).slice(inRoot("js", "src").length + 1);
      const up = "../".repeat(1 + here.split(/[\\/]/).length);
      return { id: `${up}${wasm[id]}?module`, external: true };
    },
    load(id) {
      if (id.startsWith(vocabulary)) {
        const file = vocabularyFile(id.slice(vocabulary.length));
        return `export const vocabulary = "${readFileSync(file, "latin1")}";`;
      }
      if (!(id in text)) return undefined;
      const [name, content] = text[id]();
      return `export const ${name} = "${content}";`;
    },
  };
}

/** What goes out of wasm-bindgen's glue: a pattern, how often it is there, and what takes its place. */
const CUTS = [
  // Asks for an address, or what came from one: it is never given. To name these makes Node load all of its `fetch`: 50 ms.
  [/typeof (Request|Response) === 'function' && \w+ instanceof \1\b/g, 2, "false"],
  // Nobody calls it, and nobody gives the module as it was given once.
  [/initSync, (?=__wbg_init as default)/g, 1, ""],
  [/console\.warn\('using deprecated [^']+'\)/g, 2, ""],
];

function gluePlugin() {
  return {
    name: "varve-glue",
    transform(code, id) {
      if (!/[\\/]pkg(-\w+)?[\\/]\w+\.js$/.test(id) || !code.includes("__wbg_load"))
        return undefined;
      let rest = code;
      for (const [pattern, times, instead] of CUTS) {
        if (code.match(pattern)?.length !== times) {
          throw new StepError(`${id} has ${pattern} otherwise than ${times} times`, {
            hint: "wasm-bindgen writes another glue: see CUTS in js/scripts/lib/bundles.mjs",
          });
        }
        rest = rest.replace(pattern, instead);
      }
      return { code: rest };
    },
  };
}

/** The size of what is loaded, as it is and gzipped. */
export function size(bytes) {
  return { raw: bytes.length, gz: gzipSync(bytes, { level: 9 }).length };
}
