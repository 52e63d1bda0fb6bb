// `varve/formats/openai`: OpenAI's Chat Completions, and everything that speaks it, and its Responses
// API.
export type { Convertible, ConvertibleMessage } from "./messages.js";
export { checkOpenAIChat } from "./openai/check.js";
export { fromOpenAI } from "./openai/from.js";
export { checkResponses } from "./openai/responses/check.js";
export { type FromResponsesOptions, fromResponses } from "./openai/responses/from.js";
export { type ResponsesRequest, toResponses } from "./openai/responses/to.js";
export type {
  ResponsesInputPart,
  ResponsesItem,
  ResponsesMessage,
} from "./openai/responses/types.js";
export { type OpenAIRequest, toOpenAI } from "./openai/to.js";
export type { OpenAIContentPart, OpenAIMessage, OpenAIToolCall } from "./openai/types.js";
export type { FormatProblem } from "./problems.js";
export type { FormatWarning } from "./warnings.js";
