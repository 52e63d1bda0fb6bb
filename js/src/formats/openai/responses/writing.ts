// What the writers of the Responses API's items share.
import type { Part } from "../../../types/content.js";
import type { Warn } from "../../warnings.js";
import type { CallKind } from "./calls.js";
import type { PartHints } from "./hints.js";
import type { Written } from "./reasoning.js";

/** What is being written. */
export interface Writing {
  /** The items so far. */
  items: Written[];
  /** The kinds of the calls so far, by id. */
  calls: Map<string, CallKind>;
  /** The message at hand, counted from 0. */
  index: number;
  warn: Warn;
}

/** Adds an item of the message at hand. */
export function push(writing: Writing, item: Record<string, unknown>, hint: PartHints = {}): void {
  const after = hint.after === undefined ? {} : { after: hint.after };
  writing.items.push({ item, index: writing.index, ...after });
}

/** Warns of a part that no item can hold. */
export function warnDropped(part: Part, { warn }: Writing): void {
  warn("dropped-part", `a ${part.type} part has no form in this format`);
}
