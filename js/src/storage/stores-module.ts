// The module of the stores in Rust: loaded at the first call, and anew after a trap.
import init, * as stores from "../../../pkg-stores/stores.js";
import { keeper, type Loaded } from "../instance.js";
import { notLoaded } from "../later.js";
import type { ModuleInput } from "../loader.js";
import type { StoresModule } from "./native-adapter.js";

/** Gives the module, from its bytes. */
export function storesModule(source: () => ModuleInput): () => Promise<Loaded<StoresModule>> {
  return keeper(() => instantiate(source));
}

async function instantiate(source: () => ModuleInput): Promise<StoresModule> {
  try {
    await init({ module_or_path: source() as WebAssembly.Module | BufferSource });
  } catch (cause) {
    throw notLoaded("the WebAssembly module of the stores", cause);
  }
  return stores as unknown as StoresModule;
}
