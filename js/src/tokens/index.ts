// The public face of token counting, the same in `varve` and `varve/tokens`.
export { approximateTokens } from "./approximate.js";
export {
  type ChatMessage,
  type CountChatOptions,
  countChat,
  countMessageTokens,
  type ToolCall,
} from "./chat.js";
export {
  countTokens,
  decode,
  decodeBytes,
  type EncodeOptions,
  encode,
  isWithinTokenLimit,
} from "./count.js";
export { loadEncoding } from "./load.js";
export { encodingForModel } from "./models.js";
export { type EncodingAsset, type EncodingName, encodingNames } from "./names.js";
