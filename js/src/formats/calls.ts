// Calls and results for formats that are stricter than varve: arguments are objects, names and ids have
// an alphabet, and outputs hold what any provider puts into them.
import type { FilePart, TextPart, ToolCallPart } from "../types/content.js";
import type { JsonInput, JsonObject } from "../types/json.js";
import type { Warn } from "./warnings.js";

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The arguments as an object. What is none becomes its member `arguments`, with a warning. */
export function argumentsObject({ callId, input, rawInput }: ToolCallPart, warn: Warn): object {
  if (isObject(input)) return input;
  // Some models write nothing where a tool takes nothing.
  if (input === null && rawInput !== undefined && rawInput.trim() === "") return {};
  warn("changed-value", `the arguments of call ${callId} are no object, and are sent in one`);
  return { arguments: input === null && rawInput !== undefined ? rawInput : input };
}

/** A name in the alphabet of an API, with a warning where it has to change. */
export function legalName(name: string, legal: RegExp, other: RegExp, warn: Warn): string {
  if (legal.test(name)) return name;
  const changed = name.replace(other, "_").slice(0, 128) || "_";
  const result = legal.test(changed) ? changed : `_${changed}`.slice(0, 128);
  warn("changed-id", `the tool's name ${JSON.stringify(name)} is sent as ${result}`);
  return result;
}

/**
 * An element of an output of type `content` as the part it stands for, in the forms of OpenAI, Anthropic
 * and the AI SDK; undefined where it has another one.
 */
export function partOfOutput(element: JsonInput): TextPart | FilePart | undefined {
  if (!isObject(element)) return undefined;
  const { type, text } = element;
  if (typeof text === "string" && (type === "text" || type === "input_text")) {
    return { type: "text", text };
  }
  const url = urlOf(element);
  if (url !== undefined) return { type: "file", mediaType: url.mediaType, url: url.url };
  return undefined;
}

interface Located {
  mediaType: string;
  url: string;
}

function urlOf(element: JsonObject): Located | undefined {
  const { type, source, image_url: image, mediaType, data } = element;
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
