// What tools give back as parts: every format has its own words for a text among them.
import type { FilePart, TextPart, ToolOutput } from "../types/content.js";
import type { JsonInput, JsonObject } from "../types/json.js";
import { isObject } from "./calls.js";
import { canonicalJson } from "./canonical.js";

/** An output as the text that is sent where a format knows only text: parts as JSON. */
export function outputText(output: ToolOutput): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "execution-denied":
      return output.reason ?? "execution denied";
    default:
      return canonicalJson(output.value) ?? JSON.stringify(output.value);
  }
}

const TEXTS: readonly unknown[] = ["text", "input_text", "output_text"];

/** The text of a part of a tool's output, in any format's words; undefined where it is none. */
export function textOf(value: JsonInput): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { type, text } = value as { type?: unknown; text?: unknown };
  return TEXTS.includes(type) && typeof text === "string" ? text : undefined;
}

/**
 * An element of an output of type `content` as the part it stands for, in the forms of varve, OpenAI, Anthropic
 * and the AI SDK; undefined where it has another one.
 */
export function partOfOutput(
  element: JsonInput,
): TextPart | (FilePart & { url: string }) | undefined {
  const text = textOf(element);
  if (text !== undefined) return { type: "text", text };
  const url = isObject(element) ? urlOf(element) : undefined;
  if (url !== undefined) return { type: "file", mediaType: url.mediaType, url: url.url };
  return undefined;
}

interface Located {
  mediaType: string;
  url: string;
}

function urlOf(element: JsonObject): Located | undefined {
  const { type, source, image_url: image, mediaType, data, url } = element;
  if (type === "file" && typeof mediaType === "string" && typeof url === "string") {
    return { mediaType, url };
  }
  if (type === "image_url" || type === "input_image") {
    const url = isObject(image) ? image.url : image;
    if (typeof url !== "string") return undefined;
    return { mediaType: /^data:([^;,]+)/i.exec(url)?.[1] ?? "image/*", url };
  }
  if ((type === "image" || type === "document") && isObject(source)) {
    if (source.type === "url" && typeof source.url === "string") {
      return { mediaType: type === "image" ? "image/*" : "application/pdf", url: source.url };
    }
    return source.type === "base64" ? inline(source.media_type, source.data) : undefined;
  }
  const media = type === "media" || type === "image-data" || type === "file-data";
  return media ? inline(mediaType, data) : undefined;
}

function inline(mediaType: unknown, data: unknown): Located | undefined {
  if (typeof mediaType !== "string" || mediaType === "" || typeof data !== "string") {
    return undefined;
  }
  return { mediaType, url: `data:${mediaType};base64,${data}` };
}
