// Reasoning items and what they led to: the API refuses either without the other.
import type { FormatWarning } from "../../warnings.js";
import { kindOfResult } from "./calls.js";

/** An item, the message it came from, and the reasoning it followed when it was read. */
export interface Written {
  item: Record<string, unknown>;
  index: number;
  after?: string;
}

/** Whether an item is the model's own: what can follow its reasoning. */
export function isOutput(item: Record<string, unknown> | undefined): boolean {
  if (item === undefined || kindOfResult(item.type) !== undefined) return false;
  return item.role === undefined || item.role === "assistant";
}

/** The items without reasoning that led to nothing, and without ids that need a missing reasoning. */
export function withoutTornReasoning(
  written: readonly Written[],
  warnings: FormatWarning[],
): object[] {
  const kept: Written[] = [];
  // From the end: reasoning may follow reasoning.
  for (const each of [...written].reverse()) {
    if (each.item.type === "reasoning" && !isOutput(kept.at(-1)?.item)) {
      const message = "reasoning is left out, since what followed it is not there";
      warnings.push({ kind: "dropped-part", index: each.index, message });
    } else kept.push(each);
  }
  const present = new Set<unknown>();
  return kept.reverse().map(({ item, after, index }) => {
    if (!isOutput(item)) present.clear();
    if (item.type === "reasoning") present.add(item.id);
    if (after === undefined || present.has(after) || item.id === undefined) return item;
    if (item.type === "item_reference" || item.type === "mcp_approval_request") return item;
    const { id, ...rest } = item;
    const message = `the id ${String(id)} is left out, since its reasoning is not there`;
    warnings.push({ kind: "dropped-id", index, message });
    return rest;
  });
}
