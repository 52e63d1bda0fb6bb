// What varve keeps under `provider.anthropic`, so that what came in comes out exactly.
import { type Hints, hintsOf } from "../provider.js";

/** Blocks that varve has no word for are kept whole, as custom parts of this kind. */
export const OPAQUE = "anthropic.block";

/** What is remembered of a message, where its parts do not say it. */
export interface MessageHints {
  /** The content was an array. */
  content: "blocks";
  /** It began a message of its own, though the one before has the same role. */
  apart: true;
  /** Of a system message: it stood among the messages, not apart from them. */
  place: "messages";
  /** Of an answer of the API: its members but role and content. Not sent. */
  response: Record<string, unknown>;
  /** Other members as they came. */
  fields: Record<string, unknown>;
}

/** What is remembered of a part. */
export interface PartHints {
  /** Of reasoning. */
  signature: string;
  /** Of reasoning that is encrypted. */
  redacted: string;
  /** Of reasoning: who thought it. */
  model: string;
  /** Of files: the type of the block and of its source. */
  type: "image" | "document";
  source: "base64" | "url" | "text";
  /** Of files: other members of the source. */
  inner: Record<string, unknown>;
  /** Of results: how their content looked that is not one text. */
  content: "blocks" | "absent";
  /** Of results: what the output does not say. */
  is_error: boolean;
  /** Other members of the block. */
  fields: Record<string, unknown>;
}

type Ours = Hints<MessageHints, PartHints>;
const ours: Ours = /* @__PURE__ */ hintsOf("anthropic");

export const remember: Ours["remember"] = ours.remember;
export const recallMessage: Ours["recallMessage"] = ours.recallMessage;
export const recallPart: Ours["recallPart"] = ours.recallPart;
