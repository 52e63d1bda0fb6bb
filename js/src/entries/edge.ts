// `varve` for workerd and edge-light, which compile WebAssembly only ahead of time: the module is
// imported as one. `?module` is what Next.js asks for; wrangler understands it too.
import module from "varve:module";
import summarizer from "varve:summarize-module";
import counter from "varve:tokens-module";
import vocabulary from "varve:vocabulary-module";
import { provideModule } from "../loader.js";
import { provideSummarizer } from "../summarize/source.js";
import { provideVocabulary } from "../tokens/load.js";
import { provideCounter } from "../tokens/loader.js";
import { vocabularyIn } from "../tokens/vocabulary/module.js";

provideModule(module);
provideCounter(() => counter);
provideVocabulary(async () => vocabularyIn(vocabulary));
provideSummarizer(() => summarizer);

export * from "../index.js";
