// `varve/tokens` for workerd and edge-light, which compile WebAssembly only ahead of time.
import module from "varve:tokens-module";
import { provideCounter } from "../tokens/loader.js";

provideCounter(() => module);

export { isVarveError, VarveError } from "../errors.js";
export * from "../tokens/index.js";
