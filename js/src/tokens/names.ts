// The encodings by name, and what travels for each.
import { VarveError } from "../errors.js";

// In the order of EncodingName::ALL in src/tokens/encoding.rs: the module knows them by number.
const names = [
  "o200k_base",
  "o200k_harmony",
  "cl100k_base",
  "p50k_base",
  "p50k_edit",
  "r50k_base",
] as const;

/** An encoding, by the name OpenAI gives it. */
export type EncodingName = (typeof names)[number];

/** An encoding's vocabulary, as `varve/encodings/<name>` has it. */
export interface EncodingAsset {
  readonly name: EncodingName;
  /** Merge pairs as text; src/tokens/asset.rs tells how. */
  readonly vocabulary: string;
}

/** All encodings there are. */
export const encodingNames: readonly EncodingName[] = names;

/** @internal */
export function numberOf(name: EncodingName): number {
  const number = names.indexOf(name);
  if (number >= 0) return number;
  throw new VarveError(
    "UnknownEncoding",
    `unknown encoding ${JSON.stringify(name)}; known are ${names.join(", ")}`,
    { name, known: [...names] },
  );
}
