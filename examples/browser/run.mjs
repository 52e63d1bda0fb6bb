// npm run example:browser: builds varve and the page, and serves it.
//   -- --port 8080         from this port on; the next one where it is taken
//   -- --site folder       only writes the static files, for another host
//   -- --screenshot folder takes the pictures of the README, with the browser that CHROMIUM names
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../../js/scripts/build.mjs";
import { fail } from "../../js/scripts/lib/run.mjs";
import { serve } from "./server.mjs";
import { makeSite } from "./site.mjs";

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "4173" },
      site: { type: "string" },
      screenshot: { type: "string" },
    },
  });
  await build();
  if (values.site !== undefined) {
    console.log(`static files: ${await makeSite(resolve(values.site))}`);
    return;
  }
  const folder = await makeSite();
  if (values.screenshot !== undefined) {
    const { screenshots } = await import("./screenshot.mjs");
    for (const file of await screenshots(folder, resolve(values.screenshot))) console.log(file);
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port is 0 to 65535, not ${values.port}`);
  const { address } = await serve(folder, port);
  console.log(`${address}  (Ctrl+C ends it)`);
}

await main().catch(fail);
