// Bytes as text: every parameter and result is text, which all drivers carry alike.
import { decodeBase64 } from "../../base64.js";

interface ToBase64 {
  toBase64?(): string;
}
interface NodeBuffer {
  from(
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ): { toString(encoding: "base64"): string };
}

/** Bytes as standard base64. */
export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as ToBase64).toBase64;
  if (native) return native.call(bytes);
  const buffer = (globalThis as { Buffer?: NodeBuffer }).Buffer;
  if (typeof buffer?.from === "function") {
    return buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  }
  const chunks: string[] = [];
  for (let i = 0; i < bytes.length; i += 0x8000) {
    chunks.push(String.fromCharCode(...bytes.subarray(i, i + 0x8000)));
  }
  return btoa(chunks.join(""));
}

/** The bytes of what `encode(…, 'base64')` gives: base64 in lines. */
export function fromBase64(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = decodeBase64(text);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
