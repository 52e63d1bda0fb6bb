// Payloads: what an entry says. `contentType` tells them apart.
import type { JsonInput, JsonObject } from "./json.js";

/** Who a message is from. */
export type Role = "system" | "developer" | "user" | "assistant" | "tool";

/** Data of providers, by the provider's name: kept exactly, and given back. */
export type ProviderData = { readonly [provider: string]: JsonInput };

/** Text. */
export interface TextPart {
  readonly type: "text";
  readonly text: string;
  readonly provider?: ProviderData;
}

/** The model's thinking. */
export interface ReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
  /** Signatures and encrypted thinking live here. */
  readonly provider?: ProviderData;
}

/** The model asks for a tool. */
export interface ToolCallPart {
  readonly type: "tool-call";
  /** Ties the result to the call. Not empty. */
  readonly callId: string;
  readonly toolName: string;
  /** The arguments; null where only `rawInput` is known. */
  readonly input: JsonInput;
  /** The exact argument text, where it is not the canonical JSON (RFC 8785) of `input`. */
  readonly rawInput?: string;
  readonly provider?: ProviderData;
}

/** A tool answers. */
export interface ToolResultPart {
  readonly type: "tool-result";
  /** Of the call it answers. */
  readonly callId: string;
  /** The tool, where it is known. */
  readonly toolName?: string;
  readonly output: ToolOutput;
  readonly provider?: ProviderData;
}

/** What a tool gave back. */
export type ToolOutput =
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "json"; readonly value: JsonInput }
  /** The call went wrong, in words. */
  | { readonly type: "error-text"; readonly value: string }
  /** The call went wrong, as JSON. */
  | { readonly type: "error-json"; readonly value: JsonInput }
  /** Parts in the provider's own form. */
  | { readonly type: "content"; readonly value: readonly JsonInput[] }
  /** The call was not allowed. */
  | { readonly type: "execution-denied"; readonly reason?: string };

interface File {
  readonly type: "file";
  /** IANA media type. */
  readonly mediaType: string;
  readonly filename?: string;
  readonly provider?: ProviderData;
}

/** An image, audio, a document: either `data` or `url`. */
export type FilePart = File &
  (
    | { readonly url: string; readonly data?: never }
    /** SHA-256 of an object of the repository, 64 hex digits: `repository.bytes(data)` gives the bytes. */
    | { readonly data: string; readonly url?: never }
  );

/** A file with its bytes. They are stored once, with the entry; its part keeps their hash. */
export interface NewFilePart extends File {
  /** Copied when the entry is written. */
  readonly data: Uint8Array;
  readonly url?: never;
  /**
   * What it costs a model, a whole number. Default: of images by OpenAI's rule for GPT-4o, of others 1000; see
   * `fileTokens` of `varve/formats/files`. Not part of what is stored.
   */
  readonly tokens?: number;
}

/** A tool answers with files among other parts. */
export interface NewToolResultPart extends Omit<ToolResultPart, "output"> {
  readonly output: {
    readonly type: "content";
    readonly value: readonly (JsonInput | NewFilePart)[];
  };
}

/** Anything else. */
export interface CustomPart {
  readonly type: "custom";
  /** What it is, in the application's words. Not empty. */
  readonly kind: string;
  readonly value: JsonInput;
  readonly provider?: ProviderData;
}

/** A part of a message. */
export type Part = TextPart | ReasoningPart | ToolCallPart | ToolResultPart | FilePart | CustomPart;

/** A part as it is taken in: files may come with their bytes. */
export type NewPart = Part | NewFilePart | NewToolResultPart;

/** A chat message with parts. Default priority: normal; of system and developer messages: pinned. */
export interface MessagePayload {
  readonly contentType: "message";
  readonly role: Role;
  /** The speaker's name. */
  readonly name?: string;
  readonly parts: readonly NewPart[];
  readonly provider?: ProviderData;
}

/** What the model shall heed. Default priority: pinned. */
export interface InstructionPayload {
  readonly contentType: "instruction";
  readonly text: string;
  /** Of several instructions with one name the last holds. */
  readonly name?: string;
  /** `slot` (default): where the first of its name stands. `here`: where it was committed. */
  readonly place?: "slot" | "here";
}

/** One utterance of plain text. */
export interface DialoguePayload {
  readonly contentType: "dialogue";
  readonly role: "user" | "assistant" | "system";
  readonly text: string;
  readonly name?: string;
}

/** A tool's call, or its result. */
export type ToolIoPayload = {
  readonly contentType: "tool_io";
  readonly toolName: string;
  readonly direction: "call" | "result";
  /** Of results. Default: success. */
  readonly status?: "success" | "error";
  /** Ties a result to its call. Without one the tool's name does. */
  readonly callId?: string;
} & (
  | { readonly payload: JsonInput; readonly rawPayload?: never }
  /** The exact text, JSON or not. */
  | { readonly rawPayload: string; readonly payload?: never }
);

/** The model's thinking, as an entry of its own. */
export interface ReasoningPayload {
  readonly contentType: "reasoning";
  readonly text: string;
  readonly provider?: ProviderData;
}

/** A piece of work: code, a document. */
export interface ArtifactPayload {
  readonly contentType: "artifact";
  /** "code", "document", … Not empty. */
  readonly artifactType: string;
  readonly content: string;
  readonly language?: string;
}

/** The agent's answer. */
export interface OutputPayload {
  readonly contentType: "output";
  readonly text: string;
  readonly format: "text" | "markdown" | "json";
}

/** Any JSON object. */
export interface FreeformPayload {
  readonly contentType: "freeform";
  readonly payload: { readonly [name: string]: JsonInput | undefined };
}

/** The start, end or hand-over of a session. Default priority: pinned. */
export interface SessionPayload {
  readonly contentType: "session";
  readonly sessionType: "start" | "end" | "handoff";
  readonly summary: string;
  readonly decisions: readonly string[];
  readonly failedApproaches: readonly string[];
  readonly nextSteps: readonly string[];
}

/** Stands for entries that were compacted. */
export interface SummaryPayload {
  readonly contentType: "summary";
  readonly text: string;
  /** How many entries, and when the first and last of them were made (UTC milliseconds). */
  readonly of: { readonly count: number; readonly first: number; readonly last: number };
  readonly facts?: readonly string[];
}

/** The payloads of the built-in content types. */
export type BuiltInPayload =
  | MessagePayload
  | InstructionPayload
  | DialoguePayload
  | ToolIoPayload
  | ReasoningPayload
  | ArtifactPayload
  | OutputPayload
  | FreeformPayload
  | SessionPayload
  | SummaryPayload;

/** The names of the built-in content types. */
export type BuiltInContentType = BuiltInPayload["contentType"];

/** A payload as it is read back: of a built-in type, or of any custom type. */
export type StoredPayload = { readonly contentType: string } & JsonObject;
