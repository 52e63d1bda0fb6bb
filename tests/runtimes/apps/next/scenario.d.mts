// The types of tests/runtimes/lib/scenario.mjs, which is copied beside this file.
import type { StorageAdapter } from "varve";

export function scenario(given: {
  varve: typeof import("varve");
  toOpenAI: typeof import("varve/formats/openai").toOpenAI;
  storage?: () => StorageAdapter;
}): Promise<object>;
