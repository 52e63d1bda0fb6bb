// The vocabulary of r50k_base, for `loadEncoding`.
import { vocabulary } from "varve:vocabulary/r50k_base";
import type { EncodingAsset } from "../tokens/names.js";

/** Give it to `loadEncoding`. */
export const r50k_base: EncodingAsset = { name: "r50k_base", vocabulary };
