// `varve/testing` for workerd and edge-light: see edge.ts.
import module from "varve:module";
import summarizer from "varve:summarize-module";
import { provideModule } from "../loader.js";
import { provideSummarizer } from "../summarize/source.js";

provideModule(module);
provideSummarizer(() => summarizer);

export * from "../testing.js";
