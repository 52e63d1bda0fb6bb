// From a JavaScript value to JSON text, in one pass and without trusting the value: only own data
// properties are read, once each, through their descriptors. No getter and no `toJSON` runs, and a
// polluted prototype changes nothing. What JSON would lose or change in silence is refused with the
// JSON pointer of the place.
import { VarveError } from "./errors.js";

/** How deep objects and arrays may nest, the outermost counted. */
const MAX_DEPTH = 100;
/** How long the text may get, in UTF-16 units: what engines take for one string is not much more. */
const MAX_LENGTH = 2 ** 28;
/** Up to here looking at each character is faster than calling `JSON.stringify`. */
const SHORT = 40;
/** Added for every value, so that a few objects referring to each other many times end as well. */
const VALUE_COST = 40;

// Taken before anybody else's code can replace them.
const { stringify } = JSON;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const { getOwnPropertyDescriptor, getOwnPropertySymbols, getPrototypeOf, hasOwn, keys } = Object;
const tagOf = getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as (this: unknown) => unknown;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;
const stringPrototype = String.prototype as { isWellFormed?(): boolean };
/** Called on a text: whether it has no half of a surrogate pair. */
export const isWellFormed: (this: string) => boolean =
  stringPrototype.isWellFormed ?? withoutLoneSurrogates;

/** Quoted keys with their colon: the same few come again and again. */
const quotedKeys = new Map<string, string>();
const MAX_QUOTED_KEYS = 1000;

/** The length of the text so far, roughly. */
let length = 0;
/** Where bytes go, if they are taken. */
let taken: Uint8Array[] | undefined;

/**
 * Writes a plain value (null, booleans, finite numbers, strings, arrays, objects) as JSON, like
 * `JSON.stringify` does: undefined and non-enumerable properties are left out, -0 is 0.
 *
 * Throws `Validation` for functions, symbols, bigints, NaN, infinities, lone surrogates, undefined
 * and holes in arrays, symbol keys, getters, class instances (also Date, Map …), cycles, nesting
 * deeper than 100, proxies that throw; `TooLarge` for more than 2^28 characters.
 *
 * With `files`, an Uint8Array that is the member `data` of an object goes there, and its place in there
 * into the text.
 */
export function toPlainJson(value: unknown, files?: Uint8Array[]): string {
  const outer = [length, taken] as const; // where a proxy calls this
  length = 0;
  taken = files;
  try {
    return writeValue(value, 1);
  } catch (error) {
    throw error instanceof Refusal ? error.toError() : error;
  } finally {
    [length, taken] = outer;
  }
}

/** Whether a value is an Uint8Array, of whichever realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return isView(value) && tagOf.call(value) === "Uint8Array";
}

function writeValue(value: unknown, depth: number): string {
  length += VALUE_COST;
  switch (typeof value) {
    case "string":
      return writeString(value);
    case "number":
      if (value - value !== 0) throw new Refusal(`is ${value}`, "a finite number");
      return `${value}`;
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    case "bigint":
      throw new Refusal(`is the bigint ${value}`, "a number, or the digits as a string");
    default:
      throw new Refusal(`is ${nameOf(value)}`, "a value that JSON can hold");
  }
}

function writeString(text: string): string {
  if (text.length <= SHORT && isPrintableAscii(text)) return `"${text}"`;
  if (!isWellFormed.call(text)) {
    throw new Refusal(
      "has half of a surrogate pair",
      "well-formed Unicode, see String.toWellFormed",
    );
  }
  const quoted = stringify(text);
  length += quoted.length;
  if (length > MAX_LENGTH) throw new Refusal("too large", "");
  return quoted;
}

/** Printable ASCII without `"` and `\\`: what needs no escape. */
function isPrintableAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) return false;
  }
  return true;
}

function writeObject(object: object, depth: number): string {
  let key: string | undefined;
  try {
    if (depth > MAX_DEPTH) throw new Refusal("too deep", "");
    const prototype: unknown = getPrototypeOf(object);
    if (prototype !== objectPrototype && prototype !== null && !endsChain(prototype)) {
      throw new Refusal(`is ${instanceName(object)}`, "a plain object");
    }
    if (getOwnPropertySymbols(object).length > 0) {
      throw new Refusal("has a symbol as a key", "strings as keys");
    }
    let text = "";
    const names = keys(object);
    for (let i = 0; i < names.length; i++) {
      key = names[i] as string;
      const property = getOwnPropertyDescriptor(object, key);
      if (property === undefined) continue;
      if (!hasOwn(property, "value")) throw new Refusal("is a getter", "a data property");
      const value: unknown = property.value;
      if (value === undefined) continue;
      const name = quotedKeys.get(key) ?? quoteKey(key);
      text += text === "" ? name : `,${name}`;
      const bytes = key === "data" && taken && isBytes(value);
      text += bytes ? `${(taken as unknown[]).push(value) - 1}` : writeValue(value, depth + 1);
    }
    return `{${text}}`;
  } catch (error) {
    throw located(error, object, key);
  }
}

