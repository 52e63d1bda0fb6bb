// Content parts of the Responses API, both ways.
import type { FilePart, Part } from "../../../types/content.js";
import type { JsonInput } from "../../../types/json.js";
import { canonicalJson } from "../../canonical.js";
import { isFormatPart } from "../../messages.js";
import { partOfOutput } from "../../outputs.js";
import type { Fields } from "../../reader.js";
import type { Warn } from "../../warnings.js";
import { mediaTypeOf } from "../content.js";
import { type PartHints as ChatHints, recall as recallChat } from "../hints.js";
import { type PartHints, recall, remember } from "./hints.js";

/** Content parts that varve has no word for are kept whole, as custom parts of this kind. */
const OPAQUE = "openai-responses.content";

/** What the detail of an image can be in Chat Completions too. */
const CHAT_DETAILS: readonly unknown[] = ["auto", "low", "high"];

/** A content part as a part of varve; `hints` are those of the item that it begins or goes on with. */
export function readContent(fields: Fields, role: string, hints: PartHints): Part {
  const type = fields.text("type");
  switch (type) {
    case "input_text":
    case "output_text": {
      const text = fields.text("text");
      const unusual = type === "output_text" || role === "assistant" ? type : undefined;
      return {
        type: "text",
        text,
        ...remember({ ...hints, type: unusual, fields: fields.rest() }),
      };
    }
    case "refusal": {
      const text = fields.text("refusal");
      const own = remember({ ...hints, fields: fields.rest() }, { refusal: "part" });
      return { type: "text", text, ...own };
    }
    case "input_image":
      return readImage(fields, hints);
    case "input_file":
      return readFile(fields, hints);
    default:
      return opaque(type, fields, hints);
  }
}

function opaque(type: string, fields: Fields, hints: PartHints): Part {
  const value = { type, ...fields.rest() } as JsonInput;
  return { type: "custom", kind: OPAQUE, value, ...remember({ ...hints }) };
}

function readImage(fields: Fields, hints: PartHints): Part {
  // An image that was uploaded before has only an id.
  if (typeof fields.peek("image_url") !== "string") return opaque("input_image", fields, hints);
  const url = fields.text("image_url");
  const shared = CHAT_DETAILS.includes(fields.peek("detail"));
  const openai = shared ? { inner: { detail: fields.take("detail") as string } } : undefined;
  return {
    type: "file",
    mediaType: mediaTypeOf(url) ?? "image/*",
    url,
    ...remember({ ...hints, type: "image_url", fields: fields.rest() }, openai),
  };
}

function readFile(fields: Fields, hints: PartHints): Part {
  const type = ["file_data", "file_url"].find((name) => typeof fields.peek(name) === "string");
  if (type === undefined) return opaque("input_file", fields, hints);
  const url = fields.text(type);
  const filename =
    typeof fields.peek("filename") === "string" ? fields.text("filename") : undefined;
  return {
    type: "file",
    mediaType: mediaTypeOf(url) ?? "application/octet-stream",
    url,
    ...(filename === undefined ? {} : { filename }),
    ...remember({ ...hints, type, fields: fields.rest() }),
  };
}

/** A text, file or custom part as a content part; undefined where the API has none for it. */
export function writeContent(part: Part, role: string, warn: Warn): object | undefined {
  const hint = recall<PartHints>(part.provider);
  switch (part.type) {
    case "text":
      return writeText(part.text, role, hint, recallChat<ChatHints>(part.provider));
    case "file":
      return writeFile(part, role, hint, recallChat<ChatHints>(part.provider));
    case "custom":
      if (part.kind === OPAQUE) return part.value as object;
      if (isFormatPart(part)) return undefined;
      warn("rendered-as-text", `a custom part ${JSON.stringify(part.kind)} is sent as JSON text`);
      return writeText(canonicalJson(part.value) ?? JSON.stringify(part.value), role, {}, {});
    default:
      return undefined;
  }
}

function writeText(text: string, role: string, hint: PartHints, chat: ChatHints): object {
  if (chat.refusal !== undefined) return { type: "refusal", refusal: text, ...hint.fields };
  const usual = role === "assistant" ? "output_text" : "input_text";
  const annotations = usual === "output_text" && hint.type === undefined ? { annotations: [] } : {};
  return { type: hint.type ?? usual, text, ...annotations, ...hint.fields };
}

function writeFile(
  part: FilePart,
  role: string,
  hint: PartHints,
  chat: ChatHints,
): object | undefined {
  const { url, filename, mediaType } = part;
  if (url === undefined || (hint.type === undefined && role !== "user")) return undefined;
  const name = filename === undefined ? {} : { filename };
  switch (hint.type ?? fieldOf(mediaType, url)) {
    case "image_url": {
      const detail = chat.inner?.detail ?? (hint.type === undefined ? "auto" : undefined);
      const known = detail === undefined ? {} : { detail };
      return { type: "input_image", image_url: url, ...known, ...hint.fields };
    }
    case "file_data": {
      const named = hint.type === undefined ? { filename: filename ?? "file" } : name;
      return { type: "input_file", file_data: url, ...named, ...hint.fields };
    }
    case "file_url":
      return { type: "input_file", file_url: url, ...name, ...hint.fields };
    default:
      return undefined;
  }
}

/** The field for a file that came from elsewhere; the API takes no audio and no video. */
function fieldOf(mediaType: string, url: string): string | undefined {
  if (/^(audio|video)\//.test(mediaType)) return undefined;
  if (mediaType.startsWith("image/")) return "image_url";
  return url.startsWith("data:") ? "file_data" : "file_url";
}

/** Parts of a tool's output in the API's words; undefined where they are none that it knows. */
export function writeOutputParts(values: readonly JsonInput[]): object[] | undefined {
  const parts = values.map((value) => {
    const { type } = (value ?? {}) as { type?: unknown };
    if (/^input_(text|image|file)$/.test(String(type))) return value as unknown as object;
    const part = partOfOutput(value);
    if (part?.type !== "file") return part && { type: "input_text", text: part.text };
    return writeFile(part, "user", {}, {});
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}
