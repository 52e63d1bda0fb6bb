// The border to the counting module: a text is written once, as UTF-8, into a buffer that stays in
// the module's memory, and all calls name its length. src/wasm/tokens.rs is the other side.
import { isVarveError, VarveError } from "../errors.js";
import type { Instance, Restartable } from "../instance.js";
import { type EncodingName, numberOf } from "./names.js";

/**
 * What the module exports. `varve` and `varve/tokens` count with the same one.
 * @internal
 */
export interface TokenModule extends Restartable {
  textBuffer(length: number): number;
  freeTextBuffer(): void;
  wasmMemory(): unknown;
  loadEncoding(encoding: number, length: number): void;
  warmUp(encoding: number): void;
  countTokens(encoding: number, length: number): number;
  countWithin(encoding: number, length: number, limit: number): number;
  encodeTokens(encoding: number, length: number, allowed: string): Uint32Array;
  decodeTokens(encoding: number, tokens: Uint32Array): Uint8Array;
}

/**
 * A vocabulary that writes itself: how many bytes it has, and what puts them at an address of the memory.
 * @internal
 */
export type VocabularyData = (memory: WebAssembly.Memory) => {
  length: number;
  write(address: number): void;
};

/**
 * The text of a vocabulary, or its bytes.
 * @internal
 */
export type Vocabulary = string | Uint8Array | VocabularyData;

/** What both sides need of a `WebAssembly.Memory`, also for projects whose `lib` does not name it. */
export interface ModuleMemory {
  readonly buffer: ArrayBufferLike;
}

/** Up to here, in UTF-16 units, room is made for the longest UTF-8 a text can have. */
const SMALL = 1 << 16;
/** A larger buffer is given back after the call. */
const KEPT = 1 << 24;

const encoder = new TextEncoder();
let module: TokenModule | undefined;
let instance: Instance;
let memory: WebAssembly.Memory;
let buffer = new Uint8Array(0);

/**
 * Tells the engine which instance counts.
 * @internal
 */
export function useModule(given: TokenModule, of: Instance): void {
  if (instance === of) return;
  module = given;
  instance = of;
  memory = given.wasmMemory() as WebAssembly.Memory;
  buffer = new Uint8Array(0);
}

/**
 * Hands a vocabulary to the module.
 * @internal
 */
export function loadInto(
  given: TokenModule,
  of: Instance,
  name: EncodingName,
  vocabulary: Vocabulary,
): void {
  of.assertAlive();
  useModule(given, of);
  try {
    const length = put(given, vocabulary);
    buffer = new Uint8Array(0); // the encoding keeps it
    given.loadEncoding(numberOf(name), length);
  } catch (error) {
    throw isVarveError(error) ? error : badVocabulary(of, name, error);
  }
}

/** Puts a vocabulary into the buffer; gives its bytes. */
function put(engine: TokenModule, vocabulary: Vocabulary): number {
  if (typeof vocabulary === "string") return write(engine, vocabulary);
  if (typeof vocabulary !== "function") return copy(engine, vocabulary);
  const data = vocabulary(memory);
  reserve(engine, data.length);
  data.write(buffer.byteOffset);
  return data.length;
}

function badVocabulary(of: Instance, name: EncodingName, error: unknown): unknown {
  const cause = of.failure(error);
  if (of.ended) return cause;
  return new VarveError(
    "BadVocabulary",
    `the vocabulary of ${name} cannot be used: ${messageOf(cause)}; take varve/encodings/${name} of the same version`,
    { encoding: name },
    { cause },
  );
}

/**
 * Reads all of the vocabulary at once, and makes the tables that few texts do without.
 * @internal
 */
export function warmUp(encoding: EncodingName): void {
  const engine = present(encoding);
  try {
    engine.warmUp(numberOf(encoding));
  } catch (error) {
    throw badVocabulary(instance, encoding, error);
  }
}

/** @internal */
export function count(encoding: EncodingName, text: string): number {
  const engine = alive(encoding);
  const number = numberOf(encoding);
  try {
    const tokens = engine.countTokens(number, write(engine, text));
    release(engine);
    return tokens < 0 ? notLoaded(encoding) : tokens;
  } catch (error) {
    throw instance.failure(error);
  }
}

