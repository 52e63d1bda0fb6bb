// `varve/formats/openai`: messages of OpenAI's Chat Completions, and of everything that speaks it.
export type { ConvertibleMessage } from "./messages.js";
export { fromOpenAI } from "./openai/from.js";
export { type OpenAIRequest, toOpenAI } from "./openai/to.js";
export type { OpenAIContentPart, OpenAIMessage, OpenAIToolCall } from "./openai/types.js";
export type { FormatWarning } from "./warnings.js";
