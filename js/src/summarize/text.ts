// What tools gave back, and summaries, as the text that a model reads.
import type { SummarizeResult } from "../types/compress.js";
import type { ToolOutput } from "../types/content.js";
import type { JsonInput } from "../types/json.js";

/** The text of a tool's output; JSON where it is JSON. Images and the like become their names. */
export function outputText(output: ToolOutput): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "execution-denied":
      return output.reason ?? "execution denied";
    case "content":
      return output.value.map(itemText).join("\n");
    default:
      return JSON.stringify(output.value);
  }
}

/** An item in a provider's own form: its text, or else its type. */
function itemText(item: JsonInput): string {
  if (typeof item !== "object" || item === null) return String(item);
  const { text, type } = item as { text?: unknown; type?: unknown };
  return typeof text === "string" ? text : `[${String(type ?? "item")}]`;
}

/** Text and facts of a summary, as a compile writes them. */
export function summaryText({ text, facts = [] }: SummarizeResult): string {
  return [text, ...facts.map((fact) => `- ${fact}`)].join("\n");
}
