// The vocabulary that travels with the package, as a module of nothing but data: for runtimes that compile modules ahead
// of time. A string would be parsed with the script at every start.
import { notLoaded } from "../../later.js";
import type { VocabularyData } from "../engine.js";

/** The bytes in a module of data: see js/scripts/lib/data-module.mjs. */
export function vocabularyIn(module: WebAssembly.Module): VocabularyData {
  return (memory) => {
    try {
      const { exports } = new WebAssembly.Instance(module, { to: { memory } });
      const { length, write } = exports as {
        length: WebAssembly.Global<"i32">;
        write: (address: number) => void;
      };
      return { length: length.value, write };
    } catch (cause) {
      throw notLoaded("the vocabulary", cause);
    }
  };
}
