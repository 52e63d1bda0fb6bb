// `varve/tokens`: counting alone, with a module that holds nothing else. For Node, Deno, Bun,
// browsers and bundlers: the module travels inside, as base64.
import { base64 } from "varve:tokens-base64";
import { decodeBase64 } from "../base64.js";
import { provideVocabulary } from "../tokens/load.js";
import { provideCounter } from "../tokens/loader.js";
import { vocabularyAsText } from "../tokens/vocabulary/text.js";

provideCounter(() => decodeBase64(base64));
provideVocabulary(vocabularyAsText);

export { isVarveError, VarveError } from "../errors.js";
export * from "../tokens/index.js";
