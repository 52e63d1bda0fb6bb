// What OpenAI would refuse of the input of its Responses API.
import { calledName, type Loose, object, show } from "../../inspect.js";
import { collect, type FormatProblem, type Report } from "../../problems.js";
import { FUNCTION, kindOfCall, kindOfResult } from "./calls.js";
import { isOutput } from "./reasoning.js";

const REFERENCE = "Create a model response";
const CALLING = "Function calling";
const REASONING = "Reasoning models";

/** For each rule the title of the page of OpenAI's documentation that states it. */
const SOURCES: Readonly<Record<string, string>> = {
  "item-object": REFERENCE,
  "item-type": REFERENCE,
  "item-id": REFERENCE,
  "item-field": REFERENCE,
  role: REFERENCE,
  "content-required": REFERENCE,
  "content-part": REFERENCE,
  "call-id": REFERENCE,
  "call-name": REFERENCE,
  "calls-answered": CALLING,
  "result-without-call": CALLING,
  "reasoning-followed": REASONING,
};

const PARTS: readonly unknown[] = ["input_text", "input_image", "input_file"];

/** The types of content parts, by role. */
const CONTENT: Readonly<Record<string, readonly unknown[]>> = {
  user: PARTS,
  system: PARTS,
  developer: PARTS,
  assistant: ["output_text", "refusal"],
};

/** What has to be a text, or a list, by the item's type. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  function_call: ["arguments"],
  custom_tool_call: ["input"],
  compaction: ["encrypted_content"],
  item_reference: ["id"],
  mcp_approval_request: ["id", "arguments", "name", "server_label"],
};

/** How ids begin, by the item's type. */
const PREFIXES: Readonly<Record<string, string>> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  custom_tool_call: "ctc",
  web_search_call: "ws",
  file_search_call: "fs",
};

/** Types of items that are neither calls nor their answers. */
const OTHERS: readonly unknown[] = [
  ...["message", "reasoning", "item_reference", "compaction", "compaction_trigger"],
  ...["web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call"],
  ...["mcp_list_tools", "mcp_call", "program", "program_output", "additional_tools"],
  "configuration_update",
];

const MAX_ID = 64;

/**
 * Everything that OpenAI's Responses API would refuse of these items with status 400, in order; empty
 * for an input that it takes. What a `previous_response_id` or a conversation adds is not known here:
 * give the whole input. Types of items that are newer than this version are reported.
 */
export function checkResponses(input: readonly unknown[]): FormatProblem[] {
  return collect(SOURCES, (report) => {
    const open = new Map<string, number>();
    const ids = new Set<unknown>();
    let references = false;
    input.forEach((value, index) => {
      const item = object(value);
      if (item === undefined) {
        report("item-object", index, "an item is not an object");
        return;
      }
      const type = typeOf(item);
      references ||= type === "item_reference";
      checkFields(item, type, index, report);
      checkId(item, type, index, ids, report);
      if (type === "message") checkMessage(item, index, report);
      const call = kindOfCall(type);
      if (call !== undefined && (call.tool === undefined || typeof item[call.id] === "string")) {
        const id = item[call.id];
        if (typeof id !== "string" || id === "" || id.length > MAX_ID) {
          const text = `the call has the id ${show(id)}, expected one of up to ${MAX_ID} characters`;
          report("call-id", index, text);
        }
        if (typeof id === "string" && id !== "") open.set(`${call.result} ${id}`, index);
      }
      const result = kindOfResult(type);
      if (result !== undefined) {
        const id = result.of === "id" ? (item.call_id ?? item.id) : item[result.of];
        const answered = open.delete(`${result.result} ${String(id)}`);
        if (!answered && !references && typeof id === "string") {
          report("result-without-call", index, `no call before it has the id ${show(id)}`);
        }
      }
      if (type === "reasoning" && !isOutput(object(input[index + 1]))) {
        report("reasoning-followed", index, "nothing that the model made of it follows");
      }
    });
    for (const [key, index] of open) {
      const id = key.slice(key.indexOf(" ") + 1);
      report("calls-answered", index, `the call ${show(id)} has no output`);
    }
  });
}

function typeOf(item: Loose): unknown {
  if (item.type !== undefined && item.type !== null) return item.type;
  return item.role === undefined ? "item_reference" : "message";
}

function checkFields(item: Loose, type: unknown, index: number, report: Report): void {
  const call = kindOfCall(type);
  if (call === undefined && kindOfResult(type) === undefined && !OTHERS.includes(type)) {
    report("item-type", index, `the type ${show(type)} is none that this version knows`);
    return;
  }
  for (const field of TEXTS[String(type)] ?? []) {
    if (typeof item[field] !== "string") {
      report("item-field", index, `${field} is ${show(item[field])}, expected a text`);
    }
  }
  if (type === "reasoning" && !Array.isArray(item.summary)) {
    report("item-field", index, "summary is not an array");
  }
  if (type === FUNCTION.result && typeof item.output !== "string" && !Array.isArray(item.output)) {
    report("item-field", index, `output is ${show(item.output)}, expected a text or parts`);
  }
  const named = call !== undefined && call.tool === undefined;
  const wrong = named && type !== "mcp_approval_request" ? calledName(item.name) : undefined;
  if (wrong !== undefined) report("call-name", index, `the item ${wrong}`);
}

function checkId(
  item: Loose,
  type: unknown,
  index: number,
  ids: Set<unknown>,
  report: Report,
): void {
  const { id } = item;
  if (id === undefined || id === null || kindOfResult(type)?.of === "id") return;
  const prefix = PREFIXES[String(type)];
  if (typeof id !== "string" || (prefix !== undefined && !id.startsWith(prefix))) {
    report("item-id", index, `the id ${show(id)} does not begin with ${show(prefix)}`);
  } else if (ids.has(id)) report("item-id", index, `the id ${show(id)} comes a second time`);
  ids.add(id);
}

function checkMessage(item: Loose, index: number, report: Report): void {
  const { role, content } = item;
  const types = CONTENT[String(role)];
  if (types === undefined) {
    report("role", index, `the role is ${show(role)}`);
    return;
  }
  if (typeof content === "string") return;
  if (!Array.isArray(content)) {
    report("content-required", index, "the content is neither a text nor an array");
    return;
  }
  for (const [position, value] of content.entries()) {
    const wrong = partProblem(object(value), types);
    if (wrong !== undefined) report("content-part", index, `content[${position}] ${wrong}`);
  }
}

function partProblem(part: Loose | undefined, types: readonly unknown[]): string | undefined {
  if (part === undefined) return "is not an object";
  if (!types.includes(part.type)) return `has the type ${show(part.type)}, expected ${types}`;
  switch (part.type) {
    case "input_image":
      return typeof (part.image_url ?? part.file_id) === "string" ? undefined : "has no image";
    case "input_file": {
      const file = part.file_id ?? part.file_url ?? part.file_data;
      return typeof file === "string" ? undefined : "has no file";
    }
    case "refusal":
      return typeof part.refusal === "string" ? undefined : "has no refusal";
    default:
      return typeof part.text === "string" ? undefined : "has no text";
  }
}
