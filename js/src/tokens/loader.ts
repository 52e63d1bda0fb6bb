// The module that counts: loaded with the first encoding.
import { VarveError } from "../errors.js";
import { keeper } from "../instance.js";
import { later, notLoaded } from "../later.js";
import type { ModuleInput } from "../loader.js";
import type { TokenModule } from "./engine.js";
import { provideTokenModule } from "./load.js";

/**
 * Says where the module comes from: its bytes, or what an edge runtime compiled already.
 * @internal
 */
export function provideCounter(source: () => ModuleInput | Promise<ModuleInput>): void {
  provideTokenModule(keeper(() => instantiate(source)));
}

async function instantiate(source: () => ModuleInput | Promise<ModuleInput>): Promise<TokenModule> {
  try {
    const glue = later(import("../../../pkg-tokens/tokens.js"));
    const [module, input] = await Promise.all([glue, source()]);
    await module.default({ module_or_path: input });
    return module;
  } catch (cause) {
    throw cause instanceof VarveError ? cause : notLoaded("the WebAssembly module", cause);
  }
}
