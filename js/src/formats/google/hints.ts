// What varve keeps under `provider.google`, so that what came in comes out exactly.
import { type Hints, hintsOf } from "../provider.js";

/** Parts that varve has no word for are kept whole, as custom parts of this kind. */
export const OPAQUE = "google.part";

/** What is remembered of a message, where its parts do not say it. */
export interface MessageHints {
  /** The role, where it is not the usual one; null: there was none. */
  role: string | null;
  /** Of a model's content: it was one of its own, though the one before is the model's too. */
  apart: true;
  /** Of a user's message: it stood in one content with the results before it, at these places. */
  joined: number[];
  /** Of a system instruction: its form, where it is not a text. */
  form: "content" | "part" | "parts";
  /** Other members as they came. */
  fields: Record<string, unknown>;
}

/** What is remembered of a part. */
export interface PartHints {
  /** The signature, and whose it is. */
  signature: string;
  model: string;
  /** Of reasoning: it came as a thought. */
  thought: true;
  /** Of calls and results: the id, where it is not the call's id; null: there was none. */
  id: string | null;
  /** Of calls: there were no arguments. */
  args: "absent";
  /** Of results: the response was all output, or there was none. */
  response: "bare" | "absent";
  /** Of files. */
  type: "inlineData" | "fileData";
  /** Of files: there was no media type. */
  mimeType: "absent";
  /** Of a text of the system instruction: it stood there as a string. */
  bare: true;
  /** Other members of the call, response, data. */
  inner: Record<string, unknown>;
  /** Other members of the part. */
  fields: Record<string, unknown>;
}

type Ours = Hints<MessageHints, PartHints>;
const ours: Ours = /* @__PURE__ */ hintsOf("google");

export const remember: Ours["remember"] = ours.remember;
export const recallMessage: Ours["recallMessage"] = ours.recallMessage;
export const recallPart: Ours["recallPart"] = ours.recallPart;
