// From a compile to the AI SDK's model messages.
import type { FilePart, Part, ToolOutput, ToolResultPart } from "../../types/content.js";
import type { JsonInput } from "../../types/json.js";
import { givenInput } from "../calls.js";
import { canonicalJson } from "../canonical.js";
import { parseDataUrl } from "../data-url.js";
import { recallPart as recallGoogle } from "../google/hints.js";
import { type Convertible, isFormatPart, type PlainMessage, splitSteps } from "../messages.js";
import { partOfOutput } from "../outputs.js";
import { type FileOptions, resolve } from "../resolve.js";
import type { FormatWarning, Warn } from "../warnings.js";
import { withoutTornApprovals } from "./approvals.js";
import { type AISDKMajor, deriveModelMessages } from "./derive.js";
import { MODEL } from "./from-model.js";
import { type Members, type MessageHints, type PartHints, recall } from "./hints.js";
import { withIds } from "./ids.js";
import { unpack, unpackBytes } from "./pack.js";
import { writeUI } from "./to-ui.js";
import type { AISDKModelMessage } from "./types.js";

/** How `toModelMessages` writes. */
export interface ToModelMessagesOptions extends FileOptions {
  /** The major of the package `ai`: they differ in what they make of UI messages. Default: 7. */
  major?: AISDKMajor | undefined;
}

/** What `generateText` and `streamText` take as `messages`, and what could not be said. */
export interface ModelMessages {
  messages: AISDKModelMessage[];
  warnings: FormatWarning[];
}

/** What is being written. */
interface Writing {
  warn: Warn;
  /** Tools, by call. */
  names: Map<string, string>;
  /** Calls that Gemini made without an id. */
  nameless: Set<Members>;
}

/**
 * The messages for `generateText` and `streamText`. What `fromModelMessages` read comes back
 * deep-equal; of what `fromUIMessages` read it makes what the SDK's own `convertToModelMessages`
 * does. System messages stay where they are: the SDK takes them with `allowSystemInMessages`.
 */
export function toModelMessages(
  compiled: Convertible,
  options: ToModelMessagesOptions = {},
): ModelMessages {
  const warnings: FormatWarning[] = [];
  const source = resolve(compiled, options, warnings);
  const names = new Map<string, string>();
  const nameless = new Set<Members>();
  const written: { message: Members; index: number }[] = [];
  const lastUser = source.map(({ role }) => role).lastIndexOf("user");
  for (const { from, to, ui } of stretches(source)) {
    const part = source.slice(from, to);
    if (ui) {
      const found: FormatWarning[] = [];
      const placed = writeUI(part, found);
      warnings.push(...found.map((warning) => ({ ...warning, index: warning.index + from })));
      for (const { message, index } of placed) {
        const superseded = from + index < lastUser;
        const derived = deriveModelMessages(message, superseded, options.major ?? 7);
        written.push(...derived.map((each) => ({ message: each, index: from + index })));
      }
      continue;
    }
    const split = part.some(needsSplit) ? splitSteps(part) : part.map(placedAt);
    for (const { message, index } of split) {
      const warn: Warn = (kind, text) => {
        warnings.push({ kind, index: from + index, message: text });
      };
      written.push({
        message: writeMessage(message, { warn, names, nameless }),
        index: from + index,
      });
    }
  }
  const named = withIds(written, nameless, warnings);
  return { messages: withoutTornApprovals(named, warnings), warnings };
}

const placedAt = (message: PlainMessage, index: number) => ({ message, index });

/** Stretches of UI messages with the results that follow them, and of all others. */
function stretches(source: readonly PlainMessage[]): { from: number; to: number; ui: boolean }[] {
  const found: { from: number; to: number; ui: boolean }[] = [];
  source.forEach((message, index) => {
    const last = found.at(-1);
    const ui = isUI(message) || (message.role === "tool" && last?.ui === true);
    if (last?.ui === ui) last.to = index + 1;
    else found.push({ from: index, to: index + 1, ui });
  });
  return found;
}

/** Whether a message is one of a UI, or has one's parts: entries of one turn make one message. */
function isUI({ parts, provider }: PlainMessage): boolean {
  const own = (part: Part) =>
    part.type === "custom" && part.kind.startsWith("ai-sdk.") && !part.kind.startsWith(MODEL);
  return recall<MessageHints>(provider).ui !== undefined || parts.some(own);
}

/** Whether results stand beside their calls that are not the provider's own. */
function needsSplit({ role, parts }: PlainMessage): boolean {
  return role === "assistant" && parts.some((part) => part.type === "tool-result" && !inline(part));
}

function inline(part: ToolResultPart): boolean {
  return recall<PartHints>(part.provider).inline === true;
}

