// Counting and encoding text. Synchronous: `await loadEncoding()` comes first, once.
import * as engine from "./engine.js";
import { DEFAULT_ENCODING } from "./load.js";
import type { EncodingName } from "./names.js";

/** What `encode` takes besides the text. */
export interface EncodeOptions {
  /** Default `o200k_base`. */
  encoding?: EncodingName;
  /** Special tokens that stand for themselves in the text. By default none: they are plain text. */
  allowedSpecial?: "all" | readonly string[];
}

const decoder = new TextDecoder();

/**
 * The number of tokens of a text, as tiktoken gives it. Special tokens written out in the text count
 * as plain text. A lone surrogate counts as U+FFFD, which is what a model would receive.
 *
 * Throws `EncodingNotLoaded`, `UnknownEncoding`.
 */
export function countTokens(text: string, encoding: EncodingName = DEFAULT_ENCODING): number {
  return engine.count(encoding, text);
}

/**
 * The number of tokens of a text if it has at most `limit`, otherwise false; stops as soon as that is
 * clear.
 *
 * Throws `EncodingNotLoaded`, `UnknownEncoding`.
 */
export function isWithinTokenLimit(
  text: string,
  limit: number,
  encoding: EncodingName = DEFAULT_ENCODING,
): number | false {
  return engine.countWithin(encoding, text, limit);
}

/**
 * The tokens of a text.
 *
 * Throws `EncodingNotLoaded`, `UnknownEncoding`, `Validation` if `allowedSpecial` names a token that
 * the encoding does not have.
 */
export function encode(text: string, options: EncodeOptions = {}): Uint32Array {
  const { encoding = DEFAULT_ENCODING, allowedSpecial = [] } = options;
  const allowed = allowedSpecial === "all" ? "*" : allowedSpecial.join(" ");
  return engine.encode(encoding, text, allowed);
}

/**
 * The text of tokens, special ones included. Bytes that are no whole character become U+FFFD.
 *
 * Throws `EncodingNotLoaded`, `UnknownEncoding`, `UnknownToken`.
 */
export function decode(
  tokens: Iterable<number>,
  encoding: EncodingName = DEFAULT_ENCODING,
): string {
  return decoder.decode(decodeBytes(tokens, encoding));
}

/** As `decode`, but gives the bytes: those of one token need not be whole characters. */
export function decodeBytes(
  tokens: Iterable<number>,
  encoding: EncodingName = DEFAULT_ENCODING,
): Uint8Array {
  const ids = tokens instanceof Uint32Array ? tokens : Uint32Array.from(tokens);
  return engine.decode(encoding, ids);
}
