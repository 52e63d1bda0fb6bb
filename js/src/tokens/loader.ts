// The module of `varve/tokens`, which holds nothing but counting.
import init, * as core from "../../../pkg-tokens/tokens.js";
import { keeper } from "../instance.js";
import { notLoaded } from "../later.js";
import type { ModuleInput } from "../loader.js";
import { provideTokenModule } from "./load.js";

/**
 * Says where the module comes from: its bytes, or what an edge runtime compiled already.
 * @internal
 */
export function provideCounter(source: () => ModuleInput): void {
  provideTokenModule(keeper(() => instantiate(source)));
}

async function instantiate(source: () => ModuleInput): Promise<typeof core> {
  try {
    await init({ module_or_path: source() });
    return core;
  } catch (cause) {
    throw notLoaded("the WebAssembly module", cause);
  }
}
