// The vocabulary that travels with the package, as a module of nothing but data: for runtimes that compile modules ahead
// of time. A string would be parsed with the script at every start.
import { notLoaded } from "../../later.js";

/** The bytes in a module of data: see js/scripts/lib/data-module.mjs. */
export async function vocabularyIn(module: WebAssembly.Module): Promise<Uint8Array> {
  try {
    const { exports } = await WebAssembly.instantiate(module);
    const { memory, length } = exports as {
      memory: WebAssembly.Memory;
      length: WebAssembly.Global<"i32">;
    };
    return new Uint8Array(memory.buffer, 0, length.value);
  } catch (cause) {
    throw notLoaded("the vocabulary", cause);
  }
}
