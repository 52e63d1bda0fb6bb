// From OpenAI's Chat Completions messages to payloads of varve.
import { VarveError } from "../../errors.js";
import type { MessagePayload, Part, Role, ToolOutput } from "../../types/content.js";
import type { JsonInput } from "../../types/json.js";
import { readArguments } from "../canonical.js";
import { lift } from "../lift.js";
import { Fields, Place } from "../reader.js";
import { readContentPart } from "./content.js";
import { remember } from "./hints.js";

/** Fields of an assistant's message that hold its thinking (DeepSeek, OpenRouter, vLLM …). */
const REASONING_FIELDS = ["reasoning_content", "reasoning"] as const;

/** Who is who, by call: what earlier messages say about later ones. */
interface Calls {
  names: Map<string, string>;
  /** Calls of the legacy `function_call`, which have no id: by name, those without an answer. */
  open: { id: string; name: string }[];
}

/**
 * Payloads of type `message`, one a message, ready for `commit`. What varve has no word for is kept
 * under `provider.openai`, so that `toOpenAI` gives back exactly what came: null, empty and absent
 * content, argument text that is not JSON, unknown fields.
 *
 * @throws `Format` with the `index` of the message, and a JSON pointer into the list, for what is not
 * a message of the format.
 */
export function fromOpenAI(messages: readonly unknown[]): MessagePayload[] {
  if (!Array.isArray(messages)) {
    throw new VarveError("Format", "expected an array of messages", { pointer: "" });
  }
  const calls: Calls = { names: new Map(), open: [] };
  const read = (message: unknown, index: number) => {
    const place = new Place(index);
    return readMessage(new Fields(message, place, "a message"), calls);
  };
  return lift(Array.from(messages, read));
}

function readMessage(fields: Fields, calls: Calls): MessagePayload {
  const role = fields.take("role");
  switch (role) {
    case "system":
    case "developer":
    case "user":
      return readPlain(role, fields);
    case "assistant":
      return readAssistant(fields, calls);
    case "tool":
      return readTool(fields, calls);
    case "function":
      return readFunction(fields, calls);
    default:
      throw fields.place
        .at("role")
        .error("one of system, developer, user, assistant, tool, function", role);
  }
}

function readPlain(role: Role, fields: Fields): MessagePayload {
  const name = readName(fields);
  const { parts, content } = readContent(fields);
  return payload(role, name, parts, { content, fields: fields.rest() });
}

function readAssistant(fields: Fields, calls: Calls): MessagePayload {
  const name = readName(fields);
  const parts: Part[] = REASONING_FIELDS.flatMap((field) => {
    if (typeof fields.peek(field) !== "string") return [];
    return [{ type: "reasoning", text: fields.text(field), ...remember({ field }) }];
  });
  const { parts: said, content } = readContent(fields);
  parts.push(...said);
  if (typeof fields.peek("refusal") === "string") {
    parts.push({ type: "text", text: fields.text("refusal"), ...remember({ refusal: "field" }) });
  }
  const toolCalls = fields.peek("tool_calls");
  if (toolCalls !== undefined && toolCalls !== null && !Array.isArray(toolCalls)) {
    throw fields.place.at("tool_calls").error("an array", toolCalls);
  }
  if (Array.isArray(toolCalls) && toolCalls.length > 0) {
    fields.take("tool_calls");
    const place = fields.place.at("tool_calls");
    toolCalls.forEach((call, position) => {
      parts.push(readCall(new Fields(call, place.at(position), "a tool call"), calls));
    });
  }
  if (fields.has("function_call") && fields.peek("function_call") !== null) {
    parts.push(readFunctionCall(fields, calls));
  }
  // Beside calls nothing has to be said: what stood for it holds only while they are there.
  const calling = parts.some((part) => part.type === "tool-call");
  const beside = { null: undefined, absent: "absent-beside-calls", parts: "parts" } as const;
  const nothing = calling && content !== undefined ? beside[content] : content;
  return payload("assistant", name, parts, { content: nothing, fields: fields.rest() });
}