function writeArray(array: readonly unknown[], depth: number): string {
  let index: number | undefined;
  try {
    if (depth > MAX_DEPTH) throw new Refusal("too deep", "");
    const prototype: unknown = getPrototypeOf(array);
    if (
      prototype !== arrayPrototype &&
      prototype !== null &&
      !endsChain(getPrototypeOf(prototype))
    ) {
      throw new Refusal("is an instance of a class of arrays", "a plain array");
    }
    const count = getOwnPropertyDescriptor(array, "length")?.value as number;
    let text = "";
    for (index = 0; index < count; index++) {
      const property = getOwnPropertyDescriptor(array, index);
      if (property === undefined) throw new Refusal("is a hole in an array", "a value, or null");
      if (!hasOwn(property, "value")) throw new Refusal("is a getter", "a data property");
      if (index > 0) text += ",";
      text += writeValue(property.value, depth + 1);
    }
    return `[${text}]`;
  } catch (error) {
    throw located(error, array, index);
  }
}

function quoteKey(key: string): string {
  const name = `${writeString(key)}:`;
  if (key.length <= 64) {
    if (quotedKeys.size >= MAX_QUOTED_KEYS) quotedKeys.clear();
    quotedKeys.set(key, name);
  }
  return name;
}

/** Whether a prototype has none itself, like Object.prototype: also that of another realm. */
function endsChain(prototype: unknown): boolean {
  return prototype === null || getPrototypeOf(prototype) === null;
}

/** For engines without `String.prototype.isWellFormed`. */
function withoutLoneSurrogates(this: string): boolean {
  return !/\p{Surrogate}/u.test(this);
}

/** Why a value cannot be written, collecting its place on the way up. */
class Refusal {
  readonly what: string;
  readonly expected: string;
  readonly cause: unknown;
  /** Keys from the root to the refused value. */
  readonly path: (string | number)[] = [];
  /** The objects those keys belong to. */
  readonly owners: object[] = [];

  constructor(what: string, expected: string, cause?: unknown) {
    this.what = what;
    this.expected = expected;
    this.cause = cause;
  }

  toError(): VarveError {
    if (this.what === "too large") {
      return new VarveError(
        "TooLarge",
        `the value takes more than ${MAX_LENGTH} characters as JSON`,
        {
          limit: MAX_LENGTH,
        },
      );
    }
    if (this.what !== "too deep") return refused(this.path, this.what, this.expected, this.cause);
    const turn = this.firstRepetition();
    if (turn < 0) return refused(this.path, "nests too deep", `at most ${MAX_DEPTH} levels`);
    return refused(this.path.slice(0, turn), "contains itself", "no cycles");
  }

  /** How many keys lead from the root to the first object that was met before. */
  private firstRepetition(): number {
    const seen = new Set<object>();
    return this.owners.findIndex((object) => seen.size === seen.add(object).size);
  }
}

function located(error: unknown, owner: object, key: string | number | undefined): Refusal {
  const refusal =
    error instanceof Refusal
      ? error
      : new Refusal(`cannot be read: ${textOf(error)}`, "a plain value", error);
  refusal.owners.unshift(owner);
  if (key !== undefined) refusal.path.unshift(key);
  return refusal;
}

function refused(
  path: readonly (string | number)[],
  what: string,
  expected: string,
  cause?: unknown,
): VarveError {
  const pointer = path
    .map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
  const subject = pointer === "" ? "the value" : pointer;
  const options = cause === undefined ? undefined : { cause };
  return new VarveError(
    "Validation",
    `${subject} ${what}, expected ${expected}`,
    { pointer, expected },
    options,
  );
}

/** What was thrown, as text, though it may be anything. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "it threw";
  }
}

function nameOf(value: unknown): string {
  return value === undefined ? "undefined" : `a ${typeof value}`;
}

/** What to call an object that is not plain, without running any code of it. */
function instanceName(object: object): string {
  const made = getOwnPropertyDescriptor(getPrototypeOf(object) as object, "constructor")
    ?.value as unknown;
  const name =
    typeof made === "function" ? getOwnPropertyDescriptor(made, "name")?.value : undefined;
  return typeof name === "string" && name !== ""
    ? `an instance of ${name}`
    : "an instance of a class";
}

/** A copy without a prototype: what others put into Object.prototype is no option. */
export function own<T extends object>(options: T): T {
  return { __proto__: null, ...options };
}
