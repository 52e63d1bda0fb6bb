// `varve/formats/ai-sdk`: model messages and UI messages of the AI SDK (the package `ai`), majors 6
// and 7.
export { checkAISDK } from "./ai-sdk/check.js";
export type { AISDKMajor } from "./ai-sdk/derive.js";
export { fromModelMessages } from "./ai-sdk/from-model.js";
export { fromUIMessages } from "./ai-sdk/from-ui.js";
export {
  type ModelMessages,
  type ToModelMessagesOptions,
  toModelMessages,
} from "./ai-sdk/to-model.js";
export { toUIMessages, type UIMessages } from "./ai-sdk/to-ui.js";
export type {
  AISDKAssistantPart,
  AISDKFile,
  AISDKModelMessage,
  AISDKOutput,
  AISDKText,
  AISDKToolResult,
  AISDKUIMessage,
  AISDKUIPart,
} from "./ai-sdk/types.js";
export type { Convertible, ConvertibleMessage } from "./messages.js";
export type { FormatProblem } from "./problems.js";
export type { FormatWarning } from "./warnings.js";
