// What tools give back as parts: every format has its own words for a text among them.
import type { JsonInput } from "../types/json.js";

const TEXTS: readonly unknown[] = ["text", "input_text", "output_text"];

/** The text of a part of a tool's output, in any format's words; undefined where it is none. */
export function textOf(value: JsonInput): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { type, text } = value as { type?: unknown; text?: unknown };
  return TEXTS.includes(type) && typeof text === "string" ? text : undefined;
}
