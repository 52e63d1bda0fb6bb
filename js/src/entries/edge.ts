// `varve` for workerd and edge-light, which compile WebAssembly only ahead of time: the module is
// imported as one. `?module` is what Next.js asks for; wrangler understands it too.
import module from "varve:module";
import { provideModule } from "../loader.js";

provideModule(module);

export * from "../index.js";
