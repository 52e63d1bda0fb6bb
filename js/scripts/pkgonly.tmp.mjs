import { buildPackage, printSizes } from "./buildp.tmp.mjs";
import { setup } from "./setup.mjs";
const { env } = await setup();
const { measured } = await buildPackage(env); printSizes(measured);
