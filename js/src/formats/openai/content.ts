// Content parts of OpenAI's messages, both ways.
import type { FilePart, Part } from "../../types/content.js";
import type { JsonInput } from "../../types/json.js";
import { canonicalJson } from "../canonical.js";
import { isFormatPart } from "../messages.js";
import { Fields } from "../reader.js";
import { type PartHints, recall, remember } from "./hints.js";

/** Parts that varve has no word for are kept whole, as custom parts of this kind. */
const OPAQUE = "openai.content";

const AUDIO = new Map([
  ["wav", "audio/wav"],
  ["mp3", "audio/mpeg"],
]);

/** A content part as a part of varve. */
export function readContentPart(fields: Fields): Part {
  const type = fields.text("type");
  switch (type) {
    case "text":
      return { type: "text", text: fields.text("text"), ...remember({ fields: fields.rest() }) };
    case "refusal": {
      const text = fields.text("refusal");
      return { type: "text", text, ...remember({ refusal: "part", fields: fields.rest() }) };
    }
    case "image_url":
      return readImage(fields);
    case "input_audio":
      return readAudio(fields);
    case "file":
      return readFile(fields);
    default:
      return opaque(type, fields);
  }
}

function opaque(type: string, fields: Fields): Part {
  return { type: "custom", kind: OPAQUE, value: { type, ...fields.rest() } as JsonInput };
}

function readImage(fields: Fields): Part {
  const inner = new Fields(fields.take("image_url"), fields.place.at("image_url"), "image_url");
  const url = inner.text("url");
  return {
    type: "file",
    mediaType: mediaTypeOf(url) ?? "image/*",
    url,
    ...remember({ type: "image_url", inner: inner.rest(), fields: fields.rest() }),
  };
}

function readAudio(fields: Fields): Part {
  const inner = new Fields(
    fields.take("input_audio"),
    fields.place.at("input_audio"),
    "input_audio",
  );
  const data = inner.text("data");
  const format = inner.text("format");
  const mediaType = AUDIO.get(format) ?? "audio/*";
  return {
    type: "file",
    mediaType,
    url: `data:${mediaType};base64,${data}`,
    ...remember({ type: "input_audio", format, inner: inner.rest(), fields: fields.rest() }),
  };
}

function readFile(fields: Fields): Part {
  const file = fields.peek("file");
  const inner = new Fields(file, fields.place.at("file"), "file");
  // A file that was uploaded before has only an id.
  if (typeof inner.peek("file_data") !== "string") return opaque("file", fields);
  fields.take("file");
  const url = inner.text("file_data");
  const filename = typeof inner.peek("filename") === "string" ? inner.text("filename") : undefined;
  return {
    type: "file",
    mediaType: mediaTypeOf(url) ?? "application/octet-stream",
    url,
    ...(filename === undefined ? {} : { filename }),
    ...remember({ type: "file", inner: inner.rest(), fields: fields.rest() }),
  };
}

/** The media type of a data URL. */
export function mediaTypeOf(url: string): string | undefined {
  return /^data:([\w.+-]+\/[\w.+-]+)/i.exec(url)?.[1];
}

/** A text, file or custom part of a role's message as a content part; undefined where the format has none for it. */
export function writeContentPart(
  part: Part,
  role: string,
  warn: (what: string) => void,
): object | undefined {
  const hint = recall<PartHints>(part.provider);
  switch (part.type) {
    case "text":
      return hint.refusal === "part"
        ? { type: "refusal", refusal: part.text, ...hint.fields }
        : { type: "text", text: part.text, ...hint.fields };
    case "file":
      return writeFile(part, role, hint);
    case "custom":
      if (part.kind === OPAQUE) return part.value as object;
      if (isFormatPart(part)) return undefined;
      warn(`a custom part ${JSON.stringify(part.kind)} is sent as JSON text`);
      return { type: "text", text: canonicalJson(part.value) ?? JSON.stringify(part.value) };
    default:
      return undefined;
  }
}

function writeFile(part: FilePart, role: string, hint: PartHints): object | undefined {
  const { url, mediaType, filename } = part;
  // Only users give files, unless what was read says otherwise.
  if (url === undefined || (role !== "user" && hint.type === undefined)) return undefined;
  const type = hint.type ?? typeOf(mediaType, url);
  switch (type) {
    case "image_url":
      return { type, image_url: { url, ...hint.inner }, ...hint.fields };
    case "input_audio": {
      const data = url.slice(url.indexOf(",") + 1);
      const format = hint.format ?? [...AUDIO].find(([, type]) => type === mediaType)?.[0];
      return { type, input_audio: { data, format, ...hint.inner }, ...hint.fields };
    }
    case "file": {
      const name = filename === undefined ? {} : { filename };
      return { type, file: { file_data: url, ...name, ...hint.inner }, ...hint.fields };
    }
    default:
      return undefined;
  }
}

function typeOf(mediaType: string, url: string): string | undefined {
  if (mediaType.startsWith("image/")) return "image_url";
  if (!url.startsWith("data:")) return undefined;
  return [...AUDIO.values()].includes(mediaType) ? "input_audio" : "file";
}
