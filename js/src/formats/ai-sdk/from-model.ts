// From the AI SDK's model messages to payloads of varve.
import { VarveError } from "../../errors.js";
import type { MessagePayload, Part, Role, ToolOutput } from "../../types/content.js";
import { toBase64 } from "../bytes.js";
import { lift } from "../lift.js";
import { Fields, Place } from "../reader.js";
import { type MessageHints, type PartHints, remember } from "./hints.js";
import { pack } from "./pack.js";

/** Parts of model messages that varve has no word for are kept whole, under this and their type. */
export const MODEL = "ai-sdk.model.";

/**
 * Payloads of type `message`, one a model message, ready for `commit`. What varve has no word for
 * (approvals, options of providers, references) is kept under `provider["ai-sdk"]`, so that
 * `toModelMessages` gives back exactly what came, bytes and URLs too.
 *
 * @throws `Format` with the `index` of the message, and a JSON pointer into the list, for what is not
 * a model message.
 */
export function fromModelMessages(messages: readonly unknown[]): MessagePayload[] {
  if (!Array.isArray(messages)) {
    throw new VarveError("Format", "expected an array of model messages", { pointer: "" });
  }
  const read = (message: unknown, index: number) =>
    readMessage(new Fields(message, new Place(index), "a message"));
  return lift(Array.from(messages, read));
}

function readMessage(fields: Fields): MessagePayload {
  const role = fields.take("role");
  const place = fields.place.at("content");
  const content = fields.take("content");
  if (role !== "system" && role !== "user" && role !== "assistant" && role !== "tool") {
    throw fields.place.at("role").error("one of system, user, assistant, tool", role);
  }
  const more = packed(fields);
  if (typeof content === "string" && role !== "tool") {
    return payload(role, [{ type: "text", text: content }], { fields: more });
  }
  if (!Array.isArray(content) || role === "system") {
    const texts = role === "system" ? "a string" : "a string or an array of parts";
    throw place.error(role === "tool" ? "an array of parts" : texts, content);
  }
  const parts = content.map((part, position) => {
    const inner = new Fields(part, place.at(position), "a part");
    return readPart(inner, role);
  });
  if (role !== "tool") return payload(role, parts, { content: "parts", fields: more });
  // A tool's message takes nothing but results.
  const results = parts.filter((part) => part.type === "tool-result");
  const others = parts.flatMap((part, position): MessageHints["others"] & object => {
    return part.type === "tool-result" ? [] : [[position, pack(content[position])]];
  });
  return payload(role, results, { others: others.length > 0 ? others : undefined, fields: more });
}

function readPart(fields: Fields, role: Role): Part {
  const type = fields.text("type");
  switch (type) {
    case "text":
    case "reasoning": {
      const text = fields.text("text");
      if (type === "reasoning" && role !== "assistant") break;
      return { type, text, ...remember({ fields: packed(fields) }) };
    }
    case "file":
    case "image":
      return readFile(type, fields);
    case "tool-call": {
      if (role !== "assistant") throw fields.place.at("type").error("no call here", type);
      const callId = fields.name("toolCallId");
      const toolName = fields.name("toolName");
      const absent = fields.has("input") ? undefined : true;
      const input = pack(fields.take("input") ?? null);
      const hints = remember({ absent, fields: packed(fields) });
      return { type, callId, toolName, input, ...hints };
    }
    case "tool-result": {
      if (role === "user") throw fields.place.at("type").error("no result here", type);
      const callId = fields.name("toolCallId");
      const toolName = fields.name("toolName");
      const place = fields.place.at("output");
      const { output, hints } = readOutput(new Fields(fields.take("output"), place, "an output"));
      const inline = role === "assistant" ? true : undefined;
      const own = remember({ ...hints, inline, fields: packed(fields) });
      return { type, callId, toolName, output, ...own };
    }
  }
  const part = pack({ type, ...fields.rest() });
  return { type: "custom", kind: `${MODEL}${type}`, value: null, ...remember({ part }) };
}

function readFile(type: "file" | "image", fields: Fields): Part {
  const name = type === "image" ? "image" : "data";
  const given = fields.peek(name);
  const tagged = typeof given === "object" && given !== null && !(given instanceof URL);
  const { type: tag, data, url, ...rest } = (tagged ? given : {}) as Record<string, unknown>;
  const inside = (tag === "data" || tag === "url") && Object.keys(rest).length === 0;
  const bare = tagged && inside ? (tag === "data" ? data : url) : given;
  const mediaType = fields.peek("mediaType") ?? (type === "image" ? "image/*" : undefined);
  if (typeof mediaType !== "string")
    throw fields.place.at("mediaType").error("a string", mediaType);
  const read = mediaType === "" ? undefined : readData(bare, mediaType);
  if (given === undefined || given === null) {
    throw fields.place.at(name).error("the file", given);
  }
  if (read === undefined) {
    const part = pack({ type, ...fields.rest() });
    return { type: "custom", kind: `${MODEL}${type}`, value: null, ...remember({ part }) };
  }
  fields.take(name);
  // Of an image that has no media type nothing is remembered that says so.
  if (type === "file") fields.take("mediaType");
  const named =
    typeof fields.peek("filename") === "string" ? { filename: fields.text("filename") } : {};
  const hints = remember({
    type: type === "image" ? type : undefined,
    data: read.data,
    tagged: bare === given ? undefined : true,
    fields: packed(fields),
  });
  return { type: "file", mediaType, url: read.url, ...named, ...hints };
}

function readData(
  value: unknown,
  mediaType: string,
): { url: string; data?: "string" | "bytes" | "buffer" | "url" } | undefined {
  const inline = (base64: string) => `data:${mediaType};base64,${base64}`;
  if (value instanceof URL) return { url: value.href, data: "url" };
  if (value instanceof Uint8Array) return { url: inline(toBase64(value)), data: "bytes" };
  if (value instanceof ArrayBuffer) {
    return { url: inline(toBase64(new Uint8Array(value))), data: "buffer" };
  }
  if (typeof value !== "string") return undefined;
  if (/^(https?|data):/i.test(value)) return { url: value };
  return { url: inline(value), data: "string" };
}

/** An output, and what is remembered of it. */
function readOutput(fields: Fields): { output: ToolOutput; hints: PartHints } {
  const type = fields.text("type");
  const output = readValue(type, fields);
  const more = packed(fields);
  return {
    output,
    hints: {
      ...(type === "content" ? { own: true } : {}),
      ...(more === undefined ? {} : { output: more }),
    },
  };
}

function readValue(type: string, fields: Fields): ToolOutput {
  switch (type) {
    case "text":
    case "error-text":
      return { type, value: fields.text("value") };
    case "json":
    case "error-json":
      return { type, value: pack(fields.take("value") ?? null) };
    case "execution-denied":
      return typeof fields.peek("reason") === "string"
        ? { type, reason: fields.text("reason") }
        : { type };
    case "content": {
      const value = fields.take("value");
      if (!Array.isArray(value)) throw fields.place.at("value").error("an array", value);
      return { type, value: value.map(pack) };
    }
    default:
      throw fields.place.at("type").error("a type of output", type);
  }
}

function packed(fields: Fields): Record<string, unknown> | undefined {
  const rest = fields.rest();
  return rest && (pack(rest) as Record<string, unknown>);
}

function payload(
  role: Role,
  parts: readonly Part[],
  hints: { [K in keyof MessageHints]?: MessageHints[K] | undefined },
): MessagePayload {
  return { contentType: "message", role, parts, ...remember(hints) };
}
