// Values as text, short enough for a message.
import { isVarveError } from "../../errors.js";

const LENGTH = 400;

/** A value, for a message. */
export function show(value: unknown): string {
  const text = isError(value) ? showError(value) : showValue(value);
  return text.length <= LENGTH ? text : `${text.slice(0, LENGTH)} … (${text.length} characters)`;
}

function isError(value: unknown): value is Error {
  // The second: one of another realm, as under Jest.
  const isForeign = Object.prototype.toString.call(value) === "[object Error]";
  return value instanceof Error || isForeign || isVarveError(value);
}

function showError(error: Error): string {
  const code = (error as { code?: unknown }).code;
  return `${error.name}${code === undefined ? "" : ` ${String(code)}`} (${error.message})`;
}

function showValue(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  try {
    return JSON.stringify(value, readable) ?? String(value);
  } catch {
    return String(value);
  }
}

/** Bytes as their number and first hex digits. */
function readable(this: unknown, _name: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.prototype.toString.call(value) !== "[object Uint8Array]") return value;
  const bytes = value as Uint8Array;
  const first = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0"));
  return `${bytes.byteLength} bytes ${first.join("")}${bytes.byteLength > 16 ? "…" : ""}`;
}
