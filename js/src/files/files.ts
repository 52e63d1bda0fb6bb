// Bytes on their way in and out: beside the JSON that names them, never in it.
import { toPlainJson } from "../plain.js";
import { estimate } from "./tokens.js";

/** JSON in which numbers stand for bytes, and the bytes. */
export interface Given {
  readonly json: string;
  readonly files: readonly Uint8Array[];
}

/** A value as JSON; the bytes in it apart. */
export function given(value: unknown): Given {
  const files: Uint8Array[] = [];
  return { json: toPlainJson(value, files), files };
}

/** The bytes as the module takes them: each with its estimate. Undefined where there are none. */
export function forModule(files: readonly Uint8Array[]): unknown[] | undefined {
  return files.length > 0 ? files.flatMap((bytes) => [bytes, estimate(bytes)]) : undefined;
}

/** The value again, with copies of the bytes. */
export function copyOf({ json, files }: Given): unknown {
  if (files.length === 0) return JSON.parse(json);
  return JSON.parse(json, function (this: { type?: unknown }, key, value) {
    const bytes = key === "data" && this.type === "file" && files[value as number];
    return bytes ? bytes.slice() : value;
  });
}

/** Whether these are the same bytes. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** The hashes that files within a value are named by. */
export function hashesIn(root: unknown): string[] {
  const found: string[] = [];
  const open = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    const { type, data } = value as { type?: unknown; data?: unknown };
    if (type === "file" && typeof data === "string" && HASH.test(data)) found.push(data);
    else for (const member of Object.values(value)) open.push(member);
  }
  return found;
}

/** Reads objects: null for what is not there. */
type Read = (hashes: readonly string[]) => Promise<readonly (Uint8Array | null)[]>;

const HASH = /^[0-9a-f]{64}$/;

/** How many bytes are kept for later compiles beside those of the last one. */
const KEPT = 64 << 20;

/** The bytes of files that messages name: those of the last compile are kept, and some of those before. */
export class FileCache {
  /** Messages that name files, and the hashes. */
  readonly #named = new WeakMap<object, readonly string[]>();
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #erased = new Set<string>();
  /** Whether any message of a compile named a file. */
  any = false;

  /** Notes what a message of a compile names. */
  note(message: object): void {
    const hashes = hashesIn(message);
    if (hashes.length === 0) return;
    this.any = true;
    this.#named.set(message, hashes);
  }

  /** The files of messages, by hash. Those that are not there (any more) are left out. */
  async of(messages: readonly object[], read: Read): Promise<ReadonlyMap<string, Uint8Array>> {
    const named = (message: object) => this.#named.get(message) ?? hashesIn(message);
    const hashes = [...new Set(messages.flatMap(named))];
    const missing = hashes.filter((hash) => !this.#bytes.has(hash));
    const fresh = missing.length > 0 ? await read(missing) : [];
    const found = new Map<string, Uint8Array>();
    for (const hash of hashes) {
      const bytes = fresh[missing.indexOf(hash)] ?? this.#bytes.get(hash);
      if (bytes && !this.#erased.has(hash)) found.set(hash, bytes);
    }
    let size = 0;
    for (const [hash, bytes] of [...found, ...this.#bytes]) {
      size += bytes.length;
      if (found.has(hash) || size <= KEPT) this.#bytes.set(hash, bytes);
      else this.#bytes.delete(hash);
    }
    return found;
  }

  /** Forgets a file for good. */
  erase(hash: string): void {
    this.#erased.add(hash);
    this.#bytes.delete(hash);
  }
}
