// From parts of varve to Anthropic's content blocks.
import type { FilePart, Part } from "../../types/content.js";
import { jsonText } from "../arrange.js";
import { decodeText, isBase64, parseDataUrl } from "../data-url.js";
import { isFormatPart } from "../messages.js";
import type { Warn } from "../warnings.js";
import { OPAQUE, type PartHints, recallPart } from "./hints.js";
import { isSameModel } from "./models.js";
import type { AnthropicBlock, AnthropicTextBlock } from "./types.js";

const IMAGES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/** Whether a text is one that the API takes: it has to hold more than white space. */
export function isSaid(text: string): boolean {
  return /\S/.test(text);
}

/** A text, reasoning, file or custom part as a block; undefined, with a warning, where it has none. */
export function writePart(
  part: Part,
  role: string,
  model: string | undefined,
  warn: Warn,
): AnthropicBlock | undefined {
  const hint = recallPart(part.provider);
  const drop = (why: string) => {
    warn("dropped-part", `a ${part.type} part is left out: ${why}`);
    return undefined;
  };
  if (role === "system" && part.type !== "text" && !isOpaque(part)) {
    if (part.type !== "custom") return drop("a system prompt is text");
  }
  switch (part.type) {
    case "text":
      if (!isSaid(part.text)) return drop("the API takes no text without content");
      return { type: "text", text: part.text, ...hint.fields } as AnthropicTextBlock;
    case "reasoning":
      return role === "assistant"
        ? writeThinking(part.text, hint, model, drop)
        : drop(`thinking of a ${role} has no form in this format`);
    case "file":
      if (part.url === undefined)
        return drop("its bytes are in the repository, not in the message");
      if (hint.source !== undefined) return ownFile(part.url, part, hint);
      if (role === "assistant") return drop("an assistant's message holds no files");
      return (
        writeFile(part.url, part, warn) ?? drop(`${part.mediaType} has no form in this format`)
      );
    case "custom":
      if (isOpaque(part)) return part.value as unknown as AnthropicBlock;
      if (isFormatPart(part)) return drop(`only ${part.kind.split(".")[0]} understands it`);
      warn("rendered-as-text", `a custom part ${JSON.stringify(part.kind)} is sent as JSON text`);
      return { type: "text", text: jsonText(part.value) };
    default:
      return drop(`it has no place in a message of the ${role}`);
  }
}

function isOpaque(part: Part): boolean {
  return part.type === "custom" && part.kind === OPAQUE;
}

function writeThinking(
  text: string,
  hint: Partial<PartHints>,
  model: string | undefined,
  drop: (why: string) => undefined,
): AnthropicBlock | undefined {
  const { signature, redacted, fields } = hint;
  if (signature === undefined && redacted === undefined) {
    return drop("thinking of another provider has no signature");
  }
  if (hint.model !== undefined && model !== undefined && !isSameModel(hint.model, model)) {
    return drop(`${hint.model} thought it, which ${model} cannot verify`);
  }
  const block =
    redacted === undefined
      ? { type: "thinking", thinking: text, signature, ...fields }
      : { type: "redacted_thinking", data: redacted, ...fields };
  return block as AnthropicBlock;
}

/** A file that came from the API goes back as it came. */
function ownFile(url: string, part: FilePart, hint: Partial<PartHints>): AnthropicBlock {
  const { type, source, inner, fields } = hint;
  const data = url.slice(url.indexOf(",") + 1);
  const at =
    source === "url"
      ? { url }
      : { media_type: part.mediaType, data: source === "text" ? decodeText(data) : data };
  const title = part.filename === undefined ? {} : { title: part.filename };
  return { type, source: { type: source, ...at, ...inner }, ...title, ...fields } as AnthropicBlock;
}

/** A file as an image or document; undefined where the API has no form for its type. */
export function writeFile(url: string, part: FilePart, warn: Warn): AnthropicBlock | undefined {
  const title = part.filename === undefined ? {} : { title: part.filename };
  const data = parseDataUrl(url);
  const wild = part.mediaType.endsWith("/*");
  const given = (wild && data?.mediaType) || part.mediaType;
  const type = given === "image/jpg" ? "image/jpeg" : given;
  if (data === undefined) {
    if (!/^https?:/i.test(url)) return undefined;
    if (type.startsWith("image/")) return { type: "image", source: { type: "url", url } };
    if (type !== "application/pdf") return undefined;
    return { type: "document", source: { type: "url", url }, ...title };
  }
  if (type.startsWith("text/")) {
    const text = data.text ?? decodeText(data.base64 ?? "");
    if (text === undefined || !isSaid(text)) return undefined;
    if (type !== "text/plain") warn("changed-value", `a file of ${type} is sent as plain text`);
    const source = { type: "text", media_type: "text/plain", data: text } as const;
    return { type: "document", source, ...title };
  }
  if (data.base64 === undefined || !isBase64(data.base64)) return undefined;
  const source = { type: "base64", media_type: type, data: data.base64 };
  if (IMAGES.includes(type)) return { type: "image", source } as AnthropicBlock;
  if (type !== "application/pdf") return undefined;
  return { type: "document", source, ...title } as AnthropicBlock;
}
