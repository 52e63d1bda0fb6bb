// Counting messages: the texts in them, and what a chat format adds (OpenAI Cookbook, "How to count
// tokens with tiktoken": 3 a message, 1 a name, 3 to prime the reply).
import { countTokens } from "./count.js";
import { DEFAULT_ENCODING } from "./load.js";
import type { EncodingName } from "./names.js";
import { countTools } from "./tools.js";

/** A message of a chat request, in OpenAI's form or any with role and content. */
export interface ChatMessage {
  role: string;
  content?: unknown;
  name?: string;
  tool_calls?: readonly ToolCall[] | null;
}

/** A call within a message of the assistant. */
export interface ToolCall {
  function?: { name?: string; arguments?: string };
}

/** What `countChat` takes besides the messages. */
export interface CountChatOptions {
  /** The tool definitions sent along, counted by OpenAI's published rule. */
  tools?: readonly unknown[];
  /** Default `o200k_base`. */
  encoding?: EncodingName;
}

const PER_MESSAGE = 3;
const PER_NAME = 1;
const PER_REPLY = 3;

/**
 * The tokens of a message's content: a text, or parts with `text` (or `refusal`, `thinking`), a file
 * name, a nested `content`, or anything else as its JSON. Images and audio have no text and count 0.
 *
 * Throws `EncodingNotLoaded`, `UnknownEncoding`.
 */
export function countMessageTokens(
  content: unknown,
  encoding: EncodingName = DEFAULT_ENCODING,
): number {
  if (content === null || content === undefined) return 0;
  if (typeof content === "string") return countTokens(content, encoding);
  if (Array.isArray(content)) {
    return content.reduce<number>((sum, part) => sum + countPart(part, encoding), 0);
  }
  return countPart(content, encoding);
}

/**
 * The tokens of a chat request: messages with what the format adds, tool calls, and tools.
 *
 * Throws `EncodingNotLoaded`, `UnknownEncoding`.
 */
export function countChat(
  messages: readonly ChatMessage[],
  options: CountChatOptions = {},
): number {
  const { tools = [], encoding = DEFAULT_ENCODING } = options;
  const count = (text: string) => countTokens(text, encoding);
  let tokens = PER_REPLY + countTools(tools, count);
  for (const { role, content, name, tool_calls } of messages) {
    tokens += PER_MESSAGE + count(role) + countMessageTokens(content, encoding);
    if (name) tokens += PER_NAME + count(name);
    for (const call of tool_calls ?? []) {
      tokens += count(call.function?.name ?? "") + count(call.function?.arguments ?? "");
    }
  }
  return tokens;
}

const TEXTLESS = /^(input_)?(image|image_url|audio)$/;

function countPart(part: unknown, encoding: EncodingName): number {
  if (typeof part !== "object" || part === null) return countMessageTokens(part, encoding);
  const { type, text, refusal, thinking, filename, content } = part as Record<string, unknown>;
  for (const own of [text, refusal, thinking, filename]) {
    if (typeof own === "string") return countTokens(own, encoding);
  }
  if (content !== undefined) return countMessageTokens(content, encoding);
  if (typeof type === "string" && TEXTLESS.test(type)) return 0;
  return countTokens(JSON.stringify(part) ?? "", encoding);
}
