// What an app ships that counts with o200k_base: bundled, minified, gzipped, in KB of 1,000 bytes.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { apps } from "./counters.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const gz = (content) => gzipSync(content, { level: 9 }).length;

async function bundled(source) {
  const plugin = {
    name: "app",
    resolveId: (id) => (id === "app" ? { id: `${root}app.mjs` } : undefined),
    load: (id) => (id === `${root}app.mjs` ? source : undefined),
  };
  const bundle = await rolldown({
    input: "app",
    plugins: [plugin],
    platform: "browser",
    cwd: root,
    logLevel: "silent",
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  return output.reduce((sum, chunk) => sum + gz(chunk.code ?? chunk.source), 0);
}

export async function sizes() {
  const measured = {};
  for (const [name, source] of Object.entries(apps))
    measured[name] = (await bundled(source)) / 1000;
  // Its module is a file beside the JavaScript.
  const file = (name) =>
    readFileSync(new URL(`../../node_modules/tiktoken/${name}`, import.meta.url));
  measured.tiktoken = (gz(file("tiktoken_bg.wasm")) + gz(file("tiktoken_bg.cjs"))) / 1000;
  return measured;
}
