// `varve/slim`: bring your own module, from `varve/varve.wasm` or wherever it is kept.
import { decodeBase64 } from "../base64.js";
import { later } from "../later.js";
import { load, type ModuleSource, replaceModule } from "../loader.js";
import { provideSummarizer } from "../summarize/source.js";
import { provideTokenModule } from "../tokens/load.js";

provideTokenModule(load);
provideSummarizer(async () => decodeBase64((await later(import("varve:summarize-base64"))).base64));

export * from "../index.js";
export type { ModuleInput, ModuleSource } from "../loader.js";

/** Says where the WebAssembly module comes from. Call it before anything else. */
export function init(module: ModuleSource): void {
  replaceModule(module);
}
