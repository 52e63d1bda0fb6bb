// Hashes: 64 hex digits in what adapters are asked, 32 bytes in tables and where many cross at once.

/** The bytes of a hash. */
export const HASH = 32;

interface ToHex {
  toHex?(): string;
}
interface NodeBuffer {
  from(bytes: ArrayBufferLike, start: number, length: number): { toString(as: "hex"): string };
}

/** What a digit stands for, by its code: `a` and `A` have the same low bits. */
const digitOf = (code: number): number => (code & 15) + (code > 57 ? 9 : 0);

/** The bytes of hex digits. */
export function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(hex.charCodeAt(2 * i)) << 4) | digitOf(hex.charCodeAt(2 * i + 1));
  }
  return bytes;
}

/** The hex digits of bytes, with whatever the runtime does fastest. */
export function hexOf(bytes: Uint8Array): string {
  const native = (bytes as ToHex).toHex;
  if (native) return native.call(bytes);
  const { Buffer } = globalThis as { Buffer?: NodeBuffer };
  if (typeof Buffer?.from === "function") {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
  }
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The digits of hashes that stand one after the other. */
export function hashesOf(bytes: Uint8Array): string[] {
  const all = hexOf(bytes);
  const hashes: string[] = [];
  for (let at = 0; at < all.length; at += 2 * HASH) hashes.push(all.slice(at, at + 2 * HASH));
  return hashes;
}
