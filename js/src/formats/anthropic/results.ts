// Calls and results as Anthropic's blocks, with ids that the API takes.
import type { JsonInput } from "../../types/json.js";
import { type Answer, type Call, jsonText } from "../arrange.js";
import { argumentsObject, isObject, legalName } from "../calls.js";
import { outputText, partOfOutput } from "../outputs.js";
import type { Warn } from "../warnings.js";
import { recallPart } from "./hints.js";
import type { AnthropicBlock, AnthropicToolResultBlock } from "./types.js";
import { isSaid, writeFile } from "./write.js";

const ID = /^[a-zA-Z0-9_-]+$/;
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const OTHER = /[^a-zA-Z0-9_-]/g;

/** A call as a block. `used` holds the ids of the calls before it: no two may be the same. */
export function writeCall(call: Call, used: Set<string>, warn: Warn): AnthropicBlock {
  const { part } = call;
  call.id = freeId(part.callId, used);
  used.add(call.id);
  if (call.id !== part.callId) {
    warn("changed-id", `call ${JSON.stringify(part.callId)} goes by the id ${call.id}`);
  }
  call.name = legalName(part.toolName, NAME, OTHER, warn);
  const input = argumentsObject(part, warn);
  const { fields } = recallPart(part.provider);
  return { type: "tool_use", id: call.id, name: call.name, input, ...fields };
}

function freeId(id: string, used: ReadonlySet<string>): string {
  const legal = ID.test(id) ? id : id.replace(OTHER, "_");
  if (!used.has(legal)) return legal;
  let count = 2;
  while (used.has(`${legal}_${count}`)) count++;
  return `${legal}_${count}`;
}

/** A result as a block. */
export function writeResult({ part, call }: Answer, warn: Warn): AnthropicToolResultBlock {
  const { output } = part;
  const hint = recallPart(part.provider);
  const failed = /^(error-|execution-denied)/.test(output.type) ? true : hint.is_error;
  const content = hint.content === "absent" && isEmpty(output) ? undefined : said(part, warn);
  return {
    type: "tool_result",
    tool_use_id: call.id,
    ...(content === undefined ? {} : { content }),
    ...(failed === undefined ? {} : { is_error: failed }),
    ...hint.fields,
  };
}

function isEmpty(output: Answer["part"]["output"]): boolean {
  return "value" in output && output.value === "";
}

function said(
  { output, provider }: Answer["part"],
  warn: Warn,
): AnthropicToolResultBlock["content"] {
  if (output.type !== "content") return outputText(output);
  const own = recallPart(provider).content === "blocks";
  const blocks = output.value.flatMap((element) => {
    const block = own ? (element as unknown as AnthropicBlock) : writeElement(element, warn);
    if (block.type !== "text" || isSaid(block.text)) return [block];
    warn("dropped-part", "an empty text of a result is left out");
    return [];
  });
  return blocks as NonNullable<AnthropicToolResultBlock["content"]>;
}

function writeElement(element: JsonInput, warn: Warn): AnthropicBlock {
  const part = partOfOutput(element);
  if (part?.type === "text") return { type: "text", text: part.text };
  const file = part && writeFile(part.url, part, warn);
  if (file !== undefined) return file;
  const type = isObject(element) ? element.type : typeof element;
  warn("rendered-as-text", `a part of a result (${String(type)}) is sent as JSON text`);
  return { type: "text", text: jsonText(element) };
}
