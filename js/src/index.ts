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

export { DEFAULT_POLICY, policyConfigSchema, resolvePolicy } from "./policies/config.js";
export type { Policies } from "./policies/policies.js";
export type { Repository } from "./repository.js";
export { type StorageErrorCode, storageError } from "./storage/errors.js";
export { builtinSummarizer } from "./summarize/builtin.js";
export * from "./tokens/index.js";
export type * from "./types.js";
export { createVarve, memory, type Varve } from "./varve.js";

/** The version of the WebAssembly module. */
export async function version(): Promise<string> {
  const { module, instance } = await load();
  return instance.run(() => module.version());
}
