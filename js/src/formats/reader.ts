// Reading foreign messages: own fields only, each one once, errors with the place.
import { VarveError } from "../errors.js";

/** A place in the list of messages. Made for every part, so it is spelled out only for errors. */
export class Place {
  readonly index: number;
  /** What the list is called in the provider's API. */
  readonly list: string;
  readonly #start: string | undefined;
  readonly #parent: Place | undefined;
  readonly #key: string | number;

  constructor(
    index: number,
    pointer?: string,
    list = "messages",
    parent?: Place,
    key?: string | number,
  ) {
    this.index = index;
    this.list = list;
    this.#start = pointer;
    this.#parent = parent;
    this.#key = key ?? index;
  }

  /** The JSON pointer into the list. */
  get pointer(): string {
    if (this.#start !== undefined) return this.#start;
    const segment = String(this.#key).replaceAll("~", "~0").replaceAll("/", "~1");
    return `${this.#parent?.pointer ?? ""}/${segment}`;
  }

  at(key: string | number): Place {
    return new Place(this.index, undefined, this.list, this, key);
  }

  /** An error about what is found here. */
  error(expected: string, found: unknown): VarveError<"Format"> {
    const message = `${this.list}[${this.index}]: expected ${expected} at ${this.pointer}, found ${show(found)}`;
    return new VarveError("Format", message, { index: this.index, pointer: this.pointer });
  }
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string")
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${String(value)}`;
}

/** An object whose fields are taken one by one; what is left was not understood, and is kept. */
export class Fields {
  readonly place: Place;
  readonly #rest: Map<string, unknown>;

  constructor(value: unknown, place: Place, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw place.error(`${what} as an object`, value);
    }
    this.place = place;
    this.#rest = new Map();
    for (const name of Object.keys(value)) {
      const field = (value as Record<string, unknown>)[name];
      if (field !== undefined) this.#rest.set(name, field);
    }
  }

  peek(name: string): unknown {
    return this.#rest.get(name);
  }

  has(name: string): boolean {
    return this.#rest.has(name);
  }

  take(name: string): unknown {
    const value = this.#rest.get(name);
    this.#rest.delete(name);
    return value;
  }

  text(name: string): string {
    const value = this.take(name);
    if (typeof value !== "string") throw this.place.at(name).error("a string", value);
    return value;
  }

  /** A text that is not empty: ids and names. */
  name(name: string): string {
    const value = this.text(name);
    if (value === "") throw this.place.at(name).error("a string that is not empty", value);
    return value;
  }

  /** What was not taken; undefined if nothing is left. */
  rest(): Record<string, unknown> | undefined {
    return this.#rest.size === 0 ? undefined : Object.fromEntries(this.#rest);
  }
}
