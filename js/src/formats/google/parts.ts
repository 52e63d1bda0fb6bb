// From Gemini's parts to parts of varve.
import type { Part, ToolOutput } from "../../types/content.js";
import type { JsonInput, JsonObject } from "../../types/json.js";
import { isObject } from "../calls.js";
import { Fields } from "../reader.js";
import { OPAQUE, remember } from "./hints.js";
import type { Pairs } from "./pairs.js";

/** What the contents before say about a part. */
export interface Context {
  readonly model: string | undefined;
  readonly pairs: Pairs;
}

/** A part of a content as a part of varve. */
export function readPart(fields: Fields, context: Context): Part {
  const data = ["functionCall", "functionResponse", "inlineData", "fileData", "text"] as const;
  const [name, other] = data.filter((each) => fields.has(each));
  if (name === undefined || other !== undefined) return opaque(fields);
  switch (name) {
    case "functionCall":
      return readCall(fields, context);
    case "functionResponse":
      return readResponse(fields, context);
    case "inlineData":
    case "fileData":
      return readFile(name, fields, context);
    case "text":
      return readText(fields, context);
  }
}

function opaque(fields: Fields): Part {
  return { type: "custom", kind: OPAQUE, value: (fields.rest() ?? {}) as JsonInput };
}

/** The signature with the model whose it is, and what else a part has. */
function common(fields: Fields, { model }: Context) {
  const signed = typeof fields.peek("thoughtSignature") === "string";
  const signature = signed ? fields.text("thoughtSignature") : undefined;
  return { signature, model: signed ? model : undefined, fields: fields.rest() };
}

function readText(fields: Fields, context: Context): Part {
  const text = fields.text("text");
  if (fields.peek("thought") !== true) {
    return { type: "text", text, ...remember(common(fields, context)) };
  }
  fields.take("thought");
  return { type: "reasoning", text, ...remember({ thought: true, ...common(fields, context) }) };
}

function readCall(fields: Fields, context: Context): Part {
  const place = fields.place.at("functionCall");
  const inner = new Fields(fields.take("functionCall"), place, "a function call");
  const toolName = inner.name("name");
  const id = readId(inner);
  const callId = context.pairs.call(id, toolName);
  const args = inner.take("args");
  if (args !== undefined && !isObject(args)) throw place.at("args").error("an object", args);
  return {
    type: "tool-call",
    callId,
    toolName,
    input: (args ?? {}) as JsonInput,
    ...remember({
      id: id === undefined ? null : undefined,
      args: args === undefined ? "absent" : undefined,
      inner: inner.rest(),
      ...common(fields, context),
    }),
  };
}

/** An id that says something; an empty one stays with the other members. */
function readId(inner: Fields): string | undefined {
  const id = inner.peek("id");
  return typeof id === "string" && id !== "" ? inner.text("id") : undefined;
}

function readResponse(fields: Fields, context: Context): Part {
  const place = fields.place.at("functionResponse");
  const inner = new Fields(fields.take("functionResponse"), place, "a function response");
  const toolName = inner.name("name");
  const id = readId(inner);
  const callId = context.pairs.response(id, toolName);
  const response = inner.take("response");
  if (response !== undefined && !isObject(response)) {
    throw place.at("response").error("an object", response);
  }
  const { output, form } = readOutput(response);
  return {
    type: "tool-result",
    callId,
    toolName,
    output,
    ...remember({
      id: id === callId ? undefined : (id ?? null),
      response: form,
      inner: inner.rest(),
      ...common(fields, context),
    }),
  };
}

/** `{ output }` and `{ error }` are what they say; any other object is the output itself. */
function readOutput(response: JsonObject | undefined): {
  output: ToolOutput;
  form?: "bare" | "absent";
} {
  if (response === undefined) return { output: { type: "text", value: "" }, form: "absent" };
  const [key, other] = Object.keys(response);
  if (other === undefined && (key === "output" || key === "error")) {
    const value = response[key] as JsonInput;
    const failed = key === "error";
    if (typeof value === "string") {
      return { output: { type: failed ? "error-text" : "text", value } };
    }
    return { output: { type: failed ? "error-json" : "json", value } };
  }
  return { output: { type: "json", value: response }, form: "bare" };
}

function readFile(type: "inlineData" | "fileData", fields: Fields, context: Context): Part {
  const inner = new Fields(fields.take(type), fields.place.at(type), type);
  const given = inner.peek("mimeType");
  const known = typeof given === "string" && given !== "";
  const mediaType = known ? inner.name("mimeType") : "application/octet-stream";
  const title = inner.peek("displayName");
  const filename =
    typeof title === "string" && title !== "" ? inner.text("displayName") : undefined;
  const url =
    type === "fileData" ? inner.name("fileUri") : `data:${mediaType};base64,${inner.text("data")}`;
  return {
    type: "file",
    mediaType,
    url,
    ...(filename === undefined ? {} : { filename }),
    ...remember({
      type,
      mimeType: known ? undefined : "absent",
      inner: inner.rest(),
      ...common(fields, context),
    }),
  };
}
