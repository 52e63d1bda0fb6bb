// From a compile to items of OpenAI's Responses API.
import type {
  CustomPart,
  Part,
  TextPart,
  ToolCallPart,
  ToolOutput,
  ToolResultPart,
} from "../../../types/content.js";
import { canonicalJson } from "../../canonical.js";
import {
  type Convertible,
  type ConvertibleMessage,
  messagesOf,
  splitSteps,
} from "../../messages.js";
import type { FormatWarning, Warn } from "../../warnings.js";
import { type PartHints as ChatHints, recall as recallChat } from "../hints.js";
import { type CallKind, CUSTOM, FUNCTION, kindOfCall, kindOfResult } from "./calls.js";
import { writeContent, writeOutputParts } from "./content.js";
import { ITEM } from "./from.js";
import { type MessageHints, type PartHints, recall } from "./hints.js";
import { type Written, withoutTornReasoning } from "./reasoning.js";
import type { ResponsesItem } from "./types.js";

/** What `openai.responses.create` takes, and what could not be said. */
export interface ResponsesRequest {
  /** Absent where there are none. */
  instructions?: string;
  input: ResponsesItem[];
  warnings: FormatWarning[];
}

/** What has been written so far. */
interface Writing {
  items: Written[];
  /** The kinds of the calls, by id. */
  calls: Map<string, CallKind>;
  warnings: FormatWarning[];
}

/**
 * The input for `openai.responses.create`. What `fromResponses` read comes back deep-equal. A system
 * message that comes first, and was no item of an input, is the instructions.
 *
 * A reasoning item goes with what it led to: where one of the two is gone, the reasoning is left out,
 * and what followed it loses its id, since the API refuses either without the other.
 */
export function toResponses(compiled: Convertible): ResponsesRequest {
  const writing: Writing = { items: [], calls: new Map(), warnings: [] };
  let instructions: string | undefined;
  for (const { message, index } of splitSteps(messagesOf(compiled))) {
    const warn: Warn = (kind, text) => writing.warnings.push({ kind, index, message: text });
    if (index === 0) instructions = instructionsOf(message);
    if (index === 0 && instructions !== undefined) continue;
    if (message.name !== undefined && message.role !== "tool") {
      warn("dropped-field", `the name ${JSON.stringify(message.name)} has no place in this format`);
    }
    if (message.role === "assistant") writeAssistant(message, index, warn, writing);
    else if (message.role === "tool") writeResults(message.parts, index, warn, writing);
    else writeMessage(message, index, warn, writing);
  }
  const items = withoutTornReasoning(writing.items, writing.warnings);
  return {
    ...(instructions === undefined ? {} : { instructions }),
    input: items as ResponsesItem[],
    warnings: writing.warnings,
  };
}

function instructionsOf({ role, parts, name, provider }: ConvertibleMessage): string | undefined {
  const [only] = parts;
  const plain = role === "system" && name === undefined && parts.length === 1;
  if (!plain || only?.type !== "text" || recall<MessageHints>(provider).input) return undefined;
  return only.text;
}

function writeMessage(
  message: ConvertibleMessage,
  index: number,
  warn: Warn,
  writing: Writing,
): void {
  const { role, parts, provider } = message;
  const hint = recall<MessageHints>(provider);
  const content = parts.flatMap((part) => {
    const written = writeContent(part, role, warn);
    if (written === undefined && part.type !== "tool-result") warnDropped(part, warn);
    return written === undefined ? [] : [written];
  });
  const [only] = content as { text?: string }[];
  const plain = content.length === 1 && Object.keys(only as object).length === 2 && only?.text;
  const text = content.length === 0 ? "" : plain;
  const said = hint.content !== "parts" && typeof text === "string" ? text : content;
  writing.items.push({ item: { role, content: said, ...hint.fields }, index });
  writeResults(
    parts.filter((part) => part.type === "tool-result"),
    index,
    warn,
    writing,
  );
}

function writeAssistant(
  { parts }: ConvertibleMessage,
  index: number,
  warn: Warn,
  writing: Writing,
): void {
  let content: object[] | undefined; // of the message that goes on
  let summary: Record<string, unknown> | undefined; // the reasoning that goes on
  const push = (item: Record<string, unknown>, hint: PartHints) => {
    writing.items.push({ item, index, ...(hint.after === undefined ? {} : { after: hint.after }) });
  };
  for (const part of parts) {
    const hint = recall<PartHints>(part.provider);
    if (part.type === "reasoning") {
      content = undefined;
      if (hint.same && summary !== undefined) addReasoning(summary, part.text, hint);
      else if (hint.item !== undefined) {
        summary = { type: "reasoning", ...hint.item };
        addReasoning(summary, part.text, hint);
        push(summary, hint);
      } else {
        summary = undefined;
        warn("dropped-part", "reasoning that is not of this API has no form in it");
      }
      continue;
    }
    summary = undefined;
    if (part.type === "tool-call") {
      content = undefined;
      push(writeCall(part, hint, writing), hint);
    } else if (part.type === "custom" && part.kind === ITEM) {
      content = undefined;
      push(itemOf(part, hint), hint);
    } else if (part.type !== "tool-result") {
      if (isPlain(part, hint)) {
        content = undefined;
        push({ role: "assistant", content: part.text, ...hint.item }, hint);
        continue;
      }
      const written = writeContent(part, "assistant", warn);
      if (written === undefined) warnDropped(part, warn);
      else if (hint.same && content !== undefined) content.push(written);
      else {
        content = [written];
        const type = hint.item === undefined ? { type: "message" } : {};
        push({ ...type, role: "assistant", content, ...hint.item }, hint);
      }
    }
  }
  writeResults(
    parts.filter((part) => part.type === "tool-result"),
    index,
    warn,
    writing,
  );
}

