// Many byte strings in one: what crosses between the module and a storage adapter.

/** The length of each, and all of them. */
export type Parcel = [lengths: Uint32Array, bytes: Uint8Array];

/** The length of what is not there. */
const ABSENT = 0xffffffff;

/** Byte strings, in one. */
export function pack(parts: readonly (Uint8Array | null)[]): Parcel {
  const lengths = Uint32Array.from(parts, (part) => part?.length ?? ABSENT);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
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
