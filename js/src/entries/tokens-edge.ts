// `varve/tokens` for workerd and edge-light, which compile WebAssembly only ahead of time.
import module from "varve:tokens-module";
import vocabulary from "varve:vocabulary-module";
import { provideVocabulary } from "../tokens/load.js";
import { provideCounter } from "../tokens/loader.js";
import { vocabularyIn } from "../tokens/vocabulary/module.js";

provideCounter(() => module);
provideVocabulary(async () => vocabularyIn(vocabulary));

export { isVarveError, VarveError } from "../errors.js";
export * from "../tokens/index.js";
