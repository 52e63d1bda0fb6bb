// Calls for formats that are stricter than varve: arguments are objects, names have an alphabet.
import type { ToolCallPart } from "../types/content.js";
import type { JsonObject } from "../types/json.js";
import type { Warn } from "./warnings.js";

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The arguments as an object. What is none becomes its member `arguments`, with a warning. */
export function argumentsObject({ callId, input, rawInput }: ToolCallPart, warn: Warn): object {
  if (isObject(input)) return input;
  // Some models write nothing where a tool takes nothing.
  if (input === null && rawInput !== undefined && rawInput.trim() === "") return {};
  warn("changed-value", `the arguments of call ${callId} are no object, and are sent in one`);
  return { arguments: input === null && rawInput !== undefined ? rawInput : input };
}

/** A name in the alphabet of an API, with a warning where it has to change. */
export function legalName(name: string, legal: RegExp, other: RegExp, warn: Warn): string {
  if (legal.test(name)) return name;
  const changed = name.replace(other, "_").slice(0, 128) || "_";
  const result = legal.test(changed) ? changed : `_${changed}`.slice(0, 128);
  warn("changed-id", `the tool's name ${JSON.stringify(name)} is sent as ${result}`);
  return result;
}
