// `varve/slim`: bring your own modules, from `varve/varve.wasm` and `varve/varve-tokens.wasm` or wherever they are
// kept.
import { decodeBase64 } from "../base64.js";
import { later } from "../later.js";
import { type ModuleSource, replaceModule } from "../loader.js";
import { provideSummarizer } from "../summarize/source.js";
import { provideVocabulary } from "../tokens/load.js";
import { provideCounter } from "../tokens/loader.js";
import { vocabularyAsText } from "../tokens/vocabulary/text.js";

const inside = async () => decodeBase64((await later(import("varve:tokens-base64"))).base64);
let counting: ModuleSource = inside;

provideCounter(() => (typeof counting === "function" ? counting() : counting));
provideVocabulary(vocabularyAsText);
provideSummarizer(async () => decodeBase64((await later(import("varve:summarize-base64"))).base64));

export * from "../index.js";
export type { ModuleInput, ModuleSource } from "../loader.js";

/**
 * Says where the WebAssembly modules come from: varve's, and the one that counts tokens. Without the second, the one
 * that travels inside is compiled when an encoding is first used, which edge runtimes do not allow. Call it before
 * anything else.
 */
export function init(module: ModuleSource, tokens: ModuleSource = inside): void {
  replaceModule(module);
  counting = tokens;
}
