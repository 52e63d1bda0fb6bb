// The vocabulary of cl100k_base, for `loadEncoding`.
import { vocabulary } from "varve:vocabulary/cl100k_base";
import type { EncodingAsset } from "../tokens/names.js";

/** Give it to `loadEncoding`. */
export const cl100k_base: EncodingAsset = { name: "cl100k_base", vocabulary };
