// From a compile to items of OpenAI's Responses API.
import { type Convertible, type PlainMessage, splitSteps } from "../../messages.js";
import { type FileOptions, resolve } from "../../resolve.js";
import type { FormatWarning, Warn } from "../../warnings.js";
import { writeContent } from "./content.js";
import { type MessageHints, recall } from "./hints.js";
import { withoutTornReasoning } from "./reasoning.js";
import { writeAssistant } from "./to-assistant.js";
import { writeResults } from "./to-results.js";
import type { ResponsesItem } from "./types.js";
import { push, type Writing, warnDropped } from "./writing.js";

/** What `openai.responses.create` takes, and what could not be said. */
export interface ResponsesRequest {
  /** Absent where there are none. */
  instructions?: string;
  input: ResponsesItem[];
  warnings: FormatWarning[];
}

/**
 * The input for `openai.responses.create`. What `fromResponses` read comes back deep-equal. A system
 * message that comes first, and was no item of an input, is the instructions.
 *
 * A reasoning item goes with what it led to: where one of the two is gone, the reasoning is left out,
 * and what followed it loses its id, since the API refuses either without the other.
 */
export function toResponses(compiled: Convertible, options: FileOptions = {}): ResponsesRequest {
  const warnings: FormatWarning[] = [];
  const warn: Warn = (kind, message) => warnings.push({ kind, index: writing.index, message });
  const writing: Writing = { items: [], calls: new Map(), index: 0, warn };
  let instructions: string | undefined;
  for (const { message, index } of splitSteps(resolve(compiled, options, warnings))) {
    writing.index = index;
    if (index === 0) instructions = instructionsOf(message);
    if (index === 0 && instructions !== undefined) continue;
    if (message.name !== undefined && message.role !== "tool") {
      warn("dropped-field", `the name ${JSON.stringify(message.name)} has no place in this format`);
    }
    if (message.role === "assistant") writeAssistant(message.parts, writing);
    else if (message.role === "tool") writeResults(message.parts, writing);
    else writeMessage(message, writing);
  }
  const input = withoutTornReasoning(writing.items, warnings) as ResponsesItem[];
  return { ...(instructions === undefined ? {} : { instructions }), input, warnings };
}

function instructionsOf({ role, parts, name, provider }: PlainMessage): string | undefined {
  const [only] = parts;
  const plain = role === "system" && name === undefined && parts.length === 1;
  if (!plain || only?.type !== "text" || recall<MessageHints>(provider).input) return undefined;
  return only.text;
}

function writeMessage({ role, parts, provider }: PlainMessage, writing: Writing): void {
  const hint = recall<MessageHints>(provider);
  const content = parts.flatMap((part) => {
    const written = writeContent(part, role, writing.warn);
    if (written === undefined && part.type !== "tool-result") warnDropped(part, writing);
    return written === undefined ? [] : [written];
  });
  const [only] = content as { text?: string }[];
  const plain = content.length === 1 && Object.keys(only as object).length === 2 && only?.text;
  const text = content.length === 0 ? "" : plain;
  const said = hint.content !== "parts" && typeof text === "string" ? text : content;
  push(writing, { role, content: said, ...hint.fields });
  writeResults(
    parts.filter((part) => part.type === "tool-result"),
    writing,
  );
}
