// `varve/formats/anthropic`: Anthropic's Messages.
export { checkAnthropic } from "./anthropic/check.js";
export { fromAnthropic } from "./anthropic/from.js";
export { toAnthropic } from "./anthropic/to.js";
export type {
  AnthropicBlock,
  AnthropicCacheControl,
  AnthropicCacheOptions,
  AnthropicDocumentBlock,
  AnthropicImageBlock,
  AnthropicMessage,
  AnthropicRedactedThinkingBlock,
  AnthropicRequest,
  AnthropicTextBlock,
  AnthropicThinkingBlock,
  AnthropicToolResultBlock,
  AnthropicToolUseBlock,
  FromAnthropicOptions,
  ToAnthropicOptions,
} from "./anthropic/types.js";
export type { Convertible, ConvertibleMessage } from "./messages.js";
export type { FormatProblem } from "./problems.js";
export type { FormatWarning } from "./warnings.js";
