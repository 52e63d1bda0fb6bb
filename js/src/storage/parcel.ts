// Many byte strings in one: what crosses between the module and a storage adapter.
import type { StorageAdapter } from "../types/storage.js";

/** The length of each, and all of them. */
export type Parcel = [lengths: Uint32Array, bytes: Uint8Array];

/** The length of what is not there. */
export const ABSENT = 0xffffffff;

/** Byte strings, in one. There may be a hundred thousand of them. */
export function pack(parts: readonly (Uint8Array | null)[]): Parcel {
  const lengths = new Uint32Array(parts.length);
  let size = 0;
  for (let index = 0; index < parts.length; index++) {
    const length = parts[index]?.length;
    lengths[index] = length ?? ABSENT;
    size += length ?? 0;
  }
  const bytes = new Uint8Array(size);
  let place = 0;
  for (const part of parts) {
    if (part === null) continue;
    bytes.set(part, place);
    place += part.length;
  }
  return [lengths, bytes];
}

/** The byte strings of a parcel. Each shares its memory with it. */
export function unpack([lengths, bytes]: Parcel): (Uint8Array | null)[] {
  const parts: (Uint8Array | null)[] = [];
  let place = 0;
  for (const length of lengths) {
    const end = length === ABSENT ? place : place + length;
    parts.push(length === ABSENT ? null : bytes.subarray(place, end));
    place = end;
  }
  return parts;
}

type ReadObjects = StorageAdapter["readObjects"];

/** Reads objects as the core asks for them and takes them: the repository as JSON, all hashes and all objects in one array. */
export type ReadAsItStands = (given: string, hashes: Uint8Array) => Promise<Parcel>;

/** By the function, not by the adapter: whoever puts another in its place, or spies on it, is asked. */
const asTheyStand = new WeakMap<ReadObjects, ReadAsItStands>();

/** A `readObjects` that the core need not call: ten thousand objects are not taken apart and put together again. */
export function readingAsItStands(
  readObjects: ReadObjects,
  asItStands: ReadAsItStands,
): ReadObjects {
  asTheyStand.set(readObjects, asItStands);
  return readObjects;
}

/** What the core can call instead. */
export function asItStandsOf(readObjects: ReadObjects): ReadAsItStands | undefined {
  return asTheyStand.get(readObjects);
}
