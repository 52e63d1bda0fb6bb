// Workers as one makes them for Cloudflare: bundled by wrangler, run by miniflare's workerd. Nothing leaves the machine.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { inRoot } from "../../../js/scripts/lib/project.mjs";
import { packaged } from "./project.mjs";

const compatibilityDate = "2026-01-01";

/**
 * What `wrangler deploy` would upload of a project, minified: the folder, its modules, and their size in bytes as
 * wrangler tells it, raw and gzipped.
 */
export function bundled(project, main) {
  const name = main.replace(/\W/g, "-");
  const folder = project.path("out", name);
  const config = `wrangler-${name}.json`;
  project.write(
    config,
    JSON.stringify({ name, main, compatibility_date: compatibilityDate, minify: true }),
  );
  const env = {
    ...process.env,
    CI: "1",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_LOG_PATH: project.path("logs"),
    XDG_CONFIG_HOME: project.path("config"),
  };
  const wrangler = packaged("wrangler", "bin", "wrangler.js");
  const given = ["deploy", "--config", config, "--dry-run", "--outdir", folder];
  const said = project.run(process.execPath, [wrangler, ...given], { env });
  const [, raw, gz] = /Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/.exec(said) ?? [];
  if (gz === undefined) throw new Error(`wrangler tells no size:\n${said}`);
  const modules = readdirSync(folder).flatMap((file) => {
    if (file.endsWith(".wasm")) return [{ type: "CompiledWasm", path: join(folder, file) }];
    return file.endsWith(".js") ? [{ type: "ESModule", path: join(folder, file) }] : [];
  });
  modules.sort((a, b) => (a.type === "ESModule" ? -1 : b.type === "ESModule" ? 1 : 0)); // the first is the main one
  return { folder, modules, raw: 1024 * Number(raw), gz: 1024 * Number(gz) };
}

/** Runs a bundled worker: `ask(path, body?)` gives what it answers, as JSON. `options` are miniflare's. */
export function worker({ folder, modules }, options = {}) {
  const require = createRequire(inRoot("tests", "runtimes", "package.json"));
  const { Miniflare } = require("miniflare");
  const running = new Miniflare({ modules, modulesRoot: folder, compatibilityDate, ...options });
  return {
    bindings: () => running.getBindings(),
    async ask(path, body) {
      const given = body === undefined ? {} : { method: "POST", body };
      const answer = await running.dispatchFetch(`http://worker/${path}`, given);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
      return JSON.parse(text);
    },
    stop: () => running.dispose(),
  };
}
