// The vocabulary of p50k_base, for `loadEncoding`.
import { vocabulary } from "varve:vocabulary/p50k_base";
import type { EncodingAsset } from "../tokens/names.js";

/** Give it to `loadEncoding`. */
export const p50k_base: EncodingAsset = { name: "p50k_base", vocabulary };
