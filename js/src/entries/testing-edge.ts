// `varve/testing` for workerd and edge-light: see edge.ts.
import module from "varve:module";
import { provideModule } from "../loader.js";

provideModule(module);

export * from "../testing.js";
