// Bytes as base64 (RFC 4648) and back, with whatever the runtime does fastest.
import { decodeBase64 } from "../base64.js";

interface ToBase64 {
  toBase64?(): string;
}
interface NodeBuffer {
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(as: "base64"): string };
}

/** More would overflow the stack when spread into a call. */
const SPREAD = 8192;

/** Texts of arrays that are there: every request has the same files again. */
const texts = new WeakMap<Uint8Array, string>();

/** Bytes as standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as ToBase64).toBase64;
  if (native) return native.call(bytes);
  const buffer = (globalThis as { Buffer?: NodeBuffer }).Buffer;
  if (typeof buffer?.from === "function") {
    return buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  }
  let units = "";
  for (let at = 0; at < bytes.length; at += SPREAD) {
    units += String.fromCharCode(...bytes.subarray(at, at + SPREAD));
  }
  return btoa(units);
}

/** As `toBase64`, for bytes that nobody changes: the text is remembered as long as they are there. */
export function base64Of(bytes: Uint8Array): string {
  const text = texts.get(bytes) ?? toBase64(bytes);
  texts.set(bytes, text);
  return text;
}

/** The bytes that have exactly this text as their base64; undefined where none have, or there are none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text === "" || text.length % 4 !== 0) return undefined;
  try {
    const decoded = decodeBase64(text);
    if (toBase64(decoded) !== text) return undefined;
    // Buffers of Node share one array of bytes.
    return decoded.constructor === Uint8Array ? decoded : new Uint8Array(decoded);
  } catch {
    return undefined;
  }
}
