// From Anthropic's content blocks to parts of varve.
import type { Part, ToolOutput } from "../../types/content.js";
import type { JsonInput } from "../../types/json.js";
import { isWellFormed } from "../canonical.js";
import { encodeText } from "../data-url.js";
import { Fields } from "../reader.js";
import { OPAQUE, remember } from "./hints.js";

/** What the messages before say about a block: who wrote it, and the tools of calls, by id. */
export interface Context {
  readonly model: string | undefined;
  readonly tools: Map<string, string>;
}

/** A content block as a part. */
export function readBlock(fields: Fields, context: Context): Part {
  const type = fields.text("type");
  switch (type) {
    case "text":
      return { type: "text", text: fields.text("text"), ...remember({ fields: fields.rest() }) };
    case "thinking":
    case "redacted_thinking":
      return readThinking(type, fields, context);
    case "tool_use":
      return readToolUse(fields, context);
    case "tool_result":
      return readToolResult(fields, context);
    case "image":
    case "document":
      return readFile(type, fields);
    default:
      return { type: "custom", kind: OPAQUE, value: { type, ...fields.rest() } as JsonInput };
  }
}

function readThinking(
  type: "thinking" | "redacted_thinking",
  fields: Fields,
  { model }: Context,
): Part {
  const redacted = type === "redacted_thinking" ? fields.text("data") : undefined;
  const text = redacted === undefined ? fields.text("thinking") : "";
  const signature = redacted === undefined ? fields.text("signature") : undefined;
  return {
    type: "reasoning",
    text,
    ...remember({ signature, redacted, model, fields: fields.rest() }),
  };
}

function readToolUse(fields: Fields, { tools }: Context): Part {
  const callId = fields.name("id");
  const toolName = fields.name("name");
  if (!fields.has("input")) throw fields.place.at("input").error("an object", undefined);
  const input = fields.take("input") as JsonInput;
  tools.set(callId, toolName);
  return { type: "tool-call", callId, toolName, input, ...remember({ fields: fields.rest() }) };
}

function readToolResult(fields: Fields, { tools }: Context): Part {
  const callId = fields.name("tool_use_id");
  const toolName = tools.get(callId);
  const isError = fields.peek("is_error") === true;
  // False, and what is no boolean, is remembered as it is.
  const other = isError ? undefined : (fields.peek("is_error") as boolean | undefined);
  fields.take("is_error");
  const { output, content } = readOutput(fields, isError);
  const failed = isError && output.type === "content" ? true : other;
  return {
    type: "tool-result",
    callId,
    ...(toolName === undefined ? {} : { toolName }),
    output,
    ...remember({ content, is_error: failed, fields: fields.rest() }),
  };
}

function readOutput(
  fields: Fields,
  isError: boolean,
): { output: ToolOutput; content?: "blocks" | "absent" } {
  const type = isError ? "error-text" : "text";
  if (!fields.has("content")) return { output: { type, value: "" }, content: "absent" };
  const place = fields.place.at("content");
  const content = fields.take("content");
  if (typeof content === "string") return { output: { type, value: content } };
  if (!Array.isArray(content)) throw place.error("a string or an array of blocks", content);
  content.forEach((block, position) => {
    new Fields(block, place.at(position), "a content block").text("type");
  });
  return { output: { type: "content", value: content as JsonInput[] }, content: "blocks" };
}

function readFile(type: "image" | "document", fields: Fields): Part {
  const place = fields.place.at("source");
  const peeked = new Fields(fields.peek("source"), place, "a source");
  const source = peeked.text("type");
  const data = source === "url" ? peeked.peek("url") : peeked.peek("data");
  const known = source === "base64" || source === "url" || source === "text";
  // Files that were uploaded before have only an id; texts of other blocks have no bytes.
  if (!known || (source === "text" && !isWellFormed(String(data)))) {
    return { type: "custom", kind: OPAQUE, value: { type, ...fields.rest() } as JsonInput };
  }
  fields.take("source");
  const url = source === "url" ? peeked.text("url") : peeked.text("data");
  const mediaType = source === "url" ? mediaTypeOf(type) : peeked.name("media_type");
  const title = fields.peek("title");
  const filename = typeof title === "string" && title !== "" ? fields.text("title") : undefined;
  return {
    type: "file",
    mediaType,
    url: source === "url" ? url : dataUrl(mediaType, source === "text" ? encodeText(url) : url),
    ...(filename === undefined ? {} : { filename }),
    ...remember({ type, source, inner: peeked.rest(), fields: fields.rest() }),
  };
}

const mediaTypeOf = (type: "image" | "document") =>
  type === "image" ? "image/*" : "application/pdf";

const dataUrl = (mediaType: string, base64: string) => `data:${mediaType};base64,${base64}`;
