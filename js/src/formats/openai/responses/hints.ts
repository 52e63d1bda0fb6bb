// What varve keeps under `provider["openai-responses"]`, so that items come back exactly.
import type { ProviderData } from "../../../types/content.js";
import type { JsonObject } from "../../../types/json.js";
import { recall as recallAs, remember as rememberAs } from "../../provider.js";

const KEY = "openai-responses";

/** What is remembered of a message that is one item, and of a tool's answer. */
export interface MessageHints {
  /** Stood in the input though it is a system message: not to be taken for the instructions. */
  input?: true;
  /** The content was an array of parts. */
  content?: "parts";
  /** Fields of the item as they came. */
  fields?: Record<string, unknown>;
}

/** What is remembered of a part. */
export interface PartHints {
  /** Fields of the assistant's item, call or result that begins with this part. */
  item?: Record<string, unknown>;
  /** Goes on with the item of the part before. */
  same?: true;
  /** The id of the reasoning that this item followed: without it, the API refuses its id. */
  after?: string;
  /** Of an assistant's message: its content was an array of parts. */
  content?: "parts";
  /** Of reasoning: the array that its text stood in; `none`: both were empty. */
  of?: "summary" | "content" | "none";
  /** Of calls and results: the item's type, where it is no function's. Of files: the field of the url. */
  type?: string;
  /** Of results: the field with the call's id, where it is not the usual one. */
  key?: string;
  /** Of results: what the output was, if not a text. */
  output?: "array" | "object" | "null" | "absent";
  /** Other members of the content part. */
  fields?: Record<string, unknown>;
}

type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** The hints that are defined, and `openai`'s own, to be spread into a message or part. */
export function remember(
  hints: Loose<MessageHints> | Loose<PartHints>,
  openai?: JsonObject,
): { provider?: ProviderData } {
  const { provider } = rememberAs(KEY, hints);
  if (openai === undefined) return provider === undefined ? {} : { provider };
  return { provider: { openai, ...provider } };
}

/** The hints of a message or part. */
export function recall<T extends MessageHints | PartHints>(provider: ProviderData | undefined): T {
  return recallAs<T>(KEY, provider) as T;
}

/** The members that are defined. */
export function defined<T extends object>(hints: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const known = Object.entries(hints).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
