// Calls for formats that are stricter than varve: arguments are objects, names have an alphabet.
import type { ToolCallPart } from "../types/content.js";
import type { JsonInput, JsonObject } from "../types/json.js";
import { canonicalJson } from "./canonical.js";
import { recall } from "./provider.js";
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

/**
 * The input of a call where any JSON is one. What is no JSON goes within an object, with a warning:
 * null, which would stand for it, is refused by providers.
 */
export function givenInput(part: ToolCallPart, warn: Warn): JsonInput {
  const isText = part.input === null && part.rawInput !== undefined;
  return isText ? (argumentsObject(part, warn) as JsonObject) : part.input;
}

/**
 * The argument text of a function's call, as the model wrote it. What a turn could not read as JSON, as
 * it was cut off, is sent within an object, with a warning: servers parse it, and refuse it for ever.
 */
export function argumentsText(part: ToolCallPart, warn: Warn): string {
  const { notJson } = recall<{ notJson: boolean }>("varve", part.provider);
  if (notJson === true) return canonicalJson(argumentsObject(part, warn)) ?? "{}";
  return inputText(part);
}

/** The input of a call as text, as the model wrote it. */
export function inputText({ input, rawInput }: ToolCallPart): string {
  return rawInput ?? canonicalJson(input) ?? JSON.stringify(input);
}

/** A name in the alphabet of an API, with a warning where it has to change. */
export function legalName(name: string, legal: RegExp, other: RegExp, warn: Warn): string {
  if (legal.test(name)) return name;
  const changed = name.replace(other, "_").slice(0, 128) || "_";
  const result = legal.test(changed) ? changed : `_${changed}`.slice(0, 128);
  warn("changed-id", `the tool's name ${JSON.stringify(name)} is sent as ${result}`);
  return result;
}
