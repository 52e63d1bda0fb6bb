// Conversations to measure on: JSON and JSONL files of a folder, in OpenAI's chat format.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromOpenAI } from "varve/formats/openai";

/** All conversations of a folder: `{ name, messages }`, the messages as a compile gives them, without system ones. */
export function conversations(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => /\.jsonl?$/.test(file));
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const lines = file.endsWith("l") ? text.split("\n").filter((line) => line.trim()) : [text];
    const found = lines.flatMap((line) => listed(JSON.parse(line)));
    return found.map((messages, number) => ({
      name: `${file}:${number}`,
      messages: read(messages),
    }));
  });
}

/** What a file or line holds: one conversation, or several. */
function listed(value) {
  if (Array.isArray(value)) return value[0]?.role ? [value] : value.flatMap(listed);
  const messages = value.messages ?? value.traj ?? value.conversation;
  return Array.isArray(messages) ? [messages] : [];
}

/** System messages are pinned: no method may touch them. */
function read(messages) {
  return fromOpenAI(messages)
    .filter(({ role }) => role !== "system" && role !== "developer")
    .map(({ role, name, parts }) => ({ role, name, parts, entries: [], commits: [] }));
}

/** What a model reads of a part. */
export function partText(part) {
  if (part.type === "text" || part.type === "reasoning") return part.text;
  if (part.type === "tool-call") {
    return `${part.toolName} ${part.rawInput ?? JSON.stringify(part.input)}`;
  }
  if (part.type !== "tool-result") return "";
  const { value } = part.output;
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

/** What a part says: of JSON the values. Its names are the tools', which are defined elsewhere. */
export function saidText(part) {
  const text = partText(part);
  if (part.type === "tool-call") return valuesOf(part.input);
  if (part.type !== "tool-result") return text;
  try {
    return valuesOf(JSON.parse(text));
  } catch {
    return text;
  }
}

function valuesOf(value) {
  if (typeof value !== "object" || value === null) return `${value}`;
  return Object.values(value).map(valuesOf).join(" , ");
}

/** What a model reads of a message. */
export const messageText = ({ role, parts }) => `${role}: ${parts.map(partText).join("\n")}`;

/** What a model reads of several. */
export const textOf = (messages) => messages.map(messageText).join("\n");
