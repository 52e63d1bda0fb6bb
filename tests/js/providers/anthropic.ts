// A stand-in for Anthropic's Messages: its rules as "Create a Message", "Handle tool calls", "Extended
// thinking" and "Prompt caching" of Claude's documentation have them, and its stream. Bedrock refuses an
// assistant's message at the beginning; Anthropic's own API takes it.
import { costOf, pieces, refuse, type Scripted, type Wire } from "./script.js";

const BLOCKS: Record<string, readonly string[]> = {
  user: ["text", "image", "document", "tool_result"],
  assistant: ["text", "tool_use", "thinking", "redacted_thinking"],
};

const sign = (model: string, thought: string) =>
  `signed:${model}:${thought.length}:${thought.slice(0, 8)}`;

/** Throws what the API would answer with status 400. */
export function checkMessages(request: Wire): void {
  const { model, messages, max_tokens, system, tools, thinking } = request;
  if (typeof model !== "string") refuse("model: Field required");
  if (!Number.isInteger(max_tokens)) refuse("max_tokens: Field required");
  if (!Array.isArray(messages)) refuse("messages: Field required");
  if (messages.length === 0) refuse("messages: at least one message is required");
  for (const [index, { name }] of (tools ?? []).entries()) checkName(name, `tools.${index}.name`);
  if (Array.isArray(system)) for (const block of system) checkText(block.text, "system");
  else if (system !== undefined && typeof system !== "string")
    refuse("system: Input should be a valid list");
  const ids = new Set<string>();
  let waiting: string[] = [];
  messages.forEach((message: Wire, index: number) => {
    const at = `messages.${index}`;
    if (!["user", "assistant"].includes(message.role)) {
      refuse(`${at}.role: Input should be 'user' or 'assistant'`);
    }
    const blocks = blocksOf(message, at, index === messages.length - 1);
    waiting =
      message.role === "user"
        ? answered(blocks, waiting, at)
        : called(blocks, waiting, ids, at, index, model);
  });
  if (waiting.length > 0) unanswered(waiting, messages.length - 1);
  const marks = JSON.stringify([system, messages, tools]).split('"cache_control":{').length - 1;
  if (marks > 4)
    refuse(`A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
  checkEnd(messages, thinking);
}

function blocksOf({ role, content }: Wire, at: string, last: boolean): Wire[] {
  if (typeof content === "string") {
    const empty = content.trim() === "";
    if (empty && !(last && role === "assistant"))
      refuse(`${at}: user messages must have non-empty content`);
    return [{ type: "text", text: content }];
  }
  if (!Array.isArray(content)) refuse(`${at}.content: Input should be a valid list`);
  if (content.length === 0 && !(last && role === "assistant")) {
    refuse(
      `${at}: all messages must have non-empty content except for the optional final assistant message`,
    );
  }
  content.forEach((block: Wire, index: number) => {
    const here = `${at}.content.${index}`;
    if (!BLOCKS[role]?.includes(block.type))
      refuse(`${here}.type: Input tag '${block.type}' is not allowed for role ${role}`);
    if (block.type === "text") checkText(block.text, `${here}.text`);
    if (block.type === "thinking" && block.cache_control)
      refuse(`${here}.thinking.cache_control: Extra inputs are not permitted`);
  });
  return content;
}

function checkText(text: unknown, at: string): void {
  if (typeof text !== "string" || text === "")
    refuse(`${at}: text content blocks must be non-empty`);
  if (text.trim() === "") refuse(`${at}: text content blocks must contain non-whitespace text`);
}

function answered(blocks: Wire[], waiting: string[], at: string): string[] {
  const left = [...waiting];
  blocks.forEach((block, index) => {
    if (block.type !== "tool_result") return;
    if (index > 0 && blocks[index - 1].type !== "tool_result") {
      refuse(`${at}: tool_result blocks must come first in the content of a user message`);
    }
    const place = left.indexOf(block.tool_use_id);
    if (place < 0) {
      refuse(
        `${at}.content.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${block.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    left.splice(place, 1);
  });
  if (left.length > 0) unanswered(left, Number(at.slice(9)) - 1);
  return [];
}

