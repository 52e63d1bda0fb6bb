// Hashes: 64 hex digits outside, 32 bytes in the tables.

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
