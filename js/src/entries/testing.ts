// `varve/testing` for Node, Deno, Bun, browsers and bundlers: the module travels inside, as base64.
import { base64 } from "varve:base64";
import { decodeBase64 } from "../base64.js";
import { later } from "../later.js";
import { provideModule } from "../loader.js";
import { provideSummarizer } from "../summarize/source.js";
import { provideVocabulary } from "../tokens/load.js";
import { provideCounter } from "../tokens/loader.js";
import { vocabularyAsText } from "../tokens/vocabulary/text.js";

provideModule(() => decodeBase64(base64));
provideCounter(async () => decodeBase64((await later(import("varve:tokens-base64"))).base64));
provideVocabulary(vocabularyAsText);
provideSummarizer(async () => decodeBase64((await later(import("varve:summarize-base64"))).base64));

export * from "../testing.js";