function unanswered(ids: readonly string[], index: number): never {
  refuse(
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

function called(
  blocks: Wire[],
  waiting: string[],
  ids: Set<string>,
  at: string,
  index: number,
  model: string,
): string[] {
  if (waiting.length > 0) unanswered(waiting, index - 1);
  return blocks.flatMap((block, place) => {
    const here = `${at}.content.${place}`;
    if (block.type === "thinking") {
      if (typeof block.signature !== "string") refuse(`${here}.thinking.signature: Field required`);
      if (block.signature !== sign(model, block.thinking))
        refuse(`${here}: Invalid \`signature\` in \`thinking\` block`);
    }
    if (block.type !== "tool_use") return [];
    if (!/^[a-zA-Z0-9_-]+$/.test(block.id))
      refuse(`${here}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`);
    if (ids.has(block.id)) refuse(`${here}: \`tool_use\` ids must be unique`);
    ids.add(block.id);
    checkName(block.name, `${here}.tool_use.name`);
    const { input } = block;
    if (typeof input !== "object" || input === null || Array.isArray(input)) {
      refuse(`${here}.tool_use.input: Input should be a valid dictionary`);
    }
    return [block.id as string];
  });
}

function checkName(name: unknown, at: string): void {
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
    refuse(`${at}: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
  }
}

/** How a request may end, and what thinking demands of a loop under way. */
function checkEnd(messages: Wire[], thinking: Wire): void {
  const last = messages.at(-1);
  const blocks = Array.isArray(last.content)
    ? last.content
    : [{ type: "text", text: last.content }];
  if (last.role === "assistant") {
    if (thinking?.type === "enabled")
      refuse(
        "This model does not support assistant message prefill. The conversation must end with a user message.",
      );
    if (blocks.at(-1)?.type === "thinking")
      refuse("messages: The final block in an assistant message cannot be `thinking`.");
    if (/\s$/.test(blocks.at(-1)?.text ?? ""))
      refuse("messages: final assistant content cannot end with trailing whitespace");
  }
  const loops = last.role === "user" && blocks.every((block: Wire) => block.type === "tool_result");
  const before = messages.at(-2)?.content;
  if (
    thinking?.type === "enabled" &&
    loops &&
    !["thinking", "redacted_thinking"].includes(before?.[0]?.type)
  ) {
    refuse(
      `messages.${messages.length - 2}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${before?.[0]?.type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
    );
  }
}

/** The stream of an answer. */
export function* streamMessages(request: Wire, answer: Scripted, number: number): Generator<Wire> {
  const cost = costOf(request, answer);
  const counted = {
    input_tokens: cost.input - cost.cached,
    cache_read_input_tokens: cost.cached,
    cache_creation_input_tokens: 0,
  };
  const message = {
    id: `msg_${number}`,
    type: "message",
    role: "assistant",
    model: request.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...counted, output_tokens: 1 },
  };
  yield { type: "message_start", message };
  let index = -1;
  const start = (content_block: object) => ({
    type: "content_block_start",
    index: ++index,
    content_block,
  });
  const delta = (given: object) => ({ type: "content_block_delta", index, delta: given });
  const stop = () => ({ type: "content_block_stop", index });
  if (answer.thought !== undefined && request.thinking?.type === "enabled") {
    yield start({ type: "thinking", thinking: "", signature: "" });
    for (const thinking of pieces(answer.thought))
      yield delta({ type: "thinking_delta", thinking });
    yield delta({ type: "signature_delta", signature: sign(request.model, answer.thought) });
    yield stop();
  }
  if (answer.text !== undefined) {
    yield start({ type: "text", text: "" });
    for (const text of pieces(answer.text)) yield delta({ type: "text_delta", text });
    yield stop();
  }
  for (const [place, { name, args }] of (answer.calls ?? []).entries()) {
    yield start({ type: "tool_use", id: `toolu_${number}_${place}`, name, input: {} });
    for (const partial_json of pieces(args, 4))
      yield delta({ type: "input_json_delta", partial_json });
    yield stop();
  }
  const stop_reason = answer.calls ? "tool_use" : "end_turn";
  const usage = { ...counted, output_tokens: cost.output + cost.thought };
  yield { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage };
  yield { type: "message_stop" };
}

/** An answer in one piece. */
export function wholeMessages(request: Wire, answer: Scripted, number: number): Wire {
  const cost = costOf(request, answer);
  return {
    id: `msg_${number}`,
    type: "message",
    role: "assistant",
    model: `${request.model}-20260101`,
    content: answer.text === undefined ? [] : [{ type: "text", text: answer.text }],
    stop_reason: answer.stopped === "length" ? "max_tokens" : "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: cost.input - cost.cached,
      cache_read_input_tokens: cost.cached,
      cache_creation_input_tokens: 0,
      output_tokens: cost.output,
    },
  };
}
