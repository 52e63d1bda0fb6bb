// What the cases write: always the same, so that a failure can be seen again.
import type {
  CheckpointToWrite,
  LogRow,
  StoredEntry,
  StoredObject,
  WriteBatch,
} from "../../types/storage.js";

/** When everything happens: UTC milliseconds. */
export const AT: number = Date.UTC(2025, 9, 14, 12);

const utf8 = new TextEncoder();

/** The UTF-8 of a text. */
export const utf8Of = (text: string): Uint8Array => utf8.encode(text);

/**
 * 64 hex digits for a text, spread evenly. Not a real hash: a store keeps bytes under the name it is given.
 */
export function hashOf(text: string): string {
  let digits = "";
  for (let part = 0; part < 8; part++) {
    let sum = 0x811c9dc5 ^ Math.imul(part + 1, 0x9e3779b1);
    for (const byte of utf8Of(text)) sum = Math.imul(sum ^ byte, 0x01000193);
    sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
    sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
    digits += ((sum ^ (sum >>> 16)) >>> 0).toString(16).padStart(8, "0");
  }
  return digits;
}

/** Bytes without a pattern. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  for (let index = 0; index < length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state;
  }
  return bytes;
}

/** The bytes 0 to 255. */
export const everyByte = (): Uint8Array => Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** The numbers 1 to n. */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

/** Entry `seq` of a writer. Two writers never write the same entry. */
export function entry(seq: number, writer = "a"): StoredEntry {
  const text = `entry ${seq} of ${writer}`;
  return { seq, hash: hashOf(text), bytes: utf8Of(text) };
}

/** An object; without bytes its name is its content. */
export function object(name: string, bytes: Uint8Array = utf8Of(name)): StoredObject {
  return { hash: hashOf(name), bytes };
}

/** A row of the log "calls". */
export function row(fields: object, at: number = AT, log = "calls"): LogRow {
  return { log, at, fields: JSON.stringify(fields) };
}

/** Parts of a batch that differ from one that brings only its entry. */
export type BatchParts = Partial<WriteBatch> & { readonly writer?: string };

/** A batch with entry `seq`. */
export function batch(seq: number, { writer, ...parts }: BatchParts = {}): WriteBatch {
  const rest = { at: AT + seq, objects: [], deleteObjects: [], logs: [] };
  return { entry: entry(seq, writer), ...rest, ...parts };
}

/** A batch that brings something of everything. */
export function fullBatch(seq: number, writer = "a"): WriteBatch {
  const name = `${seq} of ${writer}`;
  return batch(seq, {
    writer,
    objects: [object(`object ${name}`)],
    logs: [row({ name })],
    summary: JSON.stringify({ name }),
  });
}

/** A checkpoint of entry `seq`, with these segments. */
export function checkpoint(
  seq: number,
  segments: CheckpointToWrite["segments"] = [object(`segment of ${seq}`)],
): CheckpointToWrite {
  return { seq, manifest: utf8Of(`manifest of ${seq}`), segments };
}
