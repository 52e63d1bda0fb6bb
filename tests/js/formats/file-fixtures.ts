// Files in each provider's own messages, and how they get in and out.
import type { MessagePayload } from "varve";
import {
  fromModelMessages,
  fromUIMessages,
  toModelMessages,
  toUIMessages,
} from "../../../js/src/formats/ai-sdk.js";
import { fromAnthropic, toAnthropic } from "../../../js/src/formats/anthropic.js";
import { fromGoogle, toGoogle } from "../../../js/src/formats/google.js";
import type { Convertible } from "../../../js/src/formats/messages.js";
import {
  fromOpenAI,
  fromResponses,
  toOpenAI,
  toResponses,
} from "../../../js/src/formats/openai.js";

/** A PNG's header, and some bytes behind it. */
export function png(width: number, height: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(300).map((_, index) => (index * seed * 7919) % 256);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
export const picture = png(1024, 1024);
export const text64 = base64(picture);
export const pdf64 = base64(new TextEncoder().encode(`%PDF-1.7 ${"/Type /Page /x ".repeat(9)}`));
export const wav64 = base64(new Uint8Array(400).fill(7));
export const url = `data:image/png;base64,${text64}`;

export interface Format {
  given: readonly unknown[];
  from(given: readonly unknown[]): MessagePayload[];
  to(compiled: Convertible): unknown;
}

const call = { type: "function_call", call_id: "c1", name: "look", arguments: "{}" };
const use = { type: "tool_use", id: "c1", name: "look", input: {} };

export const formats: Record<string, Format> = {
  "Chat Completions": {
    given: [
      {
        role: "user",
        content: [
          { type: "text", text: "look" },
          { type: "image_url", image_url: { url, detail: "high" } },
          { type: "image_url", image_url: { url: "https://example.org/a.png" } },
          { type: "input_audio", input_audio: { data: wav64, format: "wav" } },
          {
            type: "file",
            file: { file_data: `data:application/pdf;base64,${pdf64}`, filename: "a.pdf" },
          },
        ],
      },
    ],
    from: fromOpenAI,
    to: (compiled) => toOpenAI(compiled).messages,
  },
  Responses: {
    given: [
      {
        role: "user",
        content: [
          { type: "input_image", image_url: url, detail: "auto" },
          {
            type: "input_file",
            file_data: `data:application/pdf;base64,${pdf64}`,
            filename: "b.pdf",
          },
        ],
      },
      call,
      {
        type: "function_call_output",
        call_id: "c1",
        output: [
          { type: "input_text", text: "seen" },
          { type: "input_image", image_url: url },
        ],
      },
      { type: "image_generation_call", id: "ig_1", status: "completed", result: text64 },
      { type: "computer_call", call_id: "c2", id: "cc", action: { type: "screenshot" } },
      {
        type: "computer_call_output",
        call_id: "c2",
        output: { type: "computer_screenshot", image_url: url },
      },
    ],
    from: fromResponses,
    to: (compiled) => toResponses(compiled).input,
  },
  Anthropic: {
    given: [
      {
        role: "user",
        content: [
          { type: "image", source: { type: "base64", media_type: "image/png", data: text64 } },
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: pdf64 },
            title: "a.pdf",
            cache_control: { type: "ephemeral" },
          },
        ],
      },
      { role: "assistant", content: [use] },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "c1",
            content: [
              { type: "image", source: { type: "base64", media_type: "image/png", data: text64 } },
            ],
          },
        ],
      },
    ],
    from: fromAnthropic,
    to: (compiled) => toAnthropic(compiled).messages,
  },
  Google: {
    given: [
      {
        role: "user",
        parts: [
          { inlineData: { mimeType: "image/png", data: text64 } },
          { inlineData: { mimeType: "audio/wav", data: wav64, displayName: "a.wav" } },
          { fileData: { fileUri: "gs://a/b", mimeType: "video/mp4" } },
        ],
      },
      { role: "model", parts: [{ functionCall: { id: "c1", name: "look", args: {} } }] },
      {
        role: "user",
        parts: [
          {
            functionResponse: {
              id: "c1",
              name: "look",
              response: { output: "seen" },
              parts: [{ inlineData: { mimeType: "image/png", data: text64 } }],
            },
          },
        ],
      },
    ],
    from: fromGoogle,
    to: (compiled) => toGoogle(compiled).contents,
  },
  "AI SDK, model messages": {
    given: [
      {
        role: "user",
        content: [
          { type: "image", image: picture },
          { type: "file", data: picture.buffer, mediaType: "image/png", filename: "a.png" },
          { type: "file", data: text64, mediaType: "image/png" },
          { type: "file", data: { type: "data", data: picture }, mediaType: "image/png" },
          { type: "file", data: url, mediaType: "image/png" },
        ],
      },
      {
        role: "assistant",
        content: [{ type: "tool-call", toolCallId: "c1", toolName: "look", input: {} }],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "c1",
            toolName: "look",
            output: {
              type: "content",
              value: [
                { type: "text", text: "seen" },
                { type: "image-data", data: text64, mediaType: "image/png" },
                { type: "media", data: text64, mediaType: "image/png" },
              ],
            },
          },
        ],
      },
    ],
    from: fromModelMessages,
    to: (compiled) => toModelMessages(compiled).messages,
  },
  "AI SDK, UI messages": {
    given: [
      {
        id: "m1",
        role: "user",
        parts: [
          { type: "text", text: "look" },
          { type: "file", mediaType: "image/png", url, filename: "a.png" },
        ],
      },
    ],
    from: fromUIMessages,
    to: (compiled) => toUIMessages(compiled).messages,
  },
};
