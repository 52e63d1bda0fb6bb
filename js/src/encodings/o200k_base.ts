// The vocabulary of o200k_base, for `loadEncoding`.
import { vocabulary } from "varve:vocabulary/o200k_base";
import type { EncodingAsset } from "../tokens/names.js";

/** Give it to `loadEncoding`. */
export const o200k_base: EncodingAsset = { name: "o200k_base", vocabulary };
