// `varve/testing` for workerd and edge-light: see edge.ts.
import module from "varve:module";
import summarizer from "varve:summarize-module";
import counter from "varve:tokens-module";
import { provideModule } from "../loader.js";
import { provideSummarizer } from "../summarize/source.js";
import { provideCounter } from "../tokens/loader.js";

provideModule(module);
provideCounter(() => counter);
provideSummarizer(() => summarizer);

export * from "../testing.js";
