// Messages of the AI SDK (the package `ai`), majors 6 and 7, as far as varve reads them. Members that
// are not listed are kept.
import type { JsonValue } from "../../types/json.js";

type Options = { [provider: string]: { [name: string]: JsonValue | undefined } };

/** What a tool gave back. */
export type AISDKOutput =
  | { type: "text" | "error-text"; value: string }
  | { type: "json" | "error-json"; value: JsonValue }
  | { type: "execution-denied"; reason?: string }
  | { type: "content"; value: { type: "text"; text: string }[] };

/** A tool's result. */
export interface AISDKToolResult {
  type: "tool-result";
  toolCallId: string;
  toolName: string;
  output: AISDKOutput;
  providerOptions?: Options;
}

/** Text. */
export interface AISDKText {
  type: "text";
  text: string;
  providerOptions?: Options;
}

/** A file; the text is a URL, or base64. */
export interface AISDKFile {
  type: "file";
  data: string | URL | Uint8Array | ArrayBuffer;
  mediaType: string;
  filename?: string;
  providerOptions?: Options;
}

/** What a model message of the assistant holds. */
export type AISDKAssistantPart =
  | AISDKText
  | AISDKFile
  | AISDKToolResult
  | { type: "reasoning"; text: string; providerOptions?: Options }
  | {
      type: "tool-call";
      toolCallId: string;
      toolName: string;
      input: unknown;
      providerExecuted?: boolean;
      providerOptions?: Options;
    }
  | { type: "tool-approval-request"; approvalId: string; toolCallId: string };

/** A message as `generateText` and `streamText` take them. */
export type AISDKModelMessage =
  | { role: "system"; content: string; providerOptions?: Options }
  | { role: "user"; content: string | (AISDKText | AISDKFile)[]; providerOptions?: Options }
  | { role: "assistant"; content: string | AISDKAssistantPart[]; providerOptions?: Options }
  | {
      role: "tool";
      content: (
        | AISDKToolResult
        | { type: "tool-approval-response"; approvalId: string; approved: boolean; reason?: string }
      )[];
      providerOptions?: Options;
    };

/** A part of a UI message; what else it holds depends on its type. */
export interface AISDKUIPart {
  type: string;
  [member: string]: unknown;
}

/** A message as `useChat` keeps them. */
export interface AISDKUIMessage {
  id: string;
  role: "system" | "user" | "assistant";
  metadata?: unknown;
  parts: AISDKUIPart[];
}
