// Parts that are loaded when they are first needed: what to do where the page or the worker forbids it.
import { VarveError } from "./errors.js";

/**
 * What an `import()` gives. Rejects with `Internal`, which says what to do about it.
 * @internal
 */
export async function later<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch (cause) {
    throw notLoaded("a part of varve", cause);
  }
}

/**
 * The error of something that cannot be loaded.
 * @internal
 */
export function notLoaded(what: string, cause: unknown): VarveError<"Internal"> {
  const reason = String(cause);
  let hint = "";
  if (/unsafe-eval|\bCSP\b/.test(reason)) {
    hint = "; allow 'wasm-unsafe-eval' in script-src of the page's policy";
  } else if ("skipWaiting" in globalThis) {
    hint = "; a service worker has to be bundled into one file, without code splitting";
  }
  return new VarveError("Internal", `${what} cannot be loaded: ${reason}${hint}`, {}, { cause });
}
