// What messages say, as one text: what a summary is held against.
import type { Message } from "../types/compile.js";
import type { Part } from "../types/content.js";

/** Everything that messages say, a line for each part. */
export function textOf(messages: readonly Message[]): string {
  return messages.flatMap((message) => message.parts.map(partText)).join("\n");
}

function partText(part: Part): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text;
    case "tool-call":
      // As the model wrote it, and as values: an escaped text may be looked for either way.
      return [part.toolName, part.rawInput ?? "", ...leaves(part.input)].join(" ");
    case "tool-result": {
      const { output } = part;
      return "value" in output ? leaves(output.value).join(" ") : (output.reason ?? "");
    }
    case "file":
      return part.filename ?? "";
    default:
      return leaves(part.value).join(" ");
  }
}

/** The names and values of JSON, and texts as they are: in order, and however deep. */
function leaves(root: unknown): string[] {
  const found: string[] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) for (const item of [...value].reverse()) open.push(item);
    else if (typeof value === "object" && value !== null) {
      for (const [name, member] of Object.entries(value).reverse()) open.push(member, name);
    } else found.push(String(value));
  }
  return found;
}

/** What of `mustKeep` occurs in a text: texts themselves, and all that expressions match. */
export function occurring(mustKeep: readonly (string | RegExp)[], text: string): string[] {
  const found = new Set<string>();
  for (const wanted of mustKeep) {
    if (typeof wanted === "string") {
      if (text.includes(wanted)) found.add(wanted);
      continue;
    }
    // Of its own, so that `lastIndex` is nobody else's.
    const all = new RegExp(wanted.source, `${wanted.flags.replace(/[gy]/g, "")}g`);
    for (const { 0: match } of text.matchAll(all)) if (match !== "") found.add(match);
  }
  return [...found];
}
