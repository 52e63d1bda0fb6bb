// `varve/formats/google`: contents of Google's Gemini.
export { checkGoogle } from "./google/check.js";
export { fromGoogle } from "./google/from.js";
export { toGoogle } from "./google/to.js";
export type {
  FromGoogleOptions,
  GoogleContent,
  GoogleFunctionCall,
  GoogleFunctionResponse,
  GooglePart,
  GoogleRequest,
  ToGoogleOptions,
} from "./google/types.js";
export type { Convertible, ConvertibleMessage } from "./messages.js";
export type { FormatProblem } from "./problems.js";
export type { FormatWarning } from "./warnings.js";
