// From a compile to OpenAI's Chat Completions messages.
import type { Part, ToolCallPart, ToolOutput } from "../../types/content.js";
import type { JsonInput } from "../../types/json.js";
import { argumentsText, inputText } from "../calls.js";
import { type Convertible, type PlainMessage, splitSteps } from "../messages.js";
import { outputText, partOfOutput } from "../outputs.js";
import { type FileOptions, resolve } from "../resolve.js";
import type { FormatWarning, Warn } from "../warnings.js";
import { writeContentPart } from "./content.js";
import { type MessageHints, type PartHints, recall } from "./hints.js";
import type { OpenAIMessage } from "./types.js";

/** What a call of the SDK spreads, and what could not be said. */
export interface OpenAIRequest {
  messages: OpenAIMessage[];
  warnings: FormatWarning[];
}

/**
 * The messages for `openai.chat.completions.create`. What `fromOpenAI` read comes back deep-equal.
 * A message with several tool results becomes one message a result.
 */
export function toOpenAI(compiled: Convertible, options: FileOptions = {}): OpenAIRequest {
  const warnings: FormatWarning[] = [];
  const messages = splitSteps(resolve(compiled, options, warnings)).flatMap(
    ({ message, index }) => {
      const warn: Warn = (kind, text) => warnings.push({ kind, index, message: text });
      return message.role === "tool" ? writeResults(message, warn) : writeMessage(message, warn);
    },
  );
  return { messages: messages as OpenAIMessage[], warnings };
}

function writeMessage(message: PlainMessage, warn: Warn): object[] {
  const hint = recall<MessageHints>(message.provider);
  const content: object[] = [];
  const calls: object[] = [];
  const extra: Record<string, unknown> = {};
  const results: Part[] = [];
  for (const part of message.parts) {
    const own = recall<PartHints>(part.provider);
    if (part.type === "tool-result") results.push(part);
    else if (part.type === "tool-call" && own.type === "function_call") {
      extra.function_call = {
        name: part.toolName,
        arguments: argumentsText(part, warn),
        ...own.inner,
      };
    } else if (part.type === "tool-call") calls.push(writeCall(part, own, warn));
    else if (part.type === "reasoning" && typeof own.field === "string")
      extra[own.field] = part.text;
    else if (part.type === "text" && own.refusal === "field") extra.refusal = part.text;
    else {
      const written = writeContentPart(part, message.role, (text) =>
        warn("rendered-as-text", text),
      );
      if (written === undefined)
        warn("dropped-part", `a ${part.type} part has no form in this format`);
      else content.push(written);
      if (written !== undefined && calls.length > 0) {
        warn("changed-order", `a ${part.type} part behind a tool call is sent before it`);
      }
    }
  }
  const written = {
    role: message.role,
    ...contentOf(content, hint.content, calls.length > 0 || "function_call" in extra),
    ...(message.name === undefined ? {} : { name: message.name }),
    ...extra,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...hint.fields,
  };
  return results.length === 0
    ? [written]
    : [written, ...writeResults({ role: "tool", parts: results }, warn)];
}

function contentOf(
  content: object[],
  hint: MessageHints["content"],
  calls: boolean,
): { content?: unknown } {
  if (content.length === 0) {
    if (hint === "absent" || (hint === "absent-beside-calls" && calls)) return {};
    if (hint === "parts") return { content: [] };
    return { content: hint === "null" || calls ? null : "" };
  }
  const [only] = content as { type?: string; text?: string }[];
  const plain = content.length === 1 && only?.type === "text" && Object.keys(only).length === 2;
  return { content: plain && hint !== "parts" ? only.text : content };
}

function writeCall(part: ToolCallPart, hint: PartHints, warn: Warn): object {
  const { callId: id, toolName: name } = part;
  if (hint.type === "custom") {
    return {
      id,
      type: "custom",
      custom: { name, input: inputText(part), ...hint.inner },
      ...hint.fields,
    };
  }
  const type = hint.type === null ? {} : { type: "function" };
  return {
    id,
    ...type,
    function: { name, arguments: argumentsText(part, warn), ...hint.inner },
    ...hint.fields,
  };
}

function writeResults(message: PlainMessage, warn: Warn): object[] {
  const hint = recall<MessageHints>(message.provider);
  return message.parts.flatMap((part): object[] => {
    if (part.type !== "tool-result") {
      warn("dropped-part", `a ${part.type} part of a tool's message has no form in this format`);
      return [];
    }
    const said =
      hint.content === "absent" ? {} : { content: outputOf(part.output, hint.content, warn) };
    if (hint.role === "function") {
      return [{ role: "function", name: part.toolName, ...said, ...hint.fields }];
    }
    const name = message.name === undefined ? {} : { name: message.name };
    return [{ role: "tool", tool_call_id: part.callId, ...name, ...said, ...hint.fields }];
  });
}

function outputOf(output: ToolOutput, hint: MessageHints["content"], warn: Warn): unknown {
  if (hint === "null" && output.type === "text" && output.value === "") return null;
  if (output.type !== "content") return outputText(output);
  if (hint === "parts") return output.value;
  if (output.value.length === 0) return "";
  const texts = output.value.map((element) => textIn(element, warn));
  if (texts.every((text) => text !== undefined)) {
    return texts.map((text) => ({ type: "text", text }));
  }
  warn("rendered-as-text", "a tool's output with more than texts is sent as JSON text");
  return outputText(output);
}

/** A part of an output as text; of a file a mark. Undefined where it is something else. */
function textIn(element: JsonInput, warn: Warn): string | undefined {
  const part = partOfOutput(element);
  if (part?.type !== "file") return part?.text;
  warn("dropped-part", `a tool's file of ${part.mediaType} has no form in this format`);
  return `[a file of ${part.mediaType}: not shown, as tools give text here]`;
}
