// o200k_harmony has the tokens of o200k_base and special tokens of its own.
import type { EncodingAsset } from "../tokens/names.js";
import { o200k_base } from "./o200k_base.js";

/** Give it to `loadEncoding`. */
export const o200k_harmony: EncodingAsset = {
  name: "o200k_harmony",
  vocabulary: o200k_base.vocabulary,
};
