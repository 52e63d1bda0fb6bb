// What deflate makes of some bytes after those before them, estimated: greedy matches within 32 KB, each priced by its
// length and distance, other bytes by how frequent they are. To compare two ways to write the same thing.

const REACH = 32 * 1024;
const LONGEST = 258;
/** How many earlier places are looked at for a match. */
const TRIES = 48;
/** A match of this length is taken without looking for a better one at the next byte. */
const LONG = 32;

/** Bits of a match besides those of its length beyond ten: about what distances cost. */
const DISTANCE = Float64Array.from(
  { length: REACH + 1 },
  (_, distance) => 11 + Math.max(0, Math.floor(Math.log2(Math.max(distance, 1))) - 2),
);
const LENGTH = Float64Array.from({ length: LONGEST + 1 }, (_, length) =>
  Math.log2(Math.max(length, 10) / 10),
);

const hashed = (a, b, c) =>
  ((Math.imul(a, 506832829) ^ Math.imul(b, 2654435761) ^ Math.imul(c, 1632469)) >>> 16) & 0xffff;

/** Bytes that are written one after another. */
export class Window {
  /** For bytes with the frequencies of these, and no more of them. */
  constructor(parts) {
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const counts = new Float64Array(256);
    for (const part of parts) for (const byte of part) counts[byte]++;
    this.literal = counts.map((n) => Math.min(11, Math.max(3, 0.6 - Math.log2((n + 1) / size))));
    this.bytes = new Uint8Array(size);
    this.size = 0;
    this.last = new Int32Array(0x10000).fill(-1); // the last place of three bytes, by their hash
    this.before = new Int32Array(size); // the place before it
  }

  /** Writes a part. */
  append(part) {
    this.bytes.set(part, this.size);
    for (let i = 0; i < part.length; i++) this.#enter(this.size + i, this.size + part.length);
    this.size += part.length;
  }

  /** About how many bits a part would take if it were appended. */
  cost(part) {
    const { bytes, literal, size } = this;
    const end = size + part.length;
    bytes.set(part, size);
    const undo = [];
    let bits = 0;
    let at = size;
    let [length, distance] = this.#match(at, end);
    while (at < end) {
      this.#enter(at, end, undo);
      if (length < 3 || !this.#pays(at, length, distance)) length = 0;
      const [next, nextDistance] = length < LONG ? this.#match(at + 1, end) : [0, 0];
      if (length === 0 || next > length) {
        bits += literal[bytes[at++]];
        [length, distance] = [next, nextDistance];
        continue;
      }
      bits += LENGTH[length] + DISTANCE[distance];
      for (let i = 1; i < length; i++) this.#enter(at + i, end, undo);
      at += length;
      [length, distance] = this.#match(at, end);
    }
    for (let i = undo.length - 2; i >= 0; i -= 2) this.last[undo[i]] = undo[i + 1];
    return bits;
  }

  #pays(at, length, distance) {
    let bits = 0;
    for (let i = 0; i < length; i++) bits += this.literal[this.bytes[at + i]];
    return LENGTH[length] + DISTANCE[distance] < bits;
  }

  #enter(at, end, undo) {
    if (at + 3 > end) return;
    const key = hashed(this.bytes[at], this.bytes[at + 1], this.bytes[at + 2]);
    undo?.push(key, this.last[key]);
    this.before[at] = this.last[key];
    this.last[key] = at;
  }

  /** The longest match before a place, the nearest of these: length and distance. */
  #match(at, end) {
    const { bytes } = this;
    if (at + 3 > end) return [0, 0];
    let length = 0;
    let from = 0;
    let place = this.last[hashed(bytes[at], bytes[at + 1], bytes[at + 2])];
    const most = Math.min(LONGEST, end - at);
    for (let tries = TRIES; place >= 0 && tries > 0 && at - place <= REACH; tries--) {
      if (place < at) {
        let same = 0;
        while (same < most && bytes[place + same] === bytes[at + same]) same++;
        if (same > length) [length, from] = [same, place];
        if (length >= LONG) break;
      }
      place = this.before[place];
    }
    return [length, at - from];
  }
}