/**
 * Tokens of a text that lies in the memory of another module, as UTF-8: it goes from memory to memory and is no
 * string on the way. What the module throws is thrown as it is: a trap has to end the caller as well.
 * @internal
 */
export function countIn(of: ModuleMemory, address: number, length: number, number: number): number {
  const engine = module as TokenModule;
  try {
    copy(engine, new Uint8Array(of.buffer, address, length));
    const tokens = engine.countTokens(number, length);
    release(engine);
    return tokens;
  } catch (error) {
    instance.failure(error);
    throw error;
  }
}

/** @internal */
export function countWithin(encoding: EncodingName, text: string, limit: number): number | false {
  const engine = alive(encoding);
  const number = numberOf(encoding);
  const most = Math.min(Math.max(Math.floor(limit), 0), 2 ** 32 - 1);
  try {
    const tokens = engine.countWithin(number, write(engine, text), most);
    release(engine);
    if (tokens === -1) notLoaded(encoding);
    return tokens < 0 || tokens > limit ? false : tokens;
  } catch (error) {
    throw instance.failure(error);
  }
}

/** @internal */
export function encode(encoding: EncodingName, text: string, allowed: string): Uint32Array {
  const engine = present(encoding);
  try {
    return engine.encodeTokens(numberOf(encoding), write(engine, text), allowed);
  } catch (error) {
    const cause = instance.failure(error);
    if (instance.ended) throw cause;
    throw new VarveError("Validation", messageOf(cause), { pointer: "/allowedSpecial" }, { cause });
  } finally {
    if (!instance.ended) release(engine);
  }
}

/** @internal */
export function decode(encoding: EncodingName, tokens: Uint32Array): Uint8Array {
  const engine = present(encoding);
  try {
    return engine.decodeTokens(numberOf(encoding), tokens);
  } catch (error) {
    const cause = instance.failure(error);
    if (instance.ended) throw cause;
    throw new VarveError("UnknownToken", messageOf(cause), { encoding }, { cause });
  }
}

/** The module, where its instance has not trapped; else the encoding is about to be loaded again. */
function alive(encoding: EncodingName): TokenModule {
  return module === undefined || instance.ended ? notLoaded(encoding) : module;
}

/** The module, with this encoding. */
function present(encoding: EncodingName): TokenModule {
  const engine = alive(encoding);
  const number = numberOf(encoding);
  // Asks for nothing but an answer whether the encoding is there.
  return instance.run(() => engine.countTokens(number, 0)) < 0 ? notLoaded(encoding) : engine;
}

/** Writes a text into the buffer; gives its bytes. Lone surrogates become U+FFFD. */
function write(engine: TokenModule, text: string): number {
  if (text.length <= SMALL) {
    reserve(engine, text.length * 3);
    return encoder.encodeInto(text, buffer).written;
  }
  // Most long texts are ASCII: three bytes for every unit would be a waste.
  reserve(engine, text.length + SMALL);
  const { read, written } = encoder.encodeInto(text, buffer);
  if (read === text.length) return written;
  reserve(engine, written + (text.length - read) * 3);
  return encoder.encodeInto(text, buffer).written;
}

/** Puts bytes into the buffer; gives their number. */
function copy(engine: TokenModule, bytes: Uint8Array): number {
  reserve(engine, bytes.length);
  buffer.set(bytes);
  return bytes.length;
}

function reserve(engine: TokenModule, length: number): void {
  // A buffer whose memory has grown is detached, and has length 0.
  if (length <= buffer.length && buffer.length > 0) return;
  const capacity = Math.max(length, SMALL * 3);
  const address = engine.textBuffer(capacity);
  buffer = new Uint8Array(memory.buffer, address, capacity);
}

function release(engine: TokenModule): void {
  if (buffer.length > KEPT) drop(engine);
}

function drop(engine: TokenModule): void {
  engine.freeTextBuffer();
  buffer = new Uint8Array(0);
}

function notLoaded(encoding: EncodingName): never {
  throw new VarveError(
    "EncodingNotLoaded",
    `encoding ${encoding} is not loaded; await loadEncoding("${encoding}") first`,
    { encoding },
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
