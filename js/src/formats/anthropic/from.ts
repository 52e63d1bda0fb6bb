// From Anthropic's Messages to payloads of varve.
import { VarveError } from "../../errors.js";
import type { MessagePayload, Part, Role } from "../../types/content.js";
import { lift } from "../lift.js";
import { Fields, Place } from "../reader.js";
import { readSystem } from "../system.js";
import { type Context, readBlock } from "./blocks.js";
import { recallMessage, remember } from "./hints.js";
import type { FromAnthropicOptions } from "./types.js";

/** Members of an answer of the API, which no request has. */
const RESPONSE_FIELDS = [
  "id",
  "type",
  "model",
  "stop_reason",
  "stop_sequence",
  "stop_details",
  "usage",
  "container",
  "context_management",
  "diagnostics",
];

/**
 * Payloads of type `message`, ready for `commit`: of a request (its `system` and `messages`), of a list
 * of messages, or of one answer of the API in a list. A user's message with tool results becomes a
 * tool's message, and a user's one for what stands beside them. What varve has no word for is kept
 * under `provider.anthropic`, so that `toAnthropic` gives back exactly what came.
 *
 * @throws `Format` with the `index` of the message, and a JSON pointer into the list, for what is not
 * a message of the format; without an index, and a pointer into the request, for its system prompt.
 */
export function fromAnthropic(
  params: readonly unknown[] | { readonly messages: readonly unknown[]; readonly system?: unknown },
  options: FromAnthropicOptions = {},
): MessagePayload[] {
  const messages: unknown = Array.isArray(params)
    ? params
    : (params as { messages?: unknown } | null | undefined)?.messages;
  if (!Array.isArray(messages)) {
    throw new VarveError("Format", "expected an array of messages, or a request with one", {
      pointer: Array.isArray(params) ? "" : "/messages",
    });
  }
  const system = Array.isArray(params) ? undefined : (params as { system?: unknown }).system;
  const payloads: MessagePayload[] = [];
  if (system !== undefined && system !== null) {
    const context: Context = { model: undefined, tools: new Map() };
    payloads.push(readSystem("system", (place) => readContent("system", system, place, context)));
  }
  const tools = new Map<string, string>();
  let before: unknown;
  for (const [index, message] of messages.entries()) {
    const fields = new Fields(message, new Place(index), "a message");
    const role = fields.peek("role");
    const apart = role === before ? true : undefined;
    before = role;
    payloads.push(...readMessage(fields, { apart, model: options.model, tools }));
  }
  return lift(payloads, options.model ?? "claude");
}

interface MessageContext extends Context {
  readonly apart: true | undefined;
}

function readMessage(fields: Fields, context: MessageContext): MessagePayload[] {
  const role = fields.take("role");
  if (role !== "user" && role !== "assistant" && role !== "system") {
    throw fields.place.at("role").error("one of user, assistant, system", role);
  }
  const response = role === "assistant" ? readResponse(fields) : undefined;
  const model = typeof response?.model === "string" ? response.model : context.model;
  const { apart, tools } = context;
  const content = fields.take("content");
  const payload = readContent(role, content, fields.place.at("content"), { model, tools });
  const hints = {
    ...recallMessage(payload.provider),
    apart,
    place: role === "system" ? ("messages" as const) : undefined,
    response,
    fields: fields.rest(),
  };
  const results = payload.parts.filter((part) => part.type === "tool-result");
  if (role !== "user" || results.length === 0) return [{ ...payload, ...remember(hints) }];
  const rest = payload.parts.filter((part) => part.type !== "tool-result");
  const tool: MessagePayload = {
    contentType: "message",
    role: "tool",
    parts: results,
    ...remember({ apart, fields: hints.fields }),
  };
  return rest.length === 0 ? [tool] : [tool, { contentType: "message", role, parts: rest }];
}

/** The members that say the message is an answer, taken out. */
function readResponse(fields: Fields): Record<string, unknown> | undefined {
  if (fields.peek("type") !== "message") return undefined;
  const present = RESPONSE_FIELDS.filter((name) => fields.has(name));
  return Object.fromEntries(present.map((name) => [name, fields.take(name)]));
}

/** A string, or an array of blocks. */
function readContent(role: Role, content: unknown, place: Place, context: Context): MessagePayload {
  const parts: Part[] = [];
  if (typeof content === "string") parts.push({ type: "text", text: content });
  else if (!Array.isArray(content)) throw place.error("a string or an array of blocks", content);
  else {
    for (const [position, block] of content.entries()) {
      parts.push(readBlock(new Fields(block, place.at(position), "a content block"), context));
    }
  }
  const hints = remember({ content: typeof content === "string" ? undefined : "blocks" });
  return { contentType: "message", role, parts, ...hints };
}
