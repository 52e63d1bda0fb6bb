// What varve keeps under `provider.openai`, so that what came in comes out exactly.
import type { ProviderData } from "../../types/content.js";
import { recall as recallAs, remember as rememberAs } from "../provider.js";

/** What is remembered of a message, where its parts do not say it. */
export interface MessageHints {
  /** The legacy role of a tool's answer. */
  role?: "function";
  /** How a content looked that is not one text: `parts` an array, else what stood for none. */
  content?: "parts" | "null" | "absent" | "absent-beside-calls";
  /** Fields as they came. */
  fields?: Record<string, unknown>;
}

/** What is remembered of a part. */
export interface PartHints {
  /** Of a text: where the refusal stood. */
  refusal?: "part" | "field";
  /** Of reasoning: the message's field it stood in. */
  field?: string;
  /** Of calls and files: the type, where it is not the usual one; null: there was none. */
  type?: string | null;
  /** Of audio. */
  format?: string;
  /** Other members of the part or call. */
  fields?: Record<string, unknown>;
  /** Other members of its `function`, `custom`, `image_url`, `input_audio` or `file`. */
  inner?: Record<string, unknown>;
}

/** The same fields, each of them possibly undefined. */
type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** The hints that are defined, to be spread into a message or part. */
export function remember(hints: Loose<MessageHints> | Loose<PartHints>): {
  provider?: ProviderData;
} {
  return rememberAs("openai", hints);
}

/** The hints of a message or part. */
export function recall<T extends MessageHints | PartHints>(provider: ProviderData | undefined): T {
  return recallAs<T>("openai", provider) as T;
}
