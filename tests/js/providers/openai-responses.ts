// A stand-in for OpenAI's Responses API: what "Create a model response" and the guides "Function calling"
// and "Reasoning models" say of its input, and its stream. It knows the items it gave out.
import { costOf, pieces, refuse, type Scripted, type Wire } from "./script.js";

const PARTS: Record<string, readonly string[]> = {
  assistant: ["output_text", "refusal"],
  other: ["input_text", "input_image", "input_file", "input_audio"],
};
const PREFIXES: Record<string, string> = {
  message: "msg_",
  function_call: "fc_",
  reasoning: "rs_",
};

/** What one server gave out: the reasoning that items came with, and its encrypted content. */
export class ResponsesMemory {
  readonly after = new Map<string, string>();
  readonly encrypted = new Map<string, string>();
}

/** Throws what the API would answer with status 400. */
export function checkResponsesInput(
  { model, input, tools, instructions }: Wire,
  memory: ResponsesMemory,
): void {
  if (typeof model !== "string") refuse("Missing required parameter: 'model'.");
  if (instructions != null && typeof instructions !== "string")
    refuse("Invalid type for 'instructions'.");
  for (const { name } of tools ?? []) checkName(name, "tools[].name");
  if (typeof input === "string") return;
  if (!Array.isArray(input) || input.length === 0) refuse("Missing required parameter: 'input'.");
  const seen = new Set<string>();
  const waiting = new Map<string, number>();
  input.forEach((item: Wire, index: number) => {
    const at = `input[${index}]`;
    if (item.id != null) {
      const prefix = PREFIXES[item.type ?? "message"];
      if (prefix && !item.id.startsWith(prefix)) {
        refuse(
          `Invalid '${at}.id': '${item.id}'. Expected an ID that begins with '${prefix.slice(0, -1)}'.`,
        );
      }
      if (seen.has(item.id))
        refuse(
          `Duplicate item found with id ${item.id}. Remove duplicate items from your input and try again.`,
        );
      seen.add(item.id);
      const reasoning = memory.after.get(item.id);
      if (reasoning !== undefined && !leadsTo(input, index, reasoning)) {
        refuse(
          `Item '${item.id}' of type '${item.type}' was provided without its required 'reasoning' item: '${reasoning}'.`,
        );
      }
    }
    checkItem(item, input[index + 1], at, waiting, memory);
  });
  for (const id of waiting.keys()) refuse(`No tool output found for function call ${id}.`);
}

/** Whether the reasoning stands before the item, with nothing but the model's own between. */
function leadsTo(input: Wire[], index: number, reasoning: string): boolean {
  for (let place = index - 1; place >= 0 && isOutput(input[place]); place--) {
    if (input[place].id === reasoning) return true;
  }
  return false;
}

function isOutput(item: Wire): boolean {
  return (
    ["reasoning", "function_call", "custom_tool_call"].includes(item?.type) ||
    item?.role === "assistant"
  );
}

function checkItem(
  item: Wire,
  next: Wire,
  at: string,
  waiting: Map<string, number>,
  memory: ResponsesMemory,
): void {
  const { type = "message" } = item;
  switch (type) {
    case "message":
      checkMessage(item, at);
      return;
    case "reasoning":
      if (!Array.isArray(item.summary)) refuse(`Missing required parameter: '${at}.summary'.`);
      if (!isOutput(next)) {
        refuse(
          `Item '${item.id}' of type 'reasoning' was provided without its required following item.`,
        );
      }
      if (memory.encrypted.get(item.id) !== item.encrypted_content) {
        refuse(`The encrypted content for item ${item.id} could not be verified.`);
      }
      return;
    case "function_call":
      checkCallId(item.call_id, at);
      checkName(item.name, `${at}.name`);
      if (typeof item.arguments !== "string")
        refuse(`Missing required parameter: '${at}.arguments'.`);
      waiting.set(item.call_id, (waiting.get(item.call_id) ?? 0) + 1);
      return;
    case "function_call_output": {
      checkCallId(item.call_id, at);
      const left = waiting.get(item.call_id);
      if (left === undefined)
        refuse(`No tool call found for function call output with call_id ${item.call_id}.`);
      if (left === 1) waiting.delete(item.call_id);
      else waiting.set(item.call_id, left - 1);
      if (typeof item.output !== "string" && !Array.isArray(item.output)) {
        refuse(`Missing required parameter: '${at}.output'.`);
      }
      return;
    }
    default:
      refuse(`Invalid value: '${type}' for '${at}.type'.`);
  }
}

