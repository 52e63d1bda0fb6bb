// `varve/formats/check`: what a provider would refuse of messages in its own format.
import { VarveError } from "../errors.js";
import type { Media } from "../types/models.js";
import { checkAISDK } from "./ai-sdk/check.js";
import { checkAnthropic } from "./anthropic/check.js";
import { checkGoogle } from "./google/check.js";
import { checkOpenAIChat } from "./openai/check.js";
import { checkResponses } from "./openai/responses/check.js";
import { collect, type FormatProblem } from "./problems.js";
import { mediumOf } from "./resolve.js";

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

/** What `check` can be told of the model. */
export interface CheckOptions {
  /** What it takes besides text, as `accepts` of `varve/models` says it. Default: nothing is known. */
  accepts?: readonly Media[] | undefined;
}

/**
 * Everything that a provider would refuse of these messages, items or contents; empty where it takes
 * them. They are in the provider's own format, as the converter to it gives them.
 *
 * @throws `Format` for a format that is not known.
 */
export function check(
  messages: readonly unknown[],
  format: CheckedFormat,
  { accepts }: CheckOptions = {},
): FormatProblem[] {
  if (!Object.hasOwn(CHECKS, format)) {
    const known = Object.keys(CHECKS).join(", ");
    throw new VarveError("Format", `format must be one of ${known}, found ${String(format)}`, {});
  }
  const problems = CHECKS[format](messages);
  if (accepts === undefined) return problems;
  const refused = collect({ "unsupported-media": MODELS }, (report) => {
    messages.forEach((message, index) => {
      for (const medium of mediaIn(message)) {
        if (accepts.includes(medium)) continue;
        report("unsupported-media", index, `the model takes no ${medium}, the message holds one`);
      }
    });
  });
  return [...problems, ...refused];
}

/** What says which media a model takes. */
const MODELS = "varve/models";

/** Types of parts that hold one medium. */
const TYPES: readonly (readonly [RegExp, Media])[] = [
  [/^(input_)?image([-_](url|data|file-id))?$/, "image"],
  [/^input_audio$/, "audio"],
];

/** The media that stand anywhere in a message. */
function mediaIn(message: unknown): Set<Media> {
  const found = new Set<Media | undefined>();
  const open: unknown[] = [message];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "string") found.add(mediumOf(/^data:([^;,]+)/i.exec(value)?.[1] ?? ""));
    if (typeof value !== "object" || value === null) continue;
    const { type, mediaType, media_type, mimeType } = value as Record<string, unknown>;
    found.add(TYPES.find(([pattern]) => pattern.test(String(type)))?.[1]);
    for (const each of [mediaType, media_type, mimeType]) found.add(mediumOf(String(each)));
    for (const member of Object.values(value)) open.push(member);
  }
  found.delete(undefined);
  return found as Set<Media>;
}
