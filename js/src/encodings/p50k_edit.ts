// p50k_edit has the tokens of p50k_base and special tokens of its own.
import type { EncodingAsset } from "../tokens/names.js";
import { p50k_base } from "./p50k_base.js";

/** Give it to `loadEncoding`. */
export const p50k_edit: EncodingAsset = { name: "p50k_edit", vocabulary: p50k_base.vocabulary };
