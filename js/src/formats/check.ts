// `varve/formats/check`: what a provider would refuse of messages in its own format.
import { VarveError } from "../errors.js";
import { checkAISDK } from "./ai-sdk/check.js";
import { checkAnthropic } from "./anthropic/check.js";
import { checkGoogle } from "./google/check.js";
import { checkOpenAIChat } from "./openai/check.js";
import { checkResponses } from "./openai/responses/check.js";
import type { FormatProblem } from "./problems.js";

export type { FormatProblem } from "./problems.js";

/** A format that can be checked. */
export type CheckedFormat = "openai-chat" | "openai-responses" | "ai-sdk" | "anthropic" | "google";

const CHECKS: Readonly<Record<CheckedFormat, (messages: readonly unknown[]) => FormatProblem[]>> = {
  "openai-chat": checkOpenAIChat,
  "openai-responses": checkResponses,
  "ai-sdk": checkAISDK,
  anthropic: (messages) => checkAnthropic({ messages }),
  google: (contents) => checkGoogle({ contents }),
};

/**
 * Everything that a provider would refuse of these messages, items or contents; empty where it takes
 * them. They are in the provider's own format, as the converter to it gives them.
 *
 * @throws `Format` for a format that is not known.
 */
export function check(messages: readonly unknown[], format: CheckedFormat): FormatProblem[] {
  if (!Object.hasOwn(CHECKS, format)) {
    const known = Object.keys(CHECKS).join(", ");
    throw new VarveError("Format", `format must be one of ${known}, found ${String(format)}`, {});
  }
  return CHECKS[format](messages);
}
