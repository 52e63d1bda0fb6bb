// Bytes that came as base64 inside of messages, taken out of them: they are stored once, as objects. The way back
// is resolve.ts. Only texts that their bytes give again exactly are taken; all others stay as they are.
import type { FilePart, MessagePayload, NewPart, Part } from "../types/content.js";
import { fromBase64 } from "./bytes.js";
import { isObject } from "./calls.js";
import { parseDataUrl } from "./data-url.js";
import { fileTokens } from "./file-tokens.js";
import { isFormatPart } from "./messages.js";

/** Shorter texts stay: their hash would take as much room. What is as long as a hash must not look like one. */
const SHORTEST = 64;

/** Stands within JSON for a text that was base64 (`base64`), or a data URL (`url`). */
export interface Leaf {
  readonly type: "file";
  readonly mediaType: string;
  readonly data: Uint8Array | string;
  readonly form: "base64" | "url";
}

/** The rule for a part's image: OpenAI's detail, where it has one. */
const detailOf = ({ provider }: FilePart) => {
  const { openai } = (provider ?? {}) as { openai?: { inner?: { detail?: unknown } } };
  return openai?.inner?.detail;
};

/** The payloads with bytes in place of base64; `model` says by whose rule they are counted. */
export function lift(payloads: MessagePayload[], model?: string): MessagePayload[] {
  const tokens = (bytes: Uint8Array, detail?: unknown) => fileTokens(bytes, { model, detail });
  return payloads.map((payload) => {
    const parts = mapped(payload.parts as readonly Part[], (part) => liftPart(part, tokens));
    const provider = payload.provider && liftValue(payload.provider, tokens);
    if (parts === payload.parts && provider === payload.provider) return payload;
    return { ...payload, parts, ...(provider && { provider }) } as MessagePayload;
  });
}

type Tokens = (bytes: Uint8Array, detail?: unknown) => number;

function liftPart(part: Part, tokens: Tokens): NewPart {
  const provider = part.provider && liftValue(part.provider, tokens);
  const own = provider === part.provider ? part : ({ ...part, provider } as Part);
  if (own.type === "file" && own.url !== undefined) {
    const { url, ...rest } = own;
    const found = bytesOf(url);
    if (found?.mediaType !== own.mediaType) return own;
    const data = found.data as Uint8Array;
    return { ...rest, data, tokens: tokens(data, detailOf(own)) };
  }
  if (own.type === "custom" && isFormatPart(own)) {
    const value = liftValue(own.value, tokens);
    return value === own.value ? own : { ...own, value };
  }
  if (own.type !== "tool-result" || own.output.type !== "content") return own;
  const value = mapped(own.output.value, (each) => liftValue(each, tokens));
  return value === own.output.value ? own : { ...own, output: { type: "content", value } };
}

/** Any JSON with leaves in place of base64; the same value where there is none. */
function liftValue<V>(value: V, tokens: Tokens): V {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return mapped(value, (item) => liftValue(item, tokens)) as V;
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    const leaf = typeof member === "string" ? leafOf(member, name, value) : undefined;
    const other = leaf
      ? { ...leaf, tokens: tokens(leaf.data as Uint8Array) }
      : liftValue(member, tokens);
    if (other === member) continue;
    copy ??= { ...(value as Record<string, unknown>) };
    copy[name] = other;
  }
  return (copy ?? value) as V;
}

/** The leaf for a member of an object, if it is a file's data. */
function leafOf(text: string, name: string, owner: object): Leaf | undefined {
  if (text.length < SHORTEST) return undefined;
  if (text.startsWith("data:")) return bytesOf(text);
  const mediaType = mediaTypeOf(name, owner as Record<string, unknown>);
  const data = mediaType === undefined ? undefined : fromBase64(text);
  return data && { type: "file", mediaType: mediaType as string, data, form: "base64" };
}

/** The media type of a member that holds base64: by what stands beside it. */
function mediaTypeOf(name: string, owner: Record<string, unknown>): string | undefined {
  const { mediaType, media_type: snake, mimeType, format, type } = owner;
  const given = mediaType ?? snake ?? mimeType;
  if (name === "data" && typeof given === "string" && given !== "") return given;
  if (name === "data" && typeof format === "string") return `audio/${format}`;
  if (name === "result" && type === "image_generation_call") return "image/*";
  return name === "value" && "ai-sdk.packed" in owner ? "application/octet-stream" : undefined;
}

/** The bytes of a data URL that says no more than they do. */
function bytesOf(url: string): Leaf | undefined {
  const { mediaType = "", base64 } = (url.length >= SHORTEST && parseDataUrl(url)) || {};
  const data = base64 === undefined ? undefined : fromBase64(base64);
  if (data === undefined || url.length !== urlHead(mediaType).length + (base64 as string).length)
    return undefined;
  return url.startsWith(urlHead(mediaType))
    ? { type: "file", mediaType, data, form: "url" }
    : undefined;
}

/** What a data URL of base64 begins with. */
export const urlHead = (mediaType: string): string => `data:${mediaType};base64,`;

/** Whether a value stands for base64. */
export function isLeaf(value: unknown): value is Leaf {
  return (
    isObject(value) && value.type === "file" && (value.form === "base64" || value.form === "url")
  );
}

/** An array with its items changed; the same array where none was. */
export function mapped<T, R>(items: readonly T[], change: (item: T) => R): readonly (T | R)[] {
  let copy: (T | R)[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as T;
    const other = change(item);
    if ((other as unknown) === item) continue;
    copy ??= [...items];
    copy[index] = other;
  }
  return copy ?? items;
}
