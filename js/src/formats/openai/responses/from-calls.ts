// Calls and their answers, from items of the Responses API to parts.
import type { Part, ToolOutput } from "../../../types/content.js";
import type { JsonInput } from "../../../types/json.js";
import { readArguments } from "../../canonical.js";
import type { Fields } from "../../reader.js";
import { type CallKind, CUSTOM, FUNCTION } from "./calls.js";
import { defined, type PartHints, remember } from "./hints.js";

/**
 * Whether an item calls by an id, so that an answer can be tied to it.
 * Functions' and custom tools' calls need one.
 */
export function calls(fields: Fields, kind: CallKind): boolean {
  if (kind === FUNCTION || kind === CUSTOM) return true;
  if (idOf(fields, kind.id) === undefined) return false;
  return kind.tool !== undefined || idOf(fields, "name") !== undefined;
}

/** Whether an item says which call it answers. */
export function answers(fields: Fields, kind: CallKind): boolean {
  return idOf(fields, resultKey(fields, kind)) !== undefined;
}

/** A call; its tool is added to `names`. `after`: the id of the reasoning that it follows. */
export function readCall(
  fields: Fields,
  kind: CallKind,
  names: Map<string, string>,
  after: string | undefined,
): Part {
  const type = kind === FUNCTION || kind === CUSTOM ? undefined : kind.call;
  fields.take("type");
  const callId = fields.name(kind.id);
  if (kind.tool !== undefined) {
    names.set(callId, kind.tool);
    const input = (fields.rest() ?? {}) as JsonInput;
    return { type: "tool-call", callId, toolName: kind.tool, input, ...remember({ type, after }) };
  }
  const toolName = fields.name("name");
  names.set(callId, toolName);
  const text = fields.text(kind === CUSTOM ? "input" : "arguments");
  const { input, raw } = kind === CUSTOM ? { input: text, raw: text } : readArguments(text);
  return {
    type: "tool-call",
    callId,
    toolName,
    input: input as JsonInput,
    ...(raw === undefined ? {} : { rawInput: raw }),
    ...remember(
      { item: fields.rest(), type, after },
      kind === CUSTOM ? { type: "custom" } : undefined,
    ),
  };
}

/** An answer; `names` tells the tools of the calls so far. */
export function readResult(fields: Fields, kind: CallKind, names: Map<string, string>): Part {
  fields.take("type");
  const key = resultKey(fields, kind);
  const callId = fields.name(key);
  const toolName = names.get(callId) ?? kind.tool;
  const { output, form } = readOutput(fields);
  const hints: PartHints = {
    ...defined({ item: fields.rest(), output: form }),
    ...(kind === FUNCTION ? {} : { type: kind.result }),
    ...(key === kind.of ? {} : { key }),
  };
  const named = toolName === undefined ? {} : { toolName };
  return { type: "tool-result", callId, ...named, output, ...remember({ ...hints }) };
}

function readOutput(fields: Fields): { output: ToolOutput; form: PartHints["output"] } {
  const nothing: ToolOutput = { type: "text", value: "" };
  if (!fields.has("output")) return { output: nothing, form: "absent" };
  const output = fields.take("output");
  if (output === null) return { output: nothing, form: "null" };
  if (typeof output === "string")
    return { output: { type: "text", value: output }, form: undefined };
  if (Array.isArray(output)) return { output: { type: "content", value: output }, form: "array" };
  if (typeof output !== "object") {
    throw fields.place.at("output").error("a string, an array or an object", output);
  }
  return { output: { type: "content", value: [output as JsonInput] }, form: "object" };
}

/** The field of an answer with the call's id: local shells' answers come with either. */
function resultKey(fields: Fields, kind: CallKind): string {
  return kind.of === "id" && fields.has("call_id") ? "call_id" : kind.of;
}

function idOf(fields: Fields, key: string): string | undefined {
  const id = fields.peek(key);
  return typeof id === "string" && id !== "" ? id : undefined;
}