/** Whether a text is an assistant's message whose content is a string. */
function isPlain(part: Part, hint: PartHints): part is TextPart {
  if (part.type !== "text" || recallChat<ChatHints>(part.provider).refusal !== undefined) {
    return false;
  }
  return hint.content === undefined && hint.same === undefined && hint.type === undefined;
}

function addReasoning(item: Record<string, unknown>, text: string, { of }: PartHints): void {
  if (of === "none" || of === undefined) return;
  const type = of === "summary" ? "summary_text" : "reasoning_text";
  item[of] = [...((item[of] as object[] | undefined) ?? []), { type, text }];
}

function itemOf(part: CustomPart, hint: PartHints): Record<string, unknown> {
  return { ...(hint.item ?? (part.value as Record<string, unknown>)) };
}

function writeCall(part: ToolCallPart, hint: PartHints, writing: Writing): Record<string, unknown> {
  const custom = recallChat<ChatHints>(part.provider).type === "custom";
  const kind = kindOfCall(hint.type) ?? (custom ? CUSTOM : FUNCTION);
  writing.calls.set(part.callId, kind);
  const head = { type: kind.call, [kind.id]: part.callId };
  if (kind.tool !== undefined) return { ...(part.input as object), ...head };
  const text = part.rawInput ?? canonicalJson(part.input) ?? JSON.stringify(part.input);
  return {
    ...head,
    name: part.toolName,
    [kind === CUSTOM ? "input" : "arguments"]: text,
    ...hint.item,
  };
}

function writeResults(parts: readonly Part[], index: number, warn: Warn, writing: Writing): void {
  for (const part of parts) {
    const hint = recall<PartHints>(part.provider);
    if (part.type !== "tool-result") warnDropped(part, warn);
    else {
      const item = writeResult(part, hint, writing.calls.get(part.callId));
      if (item !== undefined) writing.items.push({ item, index });
      else removeCall(part.callId, warn, writing);
    }
  }
}

/** The answer as an item of its call's kind; undefined where that has no words for it. */
function writeResult(
  part: ToolResultPart,
  hint: PartHints,
  call: CallKind | undefined,
): Record<string, unknown> | undefined {
  const read = kindOfResult(hint.type);
  const kind = call ?? read ?? FUNCTION;
  const plain = kind === FUNCTION || kind === CUSTOM;
  if (read === undefined ? plain : read === kind) {
    const head = { type: kind.result, [hint.key ?? kind.of]: part.callId };
    return { ...head, ...outputField(part.output, hint), ...hint.item };
  }
  const head = { type: kind.result, [kind.of]: part.callId };
  if (plain) return { ...head, output: outputOf(part.output) };
  const said = kind.say(String(outputOf(part.output, true)));
  return said && { ...head, ...said };
}

function outputField(output: ToolOutput, hint: PartHints): Record<string, unknown> {
  if (hint.output === "absent") return {};
  if (hint.output === "null") return { output: null };
  if (hint.output === "object" && output.type === "content") return { output: output.value[0] };
  if (hint.output === "array" && output.type === "content") return { output: output.value };
  return { output: outputOf(output) };
}

function outputOf(output: ToolOutput, asText = false): unknown {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
      return canonicalJson(output.value) ?? JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "execution denied";
    case "content": {
      if (output.value.length === 0) return "";
      const parts = asText ? undefined : writeOutputParts(output.value);
      return parts ?? canonicalJson(output.value) ?? JSON.stringify(output.value);
    }
  }
}

/** Takes back a call whose answer cannot be said. */
function removeCall(callId: string, warn: Warn, writing: Writing): void {
  const kind = writing.calls.get(callId) as CallKind;
  const called = writing.items.map(({ item }) => item.type === kind.call && item[kind.id]);
  writing.items.splice(called.lastIndexOf(callId), 1);
  warn("dropped-part", `a ${kind.call} is left out with its answer, which has no form for a text`);
}

function warnDropped(part: Part, warn: Warn): void {
  warn("dropped-part", `a ${part.type} part has no form in this format`);
}
