// Objects on their way from the database into one parcel.
import { ABSENT, type Parcel } from "../parcel.js";

/** Takes objects as they come, and puts them in the order asked for. What lies together is copied together. */
export class Gathered {
  /** How many are looked for. */
  readonly count: number;
  readonly #lengths: Uint32Array;
  /** Of each object, in which of the sources it lies, and where. */
  readonly #within: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #sources: Uint8Array[] = [];

  constructor(count: number) {
    this.count = count;
    this.#lengths = new Uint32Array(count).fill(ABSENT);
    this.#within = new Uint32Array(count);
    this.#starts = new Uint32Array(count);
  }

  /** Bytes in which objects lie. */
  source(bytes: Uint8Array): number {
    return this.#sources.push(bytes) - 1;
  }

  /** Says where the object of this place lies. */
  put(place: number, source: number, start: number, length: number): void {
    this.#lengths[place] = length;
    this.#within[place] = source;
    this.#starts[place] = start;
  }

  /** The places that have no object yet. */
  missing(): number[] {
    const places: number[] = [];
    for (let place = 0; place < this.count; place++) {
      if (this.#lengths[place] === ABSENT) places.push(place);
    }
    return places;
  }

  /** All of them. */
  parcel(): Parcel {
    let size = 0;
    for (const length of this.#lengths) if (length !== ABSENT) size += length;
    const bytes = new Uint8Array(size);
    let [within, start, end, to] = [0, 0, 0, 0];
    const copy = () => {
      if (start === end) return;
      bytes.set((this.#sources[within] as Uint8Array).subarray(start, end), to);
      to += end - start;
    };
    for (let place = 0; place < this.count; place++) {
      const length = this.#lengths[place] as number;
      if (length === ABSENT) continue;
      const from = this.#starts[place] as number;
      if (this.#within[place] !== within || from !== end) {
        copy();
        within = this.#within[place] as number;
        start = from;
      }
      end = from + length;
    }
    copy();
    return [this.#lengths, bytes];
  }
}
