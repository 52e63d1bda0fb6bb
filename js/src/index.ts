// The public face. Everything a user can import from `varve` is named here.
import { load } from "./loader.js";

export type { Transaction } from "./batch.js";
export {
  type AnyVarveError,
  isVarveError,
  VarveError,
  type VarveErrorCode,
  type VarveErrorDetails,
} from "./errors.js";

export type { Repository } from "./repository.js";
export type * from "./types.js";
export { createVarve, memory, type Varve } from "./varve.js";

/** The version of the WebAssembly module. */
export async function version(): Promise<string> {
  const core = await load();
  return core.version();
}