function readCall(fields: Fields, calls: Calls): Part {
  const type = fields.take("type");
  const callId = fields.name("id");
  const kind = type === "custom" ? "custom" : "function";
  if (type !== undefined && type !== kind) {
    throw fields.place.at("type").error('"function" or "custom"', type);
  }
  const inner = new Fields(fields.take(kind), fields.place.at(kind), `the call's ${kind}`);
  const toolName = inner.name("name");
  calls.names.set(callId, toolName);
  const text = inner.text(kind === "custom" ? "input" : "arguments");
  const { input, raw } = kind === "custom" ? { input: text, raw: text } : readArguments(text);
  return {
    type: "tool-call",
    callId,
    toolName,
    input: input as JsonInput,
    ...(raw === undefined ? {} : { rawInput: raw }),
    ...remember({
      type: type === "function" ? undefined : type === undefined ? null : "custom",
      fields: fields.rest(),
      inner: inner.rest(),
    }),
  };
}

function readFunctionCall(fields: Fields, calls: Calls): Part {
  const place = fields.place.at("function_call");
  const inner = new Fields(fields.take("function_call"), place, "a function call");
  const toolName = inner.name("name");
  const { input, raw } = readArguments(inner.text("arguments"));
  const callId = `function_call_${place.index}`;
  calls.open.push({ id: callId, name: toolName });
  return {
    type: "tool-call",
    callId,
    toolName,
    input: input as JsonInput,
    ...(raw === undefined ? {} : { rawInput: raw }),
    ...remember({ type: "function_call", inner: inner.rest() }),
  };
}

function readTool(fields: Fields, calls: Calls): MessagePayload {
  const callId = fields.name("tool_call_id");
  const name = readName(fields);
  const toolName = calls.names.get(callId) ?? (name || undefined);
  const { output, content } = readOutput(fields);
  const part: Part = {
    type: "tool-result",
    callId,
    ...(toolName === undefined ? {} : { toolName }),
    output,
  };
  return payload("tool", name, [part], { content, fields: fields.rest() });
}

function readFunction(fields: Fields, calls: Calls): MessagePayload {
  const toolName = fields.name("name");
  const position = calls.open.map((call) => call.name).lastIndexOf(toolName);
  const [answered] = position < 0 ? [] : calls.open.splice(position, 1);
  const callId = answered?.id ?? `function_call_${fields.place.index}`;
  const { output, content } = readOutput(fields);
  const part: Part = { type: "tool-result", callId, toolName, output };
  return payload("tool", undefined, [part], { role: "function", content, fields: fields.rest() });
}

/** A name that is null or something else stays with the unknown fields. */
function readName(fields: Fields): string | undefined {
  return typeof fields.peek("name") === "string" ? fields.text("name") : undefined;
}

type Content = "parts" | "null" | "absent" | undefined;

function readContent(fields: Fields): { parts: Part[]; content: Content } {
  if (!fields.has("content")) return { parts: [], content: "absent" };
  const content = fields.take("content");
  if (content === null) return { parts: [], content: "null" };
  if (typeof content === "string")
    return { parts: [{ type: "text", text: content }], content: undefined };
  const place = fields.place.at("content");
  if (!Array.isArray(content)) throw place.error("a string, null or an array of parts", content);
  const parts = content.map((part, position) =>
    readContentPart(new Fields(part, place.at(position), "a content part")),
  );
  return { parts, content: "parts" };
}

function readOutput(fields: Fields): { output: ToolOutput; content: Content } {
  if (!fields.has("content")) return { output: { type: "text", value: "" }, content: "absent" };
  const content = fields.take("content");
  if (content === null) return { output: { type: "text", value: "" }, content: "null" };
  if (typeof content === "string")
    return { output: { type: "text", value: content }, content: undefined };
  const place = fields.place.at("content");
  if (!Array.isArray(content)) throw place.error("a string or an array of parts", content);
  content.forEach((part, position) => {
    new Fields(part, place.at(position), "a content part").text("type");
  });
  return { output: { type: "content", value: content as JsonInput[] }, content: "parts" };
}

function payload(
  role: Role,
  name: string | undefined,
  parts: Part[],
  hints: Parameters<typeof remember>[0],
): MessagePayload {
  const named = name === undefined ? {} : { name };
  return { contentType: "message", role, ...named, parts, ...remember(hints) };
}
