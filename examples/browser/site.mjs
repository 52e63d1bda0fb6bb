// Makes the page a folder of static files, which any host can serve: varve and the page in one bundle, in parts that are
// loaded when they are needed. Nothing in it names another host.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));

/** In this order: what is narrow goes before what is wide, and stands behind it. */
const STYLES = [
  "base",
  "top",
  "proposals",
  "panels",
  "history",
  "conversation",
  "composer",
  "narrow",
];

/** Writes the folder anew, and returns it. */
export async function makeSite(folder = join(here, "site")) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(here, "index.html"), join(folder, "index.html"));
  const styles = STYLES.map((name) => readFileSync(join(here, "styles", `${name}.css`), "utf8"));
  writeFileSync(join(folder, "style.css"), styles.join("\n"));
  const bundle = await rolldown({ input: join(here, "main.js"), platform: "browser" });
  await bundle.write({
    dir: folder,
    format: "esm",
    minify: true,
    entryFileNames: "main.js",
    chunkFileNames: "parts/[name]-[hash].js",
  });
  await bundle.close();
  return folder;
}
