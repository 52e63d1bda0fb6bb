// The public face. Everything a user can import from `varve` is named here.
import { load } from "./loader.js";

export {
  type AnyVarveError,
  isVarveError,
  VarveError,
  type VarveErrorCode,
  type VarveErrorDetails,
} from "./errors.js";

export type * from "./types.js";

/** The version of the WebAssembly module. */
export async function version(): Promise<string> {
  const core = await load();
  return core.version();
}
