// Where the module of the built-in summarizer comes from. Nothing of it is loaded before the first summary.
import { VarveError } from "../errors.js";
import type { ModuleInput } from "../loader.js";

let source: (() => ModuleInput | Promise<ModuleInput>) | undefined;

/**
 * An entry's own source: edge runtimes want a module that was imported, others unpack one when it is needed.
 * @internal
 */
export function provideSummarizer(given: () => ModuleInput | Promise<ModuleInput>): void {
  source ??= given;
}

/**
 * The module's bytes, or what was compiled of them.
 * @internal
 */
export async function summarizerModule(): Promise<ModuleInput> {
  if (source !== undefined) return source();
  throw new VarveError("Internal", "no module of the built-in summarizer was provided", {});
}
