// From a compile to the AI SDK's UI messages.
import type { Part, ToolCallPart, ToolResultPart } from "../../types/content.js";
import { givenInput } from "../calls.js";
import { canonicalJson } from "../canonical.js";
import { type Convertible, isFormatPart, type PlainMessage } from "../messages.js";
import { resolve } from "../resolve.js";
import type { FormatWarning, Warn } from "../warnings.js";
import { MODEL } from "./from-model.js";
import { type MessageHints, type PartHints, recall } from "./hints.js";
import { unpack } from "./pack.js";
import type { AISDKUIMessage, AISDKUIPart } from "./types.js";

/** What `useChat` takes as `messages`, and what could not be said. */
export interface UIMessages<MESSAGE = AISDKUIMessage> {
  messages: MESSAGE[];
  warnings: FormatWarning[];
}

/** A UI message, and the message it is made of, counted from 0. */
export interface PlacedUI {
  message: AISDKUIMessage;
  index: number;
}

/**
 * The messages for `useChat`. What `fromUIMessages` read comes back deep-equal. Of other messages all
 * that the assistant and its tools said in a row is one UI message with a step for each; its id is
 * that of its first entry.
 *
 * Name the application's type of messages, with its metadata, data parts and tools:
 * `toUIMessages<UIMessage>(compiled)`.
 */
export function toUIMessages<MESSAGE = AISDKUIMessage>(compiled: Convertible): UIMessages<MESSAGE> {
  const warnings: FormatWarning[] = [];
  const placed = writeUI(resolve(compiled, {}, warnings), warnings);
  return { messages: placed.map(({ message }) => message as MESSAGE), warnings };
}

/** The UI messages, each with its place. */
export function writeUI(source: readonly PlainMessage[], warnings: FormatWarning[]): PlacedUI[] {
  const placed: PlacedUI[] = [];
  let open: ToolParts = new Map();
  let run: AISDKUIMessage | undefined; // what the assistant says that came from elsewhere
  source.forEach((message, index) => {
    const warn: Warn = (kind, text) => warnings.push({ kind, index, message: text });
    const { ui, others } = recall<MessageHints>(message.provider);
    if (message.role === "tool") {
      for (const [, part] of others ?? []) respond(unpack(part) as AISDKUIPart, open, warn);
      answer(message.parts, open, warn);
      return;
    }
    if (message.name !== undefined) {
      warn("dropped-field", `the name ${JSON.stringify(message.name)} has no place in this format`);
    }
    const role = message.role === "developer" ? "system" : message.role;
    if (role !== message.role)
      warn("changed-value", "a developer message is a system message here");
    const steps: AISDKUIPart[] =
      ui === undefined && role === "assistant" ? [{ type: "step-start" }] : [];
    const goesOn = run !== undefined && steps.length > 0;
    if (!goesOn) open = new Map();
    const parts = [...steps, ...writeParts(message, open, warn)];
    if (goesOn) run?.parts.push(...parts);
    else {
      // Only the assistant may say nothing.
      if (ui === undefined && parts.length === 0) parts.push({ type: "text", text: "" });
      const given = unpack(ui ?? {}) as object;
      const written = { id: idOf(message, index), ...given, role, parts };
      if (ui !== undefined && !("id" in given)) delete (written as { id?: string }).id;
      placed.push({ message: written, index });
      run = steps.length > 0 ? written : undefined;
    }
  });
  return placed;
}

/** Tools' parts without a result, by call. */
type ToolParts = Map<string, AISDKUIPart[]>;

function idOf(message: PlainMessage & { entries?: readonly string[] }, index: number): string {
  return message.entries?.[0] ?? `message-${index}`;
}

function writeParts({ parts }: PlainMessage, open: ToolParts, warn: Warn): AISDKUIPart[] {
  const written: AISDKUIPart[] = [];
  const calls = parts.filter((part) => part.type === "tool-call");
  for (const part of parts) {
    if (part.type === "tool-call") {
      const tool = writeCall(part, warn);
      written.push(tool);
      open.set(part.callId, [...(open.get(part.callId) ?? []), tool]);
    } else if (part.type === "custom" && part.kind.startsWith(MODEL)) {
      const given = unpack(recall<PartHints>(part.provider).part) as AISDKUIPart;
      written.push(...writeModelPart(given, open, warn));
    } else if (part.type !== "tool-result") {
      const other = writePart(part, warn);
      if (other !== undefined) written.push(other);
    }
  }
  // Of several calls of one id the first gets the first result.
  const results = parts.filter((part) => part.type === "tool-result");
  if (calls.length > 0 || results.length > 0) answer(results, open, warn);
  return written;
}

