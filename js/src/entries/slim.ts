// `varve/slim`: bring your own module, from `varve/varve.wasm` or wherever it is kept.
import { type ModuleSource, replaceModule } from "../loader.js";

export * from "../index.js";
export type { ModuleInput, ModuleSource } from "../loader.js";

/** Says where the WebAssembly module comes from. Call it before anything else. */
export function init(module: ModuleSource): void {
  replaceModule(module);
}