function writeMessage(message: PlainMessage, writing: Writing): Members {
  const { role, parts, name, provider } = message;
  const { content: form, fields, others } = recall<MessageHints>(provider);
  const more = unpack(fields ?? {}) as Members;
  if (name !== undefined && role !== "tool") {
    const text = `the name ${JSON.stringify(name)} has no place in this format`;
    writing.warn("dropped-field", text);
  }
  if (role === "developer") {
    writing.warn("changed-value", "a developer message is a system message here");
  }
  const content = parts.flatMap((part) => writePart(part, role, writing));
  if (role === "system" || role === "developer") {
    return { role: "system", content: content.map(({ text }) => text).join("\n\n"), ...more };
  }
  if (role === "tool") {
    // In the order of their places: each is given with those before it already there.
    for (const [place, part] of others ?? []) content.splice(place, 0, unpack(part) as Members);
    return { role, content, ...more };
  }
  const [only] = content;
  const plain = content.length === 1 && only?.type === "text" && Object.keys(only).length === 2;
  const text = content.length === 0 ? "" : plain && only.text;
  return { role, content: form !== "parts" && typeof text === "string" ? text : content, ...more };
}

function writePart(part: Part, role: string, writing: Writing): Members[] {
  const hint = recall<PartHints>(part.provider);
  const more = unpack(hint.fields ?? {}) as Members;
  const says = role === "user" || role === "assistant";
  switch (part.type) {
    case "text":
      return [{ type: "text", text: part.text, ...more }];
    case "reasoning":
      if (role === "assistant") return [{ type: "reasoning", text: part.text, ...more }];
      break;
    case "file": {
      const written = says ? writeFile(part, hint) : undefined;
      if (written !== undefined) return [{ ...written, ...more }];
      break;
    }
    case "tool-call": {
      const { callId: toolCallId, toolName } = part;
      writing.names.set(toolCallId, toolName);
      const input = hint.absent ? {} : { input: unpack(givenInput(part, writing.warn)) };
      const call = { type: "tool-call", toolCallId, toolName, ...input, ...more };
      if (recallGoogle(part.provider).id === null) writing.nameless.add(call);
      return [call];
    }
    case "tool-result":
      return [{ ...writeResult(part, hint, writing), ...more }];
    case "custom":
      if (hint.part !== undefined && says) return [unpack(hint.part) as Members];
      if (isFormatPart(part)) break;
      writing.warn(
        "rendered-as-text",
        `a custom part ${JSON.stringify(part.kind)} is sent as JSON text`,
      );
      return [{ type: "text", text: canonicalJson(part.value) ?? JSON.stringify(part.value) }];
  }
  writing.warn("dropped-part", `a ${part.type} part of the ${role} has no form in this format`);
  return [];
}

function writeFile(part: FilePart, hint: Partial<PartHints>): Members | undefined {
  const { url, mediaType, filename } = part;
  if (url === undefined) return undefined;
  const base64 = url.slice(url.indexOf(",") + 1);
  const data = {
    string: () => base64,
    bytes: () => unpackBytes(base64),
    buffer: () => unpackBytes(base64).buffer,
    url: () => new URL(url),
  };
  const bare = hint.data === undefined ? url : data[hint.data]();
  const tag = hint.data === "url" ? { type: "url", url: bare } : { type: "data", data: bare };
  const given = hint.tagged ? tag : bare;
  if (hint.type === "image") return { type: "image", image: given };
  const name = filename === undefined ? {} : { filename };
  return { type: "file", data: given, mediaType, ...name };
}

function writeResult(part: ToolResultPart, hint: Partial<PartHints>, writing: Writing): Members {
  const { callId: toolCallId } = part;
  const toolName = part.toolName ?? writing.names.get(toolCallId) ?? "unknown";
  const written = hint.own ? (unpack(part.output) as Members) : writeOutput(part.output, writing);
  const output = { ...written, ...(unpack(hint.output ?? {}) as Members) };
  return { type: "tool-result", toolCallId, toolName, output };
}

function writeOutput(output: ToolOutput, writing: Writing): Members {
  if (output.type !== "content") return unpack(output) as Members;
  return { type: "content", value: output.value.map((part) => writeElement(part, writing)) };
}

/** A part in another format's words: text, or a file; what is none goes as JSON. */
function writeElement(element: JsonInput, { warn }: Writing): Members {
  const part = partOfOutput(element);
  if (part?.type === "text") return part as unknown as Members;
  const { mediaType = "", base64: data } = (part && parseDataUrl(part.url)) || {};
  if (data !== undefined) {
    return { type: mediaType.startsWith("image/") ? "image-data" : "file-data", data, mediaType };
  }
  warn("rendered-as-text", "a part of a tool's output is sent as JSON text");
  return { type: "text", text: canonicalJson(element) ?? JSON.stringify(element) };
}