function writePart(part: Part, warn: Warn): AISDKUIPart | undefined {
  const hint = recall<PartHints>(part.provider);
  switch (part.type) {
    case "text":
    case "reasoning":
      return { type: part.type, text: part.text, ...metadata(hint) };
    case "file": {
      if (part.url === undefined) break;
      const name = part.filename === undefined ? {} : { filename: part.filename };
      return { type: "file", mediaType: part.mediaType, url: part.url, ...name, ...metadata(hint) };
    }
    case "custom":
      if (hint.part !== undefined) return unpack(hint.part) as AISDKUIPart;
      if (isFormatPart(part)) break;
      warn("rendered-as-text", `a custom part ${JSON.stringify(part.kind)} is shown as JSON text`);
      return { type: "text", text: canonicalJson(part.value) ?? JSON.stringify(part.value) };
  }
  warn("dropped-part", `a ${part.type} part has no form in this format`);
  return undefined;
}

/** Other members; what model messages call options is metadata here. */
function metadata({ fields }: Partial<PartHints>): Record<string, unknown> {
  const { providerOptions, ...rest } = unpack(fields ?? {}) as Record<string, unknown>;
  return providerOptions === undefined ? rest : { ...rest, providerMetadata: providerOptions };
}

function writeCall(part: ToolCallPart, warn: Warn): AISDKUIPart {
  const hint = recall<PartHints>(part.provider);
  const { toolName, callId: toolCallId } = part;
  const head =
    hint.type === "dynamic-tool"
      ? { type: hint.type, toolName, toolCallId }
      : { type: `tool-${toolName}`, toolCallId };
  const input = hint.absent ? {} : { input: unpack(givenInput(part, warn)) };
  if (hint.type !== undefined)
    return { ...head, ...input, ...(unpack(hint.fields ?? {}) as object) };
  const { providerOptions, ...rest } = unpack(hint.fields ?? {}) as Record<string, unknown>;
  const options = providerOptions === undefined ? {} : { callProviderMetadata: providerOptions };
  return { ...head, state: "input-available", ...input, ...rest, ...options };
}

/** A part of a model message that varve has no word for. */
function writeModelPart(part: AISDKUIPart, open: ToolParts, warn: Warn): AISDKUIPart[] {
  const { type, providerOptions, approvalId: id, toolCallId, reason, ...rest } = part;
  if (type === "custom") {
    return [{ type, ...rest, ...(providerOptions ? { providerMetadata: providerOptions } : {}) }];
  }
  const tool = type === "tool-approval-request" ? open.get(String(toolCallId))?.[0] : undefined;
  if (tool === undefined) {
    warn("dropped-part", `a ${type} part has no form in this format`);
    return [];
  }
  tool.state = "approval-requested";
  tool.approval = { id, ...rest, ...(reason === undefined ? {} : { requestReason: reason }) };
  return [];
}

/** Puts the answer to a request for approval into the part of its call. */
function respond(part: AISDKUIPart, open: ToolParts, warn: Warn): void {
  const waits = (tool: AISDKUIPart) =>
    tool.state === "approval-requested" &&
    (tool.approval as { id?: unknown }).id === part.approvalId;
  const tool = [...open.values()].flat().find(waits);
  if (tool === undefined || part.type !== "tool-approval-response") {
    warn("dropped-part", `a ${part.type} part has no form in this format`);
    return;
  }
  const reason = part.reason === undefined ? {} : { reason: part.reason };
  tool.state = "approval-responded";
  tool.approval = { ...(tool.approval as object), approved: part.approved, ...reason };
}

/** Puts results into the parts of their calls. */
function answer(parts: readonly Part[], open: ToolParts, warn: Warn): void {
  for (const part of parts) {
    if (part.type !== "tool-result") {
      warn("dropped-part", `a ${part.type} part of a tool's message has no form in this format`);
      continue;
    }
    const [tool, ...others] = open.get(part.callId) ?? [];
    if (tool === undefined) {
      warn(
        "dropped-part",
        `a result of the call ${JSON.stringify(part.callId)}, which is not there`,
      );
      continue;
    }
    open.set(part.callId, others);
    writeResult(tool, part);
  }
}

function writeResult(tool: AISDKUIPart, { output, provider }: ToolResultPart): void {
  const { absent } = recall<PartHints>(provider);
  const { approved, ...approval } = (tool.approval ?? {}) as Record<string, unknown>;
  // A denial that was not acted upon yet stays one.
  const responded = tool.state === "approval-responded" || tool.state === "output-denied";
  if (output.type === "execution-denied" && (responded || approved === false)) return;
  if (approved !== true) delete tool.approval;
  switch (output.type) {
    case "execution-denied": {
      const reason = output.reason === undefined ? {} : { reason: output.reason };
      const id =
        typeof approval.id === "string" ? approval.id : `${String(tool.toolCallId)}-denied`;
      tool.state = "output-denied";
      tool.approval = { id, approved: false, ...reason };
      return;
    }
    case "error-text":
    case "error-json":
      tool.state = "output-error";
      tool.errorText =
        output.type === "error-text" ? output.value : (canonicalJson(output.value) as string);
      return;
    default:
      tool.state = "output-available";
      if (!absent) tool.output = unpack(output.value);
  }
}
