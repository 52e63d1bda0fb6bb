// What every converter takes, and the one thing that all but the AI SDK's need done to it first.
import type { Message } from "../types/compile.js";
import type { CustomPart, MessagePayload, Part, ToolResultPart } from "../types/content.js";

/** What converters need of a message: compiled ones, and `message` payloads. */
export type ConvertibleMessage = Pick<MessagePayload, "role" | "parts"> &
  Partial<Pick<Message, "name" | "provider">>;

/**
 * A compile, or messages. Where messages name files by their hashes, `files` has the bytes: a compile's own, or those
 * that `repository.files(messages)` gives.
 */
export type Convertible =
  | readonly ConvertibleMessage[]
  | {
      readonly messages: readonly ConvertibleMessage[];
      readonly files?: ReadonlyMap<string, Uint8Array> | undefined;
    };

/** A message with all its files as they came in: see resolve.ts. */
export type PlainMessage = Pick<Message, "role" | "parts"> &
  Partial<Pick<Message, "name" | "provider">>;

/** A message, and where it stands in what was given, counted from 0. */
export interface Placed {
  readonly message: PlainMessage;
  readonly index: number;
}

/** The kinds of custom parts that the converters make: only their own format understands them. */
const OWN_KINDS = /^(openai|openai-responses|anthropic|google|ai-sdk)\./;

/** Whether a custom part is a converter's, and none of the application's. */
export function isFormatPart(part: CustomPart): boolean {
  return OWN_KINDS.test(part.kind);
}

/** Parts of the AI SDK's UI messages that say how a message is divided, and hold nothing else. */
export const STEP_START = "ai-sdk.step-start";

/**
 * Messages as chat formats want them: an assistant's message that holds results beside its calls, as
 * a UI keeps them, becomes one message for each step with its results behind it. All others are the
 * same objects.
 */
export function splitSteps(messages: readonly PlainMessage[]): Placed[] {
  const placed: Placed[] = [];
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index] as PlainMessage;
    if (message.role !== "assistant" || !message.parts.some(divides)) {
      placed.push({ message, index });
      continue;
    }
    const steps = stepsOf(message.parts);
    // Results that the compile put behind the whole message belong behind the step of their call.
    while (messages[index + 1]?.role === "tool") {
      const results = messages[index + 1] as PlainMessage;
      const rest = results.parts.filter((part) => !takeResult(steps, part));
      if (rest.length === results.parts.length) break;
      if (rest.length > 0) steps.at(-1)?.results.push(...rest);
      index++;
    }
    steps.forEach(({ said, results }, step) => {
      const whole = step === 0 ? message : { role: message.role };
      if (said.length > 0) placed.push({ message: { ...whole, parts: said }, index });
      if (results.length > 0) placed.push({ message: { role: "tool", parts: results }, index });
    });
  }
  return placed;
}

interface Step {
  said: Part[];
  results: Part[];
}

function divides(part: Part): boolean {
  return part.type === "tool-result" || isStepStart(part);
}

function isStepStart(part: Part): boolean {
  return part.type === "custom" && part.kind === STEP_START;
}

function stepsOf(parts: readonly Part[]): Step[] {
  let step: Step = { said: [], results: [] };
  const steps = [step];
  const early: Part[] = []; // results in front of their calls
  for (const part of parts) {
    const speaks = part.type === "text" || part.type === "reasoning" || part.type === "file";
    if (isStepStart(part) || (speaks && step.results.length > 0)) {
      step = { said: [], results: [] };
      steps.push(step);
    }
    if (part.type === "tool-result") {
      if (!takeResult(steps, part)) early.push(part);
    } else if (!isStepStart(part)) step.said.push(part);
  }
  for (const part of early) if (!takeResult(steps, part)) step.results.push(part);
  return steps;
}

/** Puts a result behind the step with its call, if a step has that call without an answer. */
function takeResult(steps: readonly Step[], part: Part): part is ToolResultPart {
  if (part.type !== "tool-result") return false;
  const step = steps.find(({ said, results }) => {
    const ofCall = (each: Part) => "callId" in each && each.callId === part.callId;
    return said.filter(ofCall).length > results.filter(ofCall).length;
  });
  step?.results.push(part);
  return step !== undefined;
}
