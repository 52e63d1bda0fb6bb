// What Anthropic's API would refuse. The rules are listed in docs/formats.md.
import { isObject } from "../calls.js";
import { collect, type FormatProblem, type Report } from "../problems.js";
import { isMarkable, MAX_MARKS, markOf } from "./cache.js";
import { checkBlock } from "./check-blocks.js";
import { refusesPrefill } from "./models.js";
import { isSaid } from "./write.js";

const REFERENCE = "Create a Message";
const TOOLS = "Handle tool calls";
const CACHE = "Prompt caching";
const THINKING = "Thinking";

/** Each rule, and the title of the page of Claude's documentation that states it. */
const SOURCES: Readonly<Record<string, string>> = {
  "no-messages": REFERENCE,
  "too-many-messages": REFERENCE,
  role: REFERENCE,
  "first-role": "Anthropic Claude Messages API (Amazon Bedrock User Guide)",
  content: REFERENCE,
  "empty-content": REFERENCE,
  "empty-text": REFERENCE,
  "tool-id": REFERENCE,
  "tool-name": REFERENCE,
  "tool-input": TOOLS,
  "duplicate-tool-id": TOOLS,
  "results-first": TOOLS,
  "missing-result": TOOLS,
  "unexpected-result": TOOLS,
  "block-role": REFERENCE,
  "thinking-signature": THINKING,
  "final-thinking": THINKING,
  "trailing-space": "Prefill Claude's response",
  prefill: "Errors",
  "media-type": "Vision",
  data: "Vision",
  "cache-marks": CACHE,
  "cache-block": CACHE,
  "cache-order": CACHE,
  "system-place": "Mid-conversation system messages and tool changes",
};

const MAX_MESSAGES = 100_000;

interface Message {
  readonly role: unknown;
  readonly blocks: readonly Record<string, unknown>[];
}

/**
 * What the API would answer with an error 400, as far as that can be told from the request. Rules that
 * depend on the model are checked where the request names it. `index` is that of the message, -1 for
 * what stands elsewhere in the request.
 */
export function checkAnthropic(params: {
  readonly messages: readonly unknown[];
  readonly system?: unknown;
  readonly tools?: unknown;
  readonly model?: string;
  readonly cache_control?: unknown;
}): FormatProblem[] {
  return collect(SOURCES, (report) => {
    const messages = params.messages.map((message, index) => readMessage(message, index, report));
    const system = blocksOf(params.system, -1, report);
    if (messages.length === 0) report("no-messages", -1, "a request has at least one message");
    if (messages.length > MAX_MESSAGES) {
      report("too-many-messages", -1, `a request has at most ${MAX_MESSAGES} messages`);
    }
    if (messages.length > 0 && messages[0]?.role !== "user") {
      report("first-role", 0, "the first message is the user's");
    }
    for (const block of system) checkBlock(block, "system", -1, report);
    const ids = new Set<unknown>();
    messages.forEach((message, index) => {
      for (const block of message.blocks) checkBlock(block, message.role, index, report);
      checkCalls(message, messages[index - 1], messages[index + 1], index, ids, report);
      checkPlace(message, messages[index - 1], messages[index + 1], index, report);
    });
    checkEnd(messages, params.model, report);
    checkMarks(params, system, messages, report);
  });
}

function readMessage(message: unknown, index: number, report: Report): Message {
  if (!isObject(message)) {
    report("role", index, "a message is an object with a role and content");
    return { role: undefined, blocks: [] };
  }
  const { role, content } = message;
  if (role !== "user" && role !== "assistant" && role !== "system") {
    report("role", index, `no message has the role ${JSON.stringify(role)}`);
  }
  const blocks = blocksOf(content, index, report);
  if (content === undefined) report("content", index, "a message has content");
  else if (blocks.length === 0) report("empty-content", index, "a message has content");
  return { role, blocks };
}

function blocksOf(content: unknown, index: number, report: Report): Record<string, unknown>[] {
  if (content === undefined) return [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) {
    report("content", index, "content is a string or an array of blocks");
    return [];
  }
  return content.filter((block: unknown) => {
    if (isObject(block) && typeof block.type === "string") return true;
    report("content", index, "a block is an object with a type");
    return false;
  });
}

