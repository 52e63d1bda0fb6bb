// Anthropic's Messages, as far as varve reads them. Fields and blocks that are not listed are kept.
import type { StablePrefix } from "../../types/compile.js";
import type { FileOptions } from "../resolve.js";
import type { FormatWarning } from "../warnings.js";

/** Marks the end of a prefix that the provider's cache shall hold. */
export interface AnthropicCacheControl {
  type: "ephemeral";
  /** How long it is held. Default: `5m`. */
  ttl?: "5m" | "1h";
}

interface Cacheable {
  cache_control?: AnthropicCacheControl | null;
}

/** Text. */
export interface AnthropicTextBlock extends Cacheable {
  type: "text";
  text: string;
}

/** An image, by its bytes, its URL or the id of an uploaded file. */
export interface AnthropicImageBlock extends Cacheable {
  type: "image";
  source:
    | {
        type: "base64";
        media_type: "image/jpeg" | "image/png" | "image/gif" | "image/webp";
        data: string;
      }
    | { type: "url"; url: string }
    | { type: "file"; file_id: string };
}

/** A PDF or plain text. */
export interface AnthropicDocumentBlock extends Cacheable {
  type: "document";
  source:
    | { type: "base64"; media_type: "application/pdf"; data: string }
    | { type: "text"; media_type: "text/plain"; data: string }
    | { type: "url"; url: string }
    | { type: "file"; file_id: string };
  title?: string | null;
}

/** The model's thinking, and the signature without which it is refused. */
export interface AnthropicThinkingBlock {
  type: "thinking";
  thinking: string;
  signature: string;
}

/** Thinking that only the model can read. */
export interface AnthropicRedactedThinkingBlock {
  type: "redacted_thinking";
  data: string;
}

/** The model asks for a tool. */
export interface AnthropicToolUseBlock extends Cacheable {
  type: "tool_use";
  id: string;
  name: string;
  input: unknown;
}

/** A tool answers. */
export interface AnthropicToolResultBlock extends Cacheable {
  type: "tool_result";
  tool_use_id: string;
  content?: string | (AnthropicTextBlock | AnthropicImageBlock | AnthropicDocumentBlock)[];
  is_error?: boolean;
}

/** A content block. Blocks of other types are kept. */
export type AnthropicBlock =
  | AnthropicTextBlock
  | AnthropicImageBlock
  | AnthropicDocumentBlock
  | AnthropicThinkingBlock
  | AnthropicRedactedThinkingBlock
  | AnthropicToolUseBlock
  | AnthropicToolResultBlock;

/** A message, as the SDK's `messages` takes them. */
export type AnthropicMessage =
  | { role: "user"; content: string | AnthropicBlock[] }
  | { role: "assistant"; content: string | AnthropicBlock[] }
  | { role: "system"; content: string | AnthropicTextBlock[] };

/** What a call of the SDK spreads, and what could not be said. */
export interface AnthropicRequest {
  /** The system prompt; absent where there is none. */
  system?: string | AnthropicTextBlock[];
  messages: AnthropicMessage[];
  /** Not enumerable: spreading the request leaves them out. */
  readonly warnings: FormatWarning[];
}

/** What `fromAnthropic` takes beside the messages. */
export interface FromAnthropicOptions {
  /** The model that wrote the assistant's messages, where they do not say it themselves. */
  model?: string | undefined;
}

/** Where `toAnthropic` marks ends of prefixes for the provider's cache. */
export interface AnthropicCacheOptions {
  /** Of the compile: its end is where the last request's cache is read. */
  stablePrefix: StablePrefix;
  /** How long the cache is held. Default: `5m`. */
  ttl?: "5m" | "1h" | undefined;
  /** Marks that the request has elsewhere, on tools or at its top level. Default: 0. */
  reserved?: number | undefined;
}

/** What `toAnthropic` takes beside the messages. */
export interface ToAnthropicOptions extends FileOptions {
  /**
   * The model that will answer. Thinking that is known to be of another one is left out. Also says
   * how long a prefix must be to be cached.
   */
  model?: string | undefined;
  /**
   * Where system messages go that stand behind the first message of the conversation: `top`
   * (default): to the end of the system prompt, with a warning; `in-place`: where they stand, as far
   * as the API lets them (models before Claude Opus 4.8 do not).
   */
  system?: "top" | "in-place" | undefined;
  /** Marks the prefix that the provider's cache can serve. */
  cache?: AnthropicCacheOptions | undefined;
}
