// The numbers of the locals with which a module compresses best. Which local has which number means nothing to an
// engine, and functions that do alike hardly ever number theirs alike: each is numbered after those that stand before
// it. Parameters keep their numbers, and so does what takes one byte or two. The same module gives the same numbers.
import { decoded } from "./instructions.mjs";
import { functionBodies, parameterCounts, withBodies } from "./wasm.mjs";
import { Window } from "./window.mjs";

/** How many instructions in a row make a phrase: where they are those of before, their locals should be. */
const PHRASES = [3, 5, 8];
/** How many places of a phrase are remembered, and how far back one counts: what deflate can see. */
const PLACES = 4;
const REACH = 32 * 1024;
/** How far apart the numbers are that are tried in each other's place. */
const APART = 8;
/** How many bytes of code are priced for one function; the long ones would take minutes. */
const EFFORT = 1 << 18;

/** The module with its locals numbered anew; as long as it was. */
export function withLocalsAlike(bytes) {
  const bodies = functionBodies(bytes);
  const parameters = parameterCounts(bytes);
  const window = new Window(bodies);
  const known = new Phrases();
  const renumbered = bodies.map((body, i) => {
    const code = new Code(body, parameters[i]);
    const phrases = phrasesOf(code);
    if (code.movable > 1) {
      const voted = code.written(known.numbers(code, phrases, window.size));
      let least = window.cost(code.bytes);
      const cost = window.cost(voted.bytes);
      let best = code;
      if (cost < least) [best, least] = [voted, cost];
      improve(best, least, window);
      code.numbers = best.numbers;
      code.bytes = best.bytes;
    }
    known.add(phrases, code.numbers, window.size);
    window.append(code.bytes);
    return code.bytes;
  });
  return withBodies(bytes, renumbered);
}

/** A function whose locals have other numbers: `numbers[was]`. */
class Code {
  constructor(body, parameters) {
    this.source = body;
    this.parameters = parameters;
    const { declared, instructions } = decoded(body);
    this.types = [...Array(parameters).fill(0), ...declared];
    this.movable = declared.length;
    this.instructions = instructions;
    this.numbers = this.types.map((_, local) => local);
    this.bytes = Buffer.from(body);
    this.uses = this.types.map(() => []);
    for (const { at, local } of instructions)
      if (local !== undefined) this.uses[local].push(at + 1);
  }

  /** Whether a local can have the number of another: as long a number, of the same type, no parameter. */
  fits(local, number) {
    return (
      local >= this.parameters &&
      number >= this.parameters &&
      this.types[local] === this.types[number] &&
      local < 128 === number < 128
    );
  }

  /** The same with these numbers. */
  written(numbers) {
    const other = Object.assign(Object.create(Code.prototype), this);
    other.numbers = [...this.numbers];
    other.bytes = Buffer.from(this.bytes);
    numbers.forEach((number, local) => {
      other.give(local, number);
    });
    return other;
  }

  give(local, number) {
    this.numbers[local] = number;
    for (const at of this.uses[local]) {
      if (number < 128) this.bytes[at] = number;
      else [this.bytes[at], this.bytes[at + 1]] = [(number & 0x7f) | 0x80, number >> 7];
    }
  }

  swap(a, b) {
    const [first, second] = [this.numbers[a], this.numbers[b]];
    this.give(a, second);
    this.give(b, first);
  }
}

/** Has locals change places as long as it pays. */
function improve(code, cost, window) {
  let least = cost;
  let left = Math.floor(EFFORT / code.bytes.length);
  const locals = code.numbers.map((_, local) => local).filter((local) => code.uses[local].length);
  for (let better = true; better; ) {
    better = false;
    for (const a of locals) {
      for (const b of locals) {
        const apart = code.numbers[b] - code.numbers[a];
        if (apart <= 0 || apart > APART || !code.fits(a, b)) continue;
        if (left-- <= 0) return;
        code.swap(a, b);
        const now = window.cost(code.bytes);
        if (now < least) [least, better] = [now, true];
        else code.swap(a, b);
      }
    }
  }
}

/** The phrases of a function with the locals in them. */
function phrasesOf({ instructions, source }) {
  const words = instructions.map(({ at, end, local }) =>
    local === undefined ? source.toString("latin1", at, end) : `local ${source[at]}`,
  );
  const phrases = [];
  for (const length of PHRASES) {
    for (let at = 0; at + length <= words.length; at++) {
      const locals = instructions.slice(at, at + length).flatMap(({ local }) => local ?? []);
      if (locals.length > 0) phrases.push({ text: words.slice(at, at + length).join(), locals });
    }
  }
  return phrases;
}

/** The phrases that were written, with the numbers in them. */
class Phrases {
  #places = new Map();

  add(phrases, numbers, at) {
    for (const { text, locals } of phrases) {
      const places = this.#places.get(text) ?? [];
      places.push({ at, numbers: locals.map((local) => numbers[local]) });
      if (places.length > PLACES) places.shift();
      this.#places.set(text, places);
    }
  }

  /** The numbers that a function's locals would have by its phrases, at this place. */
  numbers(code, phrases, here) {
    const votes = new Map(); // by local and number
    for (const { text, locals } of phrases) {
      const places = this.#places.get(text) ?? [];
      for (const { at, numbers } of places) {
        if (here - at > REACH) continue;
        locals.forEach((local, i) => {
          if (!(numbers[i] < code.types.length) || !code.fits(local, numbers[i])) return;
          const key = local * code.types.length + numbers[i];
          votes.set(key, (votes.get(key) ?? 0) + locals.length / places.length);
        });
      }
    }
    return elected(code, votes);
  }
}

/** Gives each local the number most votes are for, as long as it is free; others keep theirs or take what is left. */
function elected(code, votes) {
  const { length } = code.types;
  const numbers = Array(length).fill(undefined);
  const taken = new Set();
  const give = (local, number) => {
    if (numbers[local] !== undefined || taken.has(number)) return;
    numbers[local] = number;
    taken.add(number);
  };
  for (let local = 0; local < code.parameters; local++) give(local, local);
  for (const [key] of [...votes].sort(([, a], [, b]) => b - a)) {
    give(Math.floor(key / length), key % length);
  }
  for (let local = code.parameters; local < length; local++) give(local, local);
  for (let local = code.parameters; local < length; local++) {
    for (let number = code.parameters; numbers[local] === undefined; number++) {
      if (code.fits(local, number)) give(local, number);
    }
  }
  return numbers;
}
