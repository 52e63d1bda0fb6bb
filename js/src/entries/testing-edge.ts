// `varve/testing` for workerd and edge-light: see edge.ts.
import module from "varve:module";
import summarizer from "varve:summarize-module";
import { load, provideModule } from "../loader.js";
import { provideSummarizer } from "../summarize/source.js";
import { provideTokenModule } from "../tokens/load.js";

provideModule(module);
provideTokenModule(load);
provideSummarizer(() => summarizer);

export * from "../testing.js";
