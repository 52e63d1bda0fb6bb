import { wasmPack, optimize } from "./build.mjs";
import { root } from "./lib/project.mjs";
import { setup } from "./setup.mjs";
const { env } = await setup();
await wasmPack("pkg", "varve", { env, cwd: root, onLine(){} });
await optimize(new URL("../../pkg/varve_bg.wasm", import.meta.url).pathname, { env, onLine(){} });
