// What the AI SDK's messages hold and JSON cannot: bytes and URLs.
import { decodeBase64 } from "../../base64.js";
import type { JsonInput } from "../../types/json.js";
import { toBase64 } from "../bytes.js";

/** The member that marks what stands for a value that JSON does not have. */
const MARK = "ai-sdk.packed";

/** A value with its bytes and URLs as marked objects; members that are undefined are left out. */
export function pack(value: unknown): JsonInput {
  if (typeof value !== "object" || value === null) return value as JsonInput;
  if (value instanceof URL) return { [MARK]: "url", value: value.href };
  if (value instanceof Uint8Array) return { [MARK]: "bytes", value: toBase64(value) };
  if (value instanceof ArrayBuffer) {
    return { [MARK]: "buffer", value: toBase64(new Uint8Array(value)) };
  }
  if (Array.isArray(value)) return value.map(pack);
  return mapped(value, pack) as JsonInput;
}

/** The value that was packed. */
export function unpack(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unpack);
  const { [MARK]: mark, value: text } = value as Record<string, unknown>;
  if (mark === "url") return new URL(text as string);
  if (mark === "bytes") return unpackBytes(text as string);
  if (mark === "buffer") return unpackBytes(text as string).buffer;
  return mapped(value, unpack);
}

/** An object with its members through `change`, and without those that are undefined. */
function mapped(value: object, change: (member: unknown) => unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    if (name !== "__proto__") result[name] = change(member);
    // Assigned, it would be lost.
    else Object.defineProperty(result, name, { value: change(member), ...own });
  }
  return result;
}

const own = { enumerable: true, configurable: true, writable: true };

/** Base64 as bytes of their own. */
export function unpackBytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(decodeBase64(text));
}
