// Brings messages into the order that Anthropic and Google demand: every call has exactly one result,
// and the results of a message stand right behind it.
import type { Part, ProviderData, ToolCallPart, ToolResultPart } from "../types/content.js";
import { canonicalJson } from "./canonical.js";
import { type PlainMessage, splitSteps } from "./messages.js";
import type { FormatWarning } from "./warnings.js";

/** What a call that was never answered gets, as in a compile. */
const INTERRUPTED =
  "interrupted: no result was recorded; the call may or may not have taken effect";

/** A call, and what it is called in the request. */
export interface Call {
  readonly part: ToolCallPart;
  /** The id and name in the request; whoever writes the call sets them. */
  id: string;
  name: string;
  answer?: Answer;
}

/** A result, where it was found, and the call it belongs to. */
export interface Answer {
  readonly part: ToolResultPart;
  readonly index: number;
  readonly call: Call;
}

/** The results of an assistant's message, as many as it has calls. */
export interface Results {
  readonly kind: "results";
  /** Of the assistant's message. */
  readonly index: number;
  readonly calls: readonly Call[];
  /** In the order they came. */
  readonly answers: Answer[];
  /** Of the tool's message that holds the first of them. */
  provider?: ProviderData | undefined;
}

/** A message without results, or the results of the message before it. */
export type Arranged =
  | {
      readonly kind: "message";
      readonly message: PlainMessage;
      readonly index: number;
      /** Of an assistant's message: its calls, in the order of its parts. */
      readonly calls: readonly Call[];
    }
  | Results;

/** Takes a warning about the message of this index. */
export type WarnAt = (kind: FormatWarning["kind"], index: number, message: string) => void;

/**
 * The messages, each assistant's message with calls followed by all of their results: a result belongs
 * to the nearest earlier call of its id that has none yet. A call without one gets an error, a result
 * without a call becomes a text of the user; both with a warning. The roles that are left are system,
 * developer, user and assistant.
 */
export function arrange(messages: readonly PlainMessage[], warn: WarnAt): Arranged[] {
  const arranged: Arranged[] = [];
  const groups: Results[] = [];
  for (const { message, index } of splitSteps(messages)) {
    if (message.role === "assistant") {
      const calls = callsOf(message.parts);
      arranged.push({ kind: "message", message, index, calls });
      if (calls.length === 0) continue;
      const results: Results = { kind: "results", index, calls, answers: [] };
      groups.push(results);
      arranged.push(results);
      continue;
    }
    const rest = message.parts.filter((part) => {
      if (part.type !== "tool-result") return true;
      const group = takeAnswer(groups, part, index, message.provider);
      if (group !== undefined && group !== arranged.at(-1)) {
        warn("changed-order", index, `the result of call ${part.callId} is sent right behind it`);
      }
      return group === undefined;
    });
    if (rest.length === 0 && message.parts.length > 0) continue;
    const role = message.role === "tool" ? "user" : message.role;
    const parts = rest.map((part) => asText(part, index, warn));
    arranged.push({ kind: "message", message: { ...message, role, parts }, index, calls: [] });
  }
  for (const group of groups) answerAll(group, warn);
  return arranged;
}

function callsOf(parts: readonly Part[]): Call[] {
  return parts.flatMap((part) =>
    part.type === "tool-call" ? [{ part, id: part.callId, name: part.toolName }] : [],
  );
}

function takeAnswer(
  groups: readonly Results[],
  part: ToolResultPart,
  index: number,
  provider: ProviderData | undefined,
): Results | undefined {
  for (let position = groups.length - 1; position >= 0; position--) {
    const group = groups[position] as Results;
    const call = group.calls.find((each) => each.part.callId === part.callId && !each.answer);
    if (call === undefined) continue;
    if (group.answers.length === 0) group.provider = provider;
    call.answer = { part, index, call };
    group.answers.push(call.answer);
    return group;
  }
  return undefined;
}

function answerAll({ calls, answers, index }: Results, warn: WarnAt): void {
  for (const call of calls) {
    if (call.answer) continue;
    const { callId, toolName } = call.part;
    const output = { type: "error-text", value: INTERRUPTED } as const;
    call.answer = { part: { type: "tool-result", callId, toolName, output }, index, call };
    answers.push(call.answer);
    warn(
      "added-result",
      index,
      `call ${callId} was never answered, an error stands for its result`,
    );
  }
}

function asText(part: Part, index: number, warn: WarnAt): Part {
  if (part.type !== "tool-result") return part;
  const { callId, toolName = callId, output } = part;
  warn("rendered-as-text", index, `a result without a call (${callId}) is sent as text`);
  const value = "value" in output ? output.value : (output.reason ?? "execution denied");
  const said = typeof value === "string" ? value : jsonText(value);
  return { type: "text", text: `Result of ${toolName}: ${said}` };
}

/** A value as canonical JSON, or as JSON where it has no canonical form. */
export function jsonText(value: unknown): string {
  return canonicalJson(value) ?? JSON.stringify(value) ?? "null";
}
