// Loading: the module, then an encoding's vocabulary. Whoever asks at the same time shares one load;
// one that failed is forgotten.
import { VarveError } from "../errors.js";
import type { Instance, Loaded } from "../instance.js";
import { loadInto, type TokenModule, type Vocabulary, warmUp } from "./engine.js";
import { type EncodingAsset, type EncodingName, numberOf } from "./names.js";

/** The encoding that is meant where none is named. */
export const DEFAULT_ENCODING = "o200k_base";

let moduleSource: (() => Promise<Loaded<TokenModule>>) | undefined;
let vocabularySource: (() => Promise<Vocabulary>) | undefined;
const given = new Map<EncodingName, EncodingAsset>();
const loading = new Map<EncodingName, Promise<void>>();
/** What goes on behind each of these, where somebody asked for all of it. */
const completing = new WeakMap<Promise<void>, Promise<void>>();
/** The instance that has them, and which. */
let present: Instance | undefined;
const loaded = new Set<EncodingName>();

/**
 * Says where an entry's module comes from. Entries do it, and no file behind them: bundlers drop what a file does when
 * it is imported, unless package.json names the file under `sideEffects`.
 * @internal
 */
export function provideTokenModule(source: () => Promise<Loaded<TokenModule>>): void {
  moduleSource ??= source;
}

/**
 * Says where an entry's own vocabulary comes from, which is that of `DEFAULT_ENCODING`.
 * @internal
 */
export function provideVocabulary(source: () => Promise<Vocabulary>): void {
  vocabularySource ??= source;
}

/**
 * Loads an encoding; after that, `countTokens` and the others take it, synchronously.
 *
 * `o200k_base` (the default) and `o200k_harmony` load by name. Others are imported first, so that an
 * app ships only what it uses:
 *
 * ```ts
 * import { cl100k_base } from "varve/encodings/cl100k_base";
 * await loadEncoding(cl100k_base);
 * ```
 *
 * Rejects with `UnknownEncoding`; `EncodingNotLoaded` for a name whose vocabulary was not given;
 * `BadVocabulary` for one of another version; `Internal` if the module cannot be loaded.
 */
export function loadEncoding(
  encoding: EncodingName | EncodingAsset = DEFAULT_ENCODING,
): Promise<void> {
  const started = startEncoding(encoding);
  let promise = completing.get(started);
  if (promise === undefined) {
    promise = started.then(() => warmUp(typeof encoding === "object" ? encoding.name : encoding));
    completing.set(started, promise);
  }
  return promise;
}

/**
 * As `loadEncoding`, in a fraction of the time: of the vocabulary only what texts need is read, and the rest once more
 * than a few are counted. For repositories, which on edge platforms often end before.
 * @internal
 */
export function startEncoding(encoding: EncodingName | EncodingAsset): Promise<void> {
  if (typeof encoding === "object") given.set(encoding.name, encoding);
  const name = typeof encoding === "object" ? encoding.name : encoding;
  let promise = loading.get(name);
  if (promise === undefined) {
    promise = load(name).catch((cause: unknown) => {
      if (loading.get(name) === promise) loading.delete(name);
      throw cause;
    });
    loading.set(name, promise);
  }
  return promise;
}

/**
 * As `startEncoding`; gives the instance that counts.
 * @internal
 */
export async function instanceWith(encoding: EncodingName | EncodingAsset): Promise<Instance> {
  await startEncoding(encoding);
  return present as Instance;
}

async function load(name: EncodingName): Promise<void> {
  numberOf(name);
  if (moduleSource === undefined) {
    throw new VarveError("Internal", "no module to count with was provided", {});
  }
  const [vocabulary, { module, instance }] = await Promise.all([
    vocabularyOf(name),
    moduleSource(),
  ]);
  loadInto(module, instance, name, vocabulary);
  if (present !== instance) {
    present = instance;
    instance.onEnd(reload);
  }
  loaded.add(name);
}

/** After a trap: what was loaded goes into the fresh instance, once. */
function reload(): void {
  const names = [...loaded];
  loaded.clear();
  loading.clear();
  for (const name of names) startEncoding(name).catch(() => {}); // whoever needs it asks again
}

async function vocabularyOf(name: EncodingName): Promise<Vocabulary> {
  const asset = given.get(name);
  if (asset !== undefined) return asset.vocabulary;
  const isOwn = name === DEFAULT_ENCODING || name === "o200k_harmony";
  if (isOwn && vocabularySource !== undefined) return vocabularySource();
  throw new VarveError(
    "EncodingNotLoaded",
    `the vocabulary of ${name} is not here; import { ${name} } from "varve/encodings/${name}" and give it to loadEncoding`,
    { encoding: name },
  );
}