function checkMessage({ role, content }: Wire, at: string): void {
  if (!["user", "assistant", "system", "developer"].includes(role))
    refuse(`Invalid value: '${role}' for '${at}.role'.`);
  if (typeof content === "string") return;
  if (!Array.isArray(content)) refuse(`Missing required parameter: '${at}.content'.`);
  content.forEach((part: Wire, index: number) => {
    const known = PARTS[role === "assistant" ? role : "other"] as readonly string[];
    if (!known.includes(part.type)) {
      refuse(
        `Invalid value: '${part.type}'. Supported values are: ${known}. (${at}.content[${index}])`,
      );
    }
  });
}

function checkCallId(id: unknown, at: string): void {
  if (typeof id !== "string" || id === "") refuse(`Missing required parameter: '${at}.call_id'.`);
  if (id.length > 64)
    refuse(`Invalid '${at}.call_id': string too long. Expected a string with maximum length 64.`);
}

function checkName(name: unknown, at: string): void {
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    refuse(
      `Invalid '${at}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
    );
  }
}

/** The stream of an answer; its items are remembered. */
export function* streamResponses(
  request: Wire,
  answer: Scripted,
  number: number,
  memory: ResponsesMemory,
): Generator<Wire> {
  let sequence_number = 0;
  const event = (type: string, fields: object) => ({
    type,
    sequence_number: sequence_number++,
    ...fields,
  });
  const output: Wire[] = [];
  const response = (status: string, more: object = {}) => ({
    id: `resp_${number}`,
    object: "response",
    created_at: 1,
    model: request.model,
    status,
    output: [...output],
    parallel_tool_calls: true,
    tools: [],
    tool_choice: "auto",
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    ...more,
  });
  yield event("response.created", { response: response("in_progress") });
  const add = (item: Wire) =>
    event("response.output_item.added", { output_index: output.length, item });
  const done = (item: Wire) => {
    const given = event("response.output_item.done", { output_index: output.length, item });
    output.push(item);
    return given;
  };
  let reasoning: string | undefined;
  if (answer.thought !== undefined) {
    reasoning = `rs_${number}`;
    const item = { id: reasoning, type: "reasoning", summary: [] };
    const encrypted_content = `sealed-${number}`;
    memory.encrypted.set(reasoning, encrypted_content);
    yield add(item);
    const at = { item_id: reasoning, output_index: output.length, summary_index: 0 };
    yield event("response.reasoning_summary_part.added", {
      ...at,
      part: { type: "summary_text", text: "" },
    });
    for (const delta of pieces(answer.thought))
      yield event("response.reasoning_summary_text.delta", { ...at, delta });
    yield event("response.reasoning_summary_text.done", { ...at, text: answer.thought });
    yield done({
      ...item,
      summary: [{ type: "summary_text", text: answer.thought }],
      encrypted_content,
    });
  }
  const follows = (id: string) => reasoning !== undefined && memory.after.set(id, reasoning);
  if (answer.text !== undefined) {
    const item = {
      id: `msg_${number}`,
      type: "message",
      role: "assistant",
      status: "in_progress",
      content: [],
    };
    follows(item.id);
    yield add(item);
    const at = { item_id: item.id, output_index: output.length, content_index: 0 };
    const part = { type: "output_text", text: "", annotations: [], logprobs: [] };
    yield event("response.content_part.added", { ...at, part });
    for (const delta of pieces(answer.text))
      yield event("response.output_text.delta", { ...at, delta, logprobs: [] });
    yield event("response.output_text.done", { ...at, text: answer.text, logprobs: [] });
    yield event("response.content_part.done", { ...at, part: { ...part, text: answer.text } });
    yield done({ ...item, status: "completed", content: [{ ...part, text: answer.text }] });
  }
  for (const [index, { name, args }] of (answer.calls ?? []).entries()) {
    const item = {
      id: `fc_${number}_${index}`,
      type: "function_call",
      call_id: `call_${number}_${index}`,
      name,
      arguments: "",
      status: "in_progress",
    };
    follows(item.id);
    yield add(item);
    const at = { item_id: item.id, output_index: output.length };
    for (const delta of pieces(args, 4))
      yield event("response.function_call_arguments.delta", { ...at, delta });
    yield event("response.function_call_arguments.done", { ...at, name, arguments: args });
    yield done({ ...item, status: "completed", arguments: args });
  }
  const cost = costOf(request, answer);
  const usage = {
    input_tokens: cost.input,
    input_tokens_details: { cached_tokens: cost.cached },
    output_tokens: cost.output + cost.thought,
    output_tokens_details: { reasoning_tokens: cost.thought },
    total_tokens: cost.input + cost.output + cost.thought,
  };
  yield event("response.completed", { response: response("completed", { usage }) });
}

/** The same answer to a request that wants no stream. */
export function wholeResponses(...args: Parameters<typeof streamResponses>): Wire {
  return [...streamResponses(...args)].at(-1).response;
}
