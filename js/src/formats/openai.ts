// `varve/formats/openai`: messages of OpenAI's Chat Completions, and of everything that speaks it.
export { fromOpenAI } from "./openai/from.js";
export { type ConvertibleMessage, type OpenAIRequest, toOpenAI } from "./openai/to.js";
export type {
  FormatWarning,
  OpenAIContentPart,
  OpenAIMessage,
  OpenAIToolCall,
} from "./openai/types.js";
