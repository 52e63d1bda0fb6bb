// Whether objects are what their names say, as far as the platform's own hashing is worth asking. The module hashes what
// was not found sound here, and says which object is wrong.

import type { StoredObject } from "../types/storage.js";
import { hexOf } from "./hex.js";

/** Below so many bytes the module has hashed them before the platform has answered. */
const LEAST = 1 << 19;

/** True: all are. False: one is not, or nobody looked. */
export async function areSound(objects: readonly StoredObject[]): Promise<boolean> {
  const size = objects.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const subtle = globalThis.crypto?.subtle; // absent where a page is not secure
  if (size < LEAST || subtle === undefined) return false;
  const isSound = async ({ hash, bytes }: StoredObject): Promise<boolean> => {
    const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
    return hash === hexOf(digest);
  };
  try {
    return (await Promise.all(objects.map(isSound))).every(Boolean);
  } catch {
    return false;
  }
}
