// `varve` for workerd and edge-light, which compile WebAssembly only ahead of time: the module is
// imported as one. `?module` is what Next.js asks for; wrangler understands it too.
import module from "varve:module";
import summarizer from "varve:summarize-module";
import counter from "varve:tokens-module";
import { provideModule } from "../loader.js";
import { provideSummarizer } from "../summarize/source.js";
import { provideCounter } from "../tokens/loader.js";

provideModule(module);
provideCounter(() => counter);
provideSummarizer(() => summarizer);

export * from "../index.js";
