// What varve keeps under `provider["ai-sdk"]`, so that messages come back exactly.
import type { ProviderData } from "../../types/content.js";
import type { JsonInput } from "../../types/json.js";
import { recall as recallAs, remember as rememberAs } from "../provider.js";

/** An object's members, as they came. */
export type Members = Record<string, unknown>;

/** What is remembered of a message. */
export interface MessageHints {
  /** Of UI messages: their members but for role and parts. Marks a message as one of these. */
  ui?: Members;
  /** Of model messages: the content was an array. */
  content?: "parts";
  /** Of model messages: other members. */
  fields?: Members;
  /** Of a tool's model message: its parts that are no results, each with its place. */
  others?: [place: number, part: JsonInput][];
}

/** What is remembered of a part. */
export interface PartHints {
  /** Other members of the part. */
  fields?: Members;
  /** The whole part, where varve has no word for it. */
  part?: JsonInput;
  /** Of a UI's tool parts and of images: the type. */
  type?: string;
  /** Of calls: there was no input. Of a UI's results: there was no output. */
  absent?: true;
  /** Of model files: how the data was given; `string` is what a text was that is no URL. */
  data?: "string" | "bytes" | "buffer" | "url";
  /** Of model files: the data was an object with its type. */
  tagged?: true;
  /** Of model results: they stood in the assistant's message. */
  inline?: true;
  /** Of model results: the output's other members, and its parts, where they hold what JSON cannot. */
  output?: Members;
  /** Of model results: the parts of the output are in the SDK's own words. */
  own?: true;
}

/** The hints that are defined, to be spread into a message or part. */
export function remember(
  hints: {
    [K in keyof (MessageHints & PartHints)]?: (MessageHints & PartHints)[K] | undefined;
  },
): { provider?: ProviderData } {
  return rememberAs("ai-sdk", hints);
}

/** The hints of a message or part. */
export function recall<T extends MessageHints | PartHints>(
  provider: ProviderData | undefined,
): Partial<T> {
  return recallAs<T>("ai-sdk", provider);
}