const ofType = ({ blocks }: Message, type: string) => blocks.filter((block) => block.type === type);

/** Every call has its result at the beginning of the next message, and no other result is there. */
function checkCalls(
  message: Message,
  before: Message | undefined,
  after: Message | undefined,
  index: number,
  ids: Set<unknown>,
  report: Report,
): void {
  const results = new Set(
    after?.role === "user" ? ofType(after, "tool_result").map((block) => block.tool_use_id) : [],
  );
  if (message.role === "assistant") {
    for (const { id } of ofType(message, "tool_use")) {
      if (ids.has(id)) report("duplicate-tool-id", index, `two calls have the id ${String(id)}`);
      ids.add(id);
      if (!results.has(id)) report("missing-result", index, `call ${String(id)} has no result`);
    }
  }
  const calls = new Set(before?.role === "assistant" ? idsOf(before) : []);
  const seen = new Set<unknown>();
  for (const { tool_use_id: id } of ofType(message, "tool_result")) {
    if (!calls.has(id) || message.role !== "user") {
      report("unexpected-result", index, `the message before has no call ${String(id)}`);
    } else if (seen.has(id)) {
      report("unexpected-result", index, `call ${String(id)} has two results`);
    }
    seen.add(id);
  }
  const types = message.blocks.map(({ type }) => type === "tool_result");
  if (types.lastIndexOf(true) > types.indexOf(false) && types.includes(false)) {
    report("results-first", index, "tool results stand in front of everything else");
  }
}

const idsOf = (message: Message) => ofType(message, "tool_use").map(({ id }) => id);

function checkPlace(
  { role }: Message,
  before: Message | undefined,
  after: Message | undefined,
  index: number,
  report: Report,
): void {
  if (role !== "system") return;
  if (before?.role !== "user" || (after !== undefined && after.role !== "assistant")) {
    const rule = "behind one of the user, and in front of the assistant's or at the end";
    report("system-place", index, `a system message stands ${rule}`);
  }
}

function checkEnd(messages: readonly Message[], model: string | undefined, report: Report): void {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return;
  const index = messages.length - 1;
  if (model !== undefined && refusesPrefill(model)) {
    report("prefill", index, `${model} does not go on with a message of the assistant`);
  }
  const end = last.blocks.at(-1);
  if (end?.type === "thinking" || end?.type === "redacted_thinking") {
    report("final-thinking", index, "the last message does not end with thinking");
  }
  if (end?.type === "text" && isSaid(String(end.text)) && /\s$/.test(String(end.text))) {
    report("trailing-space", index, "the assistant's last text does not end with white space");
  }
}

function checkMarks(
  params: { readonly tools?: unknown; readonly cache_control?: unknown },
  system: readonly Record<string, unknown>[],
  messages: readonly Message[],
  report: Report,
): void {
  const tools: unknown[] = Array.isArray(params.tools) ? params.tools : [];
  let count = params.cache_control ? 1 : 0;
  let short = false;
  const visit = (block: unknown, index: number, markable: boolean) => {
    const mark = isObject(block) ? markOf(block) : undefined;
    if (mark === undefined) return;
    count++;
    if (!markable) report("cache-block", index, "this block takes no cache mark");
    if (mark.ttl !== "1h") short = true;
    else if (short) report("cache-order", index, "marks of 1h stand in front of those of 5m");
  };
  for (const tool of tools) visit(tool, -1, true);
  const visitBlock = (block: Record<string, unknown>, index: number) => {
    const empty = block.type === "text" && !isSaid(String(block.text));
    visit(block, index, !empty && isMarkable({ type: String(block.type) }));
  };
  for (const block of system) visitBlock(block, -1);
  messages.forEach(({ blocks }, index) => {
    for (const block of blocks) visitBlock(block, index);
  });
  if (count > MAX_MARKS) {
    report("cache-marks", -1, `a request has at most ${MAX_MARKS} cache marks, found ${count}`);
  }
}
