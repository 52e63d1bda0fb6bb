// What Anthropic's API would refuse in a single block.
import { isObject } from "../calls.js";
import { isBase64 } from "../data-url.js";
import type { Report } from "../problems.js";
import { isSaid } from "./write.js";

const ID = /^[a-zA-Z0-9_-]+$/;
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const IMAGES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/** Reports what is wrong with a block of a message of this role. */
export function checkBlock(
  block: Record<string, unknown>,
  role: unknown,
  index: number,
  report: Report,
): void {
  switch (block.type) {
    case "text":
      if (typeof block.text !== "string") report("content", index, "a text block has a text");
      else if (!isSaid(block.text))
        report("empty-text", index, "a text holds more than white space");
      return;
    case "thinking":
    case "redacted_thinking": {
      if (role !== "assistant") report("block-role", index, "only the assistant thinks");
      const key = block.type === "thinking" ? block.signature : block.data;
      if (typeof key !== "string" || key === "") {
        report("thinking-signature", index, "thinking has the signature it came with");
      }
      return;
    }
    case "tool_use":
      if (role !== "assistant") report("block-role", index, "only the assistant calls tools");
      checkId(block.id, index, report);
      if (typeof block.name !== "string" || !NAME.test(block.name)) {
        report("tool-name", index, `a tool's name matches ${NAME.source}`);
      }
      if (!isObject(block.input)) report("tool-input", index, "a call's input is an object");
      return;
    case "tool_result":
      checkId(block.tool_use_id, index, report);
      checkOutput(block.content, index, report);
      return;
    case "image":
    case "document":
      if (role !== "user" && role !== "result") {
        report("block-role", index, `a ${block.type} stands in a message of the user`);
      }
      checkSource(block.type, block.source, index, report);
  }
}

function checkId(id: unknown, index: number, report: Report): void {
  if (typeof id === "string" && ID.test(id)) return;
  report("tool-id", index, `the id of a call matches ${ID.source}`);
}

function checkOutput(content: unknown, index: number, report: Report): void {
  if (content === undefined || typeof content === "string") return;
  if (!Array.isArray(content)) {
    report("content", index, "the content of a result is a string or an array of blocks");
    return;
  }
  for (const block of content as unknown[]) {
    if (isObject(block)) checkBlock(block, "result", index, report);
    else report("content", index, "a block is an object with a type");
  }
}

function checkSource(type: string, source: unknown, index: number, report: Report): void {
  if (!isObject(source)) {
    report("content", index, `a ${type} has a source`);
    return;
  }
  const { type: kind, media_type: mediaType, data } = source;
  if (kind !== "base64") return;
  const types = type === "image" ? IMAGES : ["application/pdf"];
  if (!types.includes(String(mediaType))) {
    report("media-type", index, `no ${type} has the media type ${String(mediaType)}`);
  }
  if (typeof data !== "string" || !isBase64(data)) report("data", index, "data is base64");
}
