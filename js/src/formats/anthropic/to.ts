// From a compile to Anthropic's Messages.
import { type Arranged, arrange, type WarnAt } from "../arrange.js";
import type { Convertible } from "../messages.js";
import { PLACEHOLDER, withWarnings } from "../request.js";
import { resolve } from "../resolve.js";
import type { FormatWarning } from "../warnings.js";
import { type Block, markCache } from "./cache.js";
import { recallMessage } from "./hints.js";
import { writeCall, writeResult } from "./results.js";
import type {
  AnthropicMessage,
  AnthropicRequest,
  AnthropicTextBlock,
  ToAnthropicOptions,
} from "./types.js";
import { writePart } from "./write.js";

/** A message of the request, before it has its final form. */
interface Draft {
  readonly role: "system" | "user" | "assistant";
  readonly blocks: Block[];
  /** Its content is an array in any case. */
  array: boolean;
  /** Does not join the message before it, though that has the same role. */
  readonly apart: boolean;
  readonly fields: object | undefined;
}

/**
 * The system prompt and messages for `client.messages.create({ model, max_tokens, ...request })`, such
 * that the API takes them. What `fromAnthropic` read comes back deep-equal, but for what the API
 * refuses: empty texts are left out. Neighbours of one role become one message, unless they were two
 * when they were read.
 */
export function toAnthropic(
  compiled: Convertible,
  options: ToAnthropicOptions = {},
): AnthropicRequest {
  const warnings: FormatWarning[] = [];
  const warn: WarnAt = (kind, index, message) => warnings.push({ kind, index, message });
  const used = new Set<string>();
  const system: Draft[] = [];
  const drafts: Draft[] = [];
  for (const arranged of arrange(resolve(compiled, options, warnings), warn)) {
    const draft = writeDraft(arranged, options, used, warn);
    if (draft === undefined) continue;
    if (draft.role !== "system") join(drafts, draft);
    else if (staysInPlace(arranged, options)) join(drafts, draft);
    else {
      system.push(draft);
      if (drafts.length > 0) warnMoved(draft, warn);
    }
  }
  const messages = finish(drafts, system, warn);
  const prompt = system.flatMap(({ blocks }) => blocks);
  markCache(
    prompt,
    messages.flatMap(({ blocks }) => blocks),
    options.cache,
    options.model,
    warn,
  );
  const array = system.length > 1 || system.some((draft) => draft.array);
  const request = {
    ...(prompt.length === 0 ? {} : { system: contentOf(prompt, array) as string }),
    messages: messages.map(
      ({ role, blocks, array, fields }) =>
        ({ role, content: contentOf(blocks, array), ...fields }) as AnthropicMessage,
    ),
  };
  return withWarnings<Omit<AnthropicRequest, "warnings">>(request, warnings);
}

function writeDraft(
  arranged: Arranged,
  { model }: ToAnthropicOptions,
  used: Set<string>,
  warn: WarnAt,
): Draft | undefined {
  if (arranged.kind === "results") {
    const hint = recallMessage(arranged.provider);
    const blocks = arranged.answers.map((answer) => ({
      value: writeResult(answer, (kind, message) => warn(kind, answer.index, message)),
      index: answer.index,
    }));
    return { role: "user", blocks, array: true, apart: false, fields: hint.fields };
  }
  const { message, index } = arranged;
  const role = roleOf(message.role);
  const hint = recallMessage(message.provider);
  const note = (kind: FormatWarning["kind"], text: string) => warn(kind, index, text);
  const calls = arranged.calls.values();
  const blocks = message.parts.flatMap((part): Block[] => {
    const call = part.type === "tool-call" ? calls.next().value : undefined;
    const value = call ? writeCall(call, used, note) : writePart(part, role, model, note);
    return value === undefined ? [] : [{ value, index }];
  });
  if (message.name !== undefined && role !== "system") {
    note("dropped-field", `the name ${JSON.stringify(message.name)} has no place in this format`);
  }
  if (message.parts.length === 0) note("dropped-message", "a message without content is left out");
  if (blocks.length === 0) return undefined;
  const array = hint.content === "blocks";
  return { role, blocks, array, apart: hint.apart === true, fields: hint.fields };
}

function roleOf(role: string): Draft["role"] {
  if (role === "assistant") return "assistant";
  return role === "system" || role === "developer" ? "system" : "user";
}

/** Puts a message behind the others, or into the last one where they are one turn. */
function join(drafts: Draft[], draft: Draft): void {
  const last = drafts.at(-1);
  if (last?.role !== draft.role || draft.apart) {
    drafts.push(draft);
    return;
  }
  last.blocks.push(...draft.blocks);
  last.array = true;
}

function staysInPlace(arranged: Arranged, { system }: ToAnthropicOptions): boolean {
  if (arranged.kind === "results") return false;
  return system === "in-place" || recallMessage(arranged.message.provider).place === "messages";
}

function warnMoved(draft: Draft, warn: WarnAt): void {
  const index = draft.blocks[0]?.index ?? 0;
  warn("changed-order", index, "a later system message is sent at the end of the system prompt");
}

/** The messages such that the API takes their order and their end. */
function finish(drafts: readonly Draft[], system: Draft[], warn: WarnAt): Draft[] {
  const messages: Draft[] = [];
  drafts.forEach((draft, position) => {
    // A system message stands behind one of the user, and nothing but an answer stands behind it.
    const next = drafts[position + 1]?.role ?? "assistant";
    if (draft.role === "system" && (messages.at(-1)?.role !== "user" || next !== "assistant")) {
      if (position > 0) warnMoved(draft, warn);
      system.push(draft);
    } else join(messages, draft);
  });
  trimEnd(messages, warn);
  if (messages.length > 0 && messages[0]?.role !== "user") {
    const value = { type: "text", text: PLACEHOLDER } as const;
    const blocks = [{ value, index: -1 }];
    messages.unshift({ role: "user", blocks, array: false, apart: false, fields: undefined });
    warn("added-message", 0, "a message of the user is put in front, as the first one has to be");
  }
  return messages;
}

/** At the end of the request thinking has to be followed by something, and texts end without space. */
function trimEnd(messages: Draft[], warn: WarnAt): void {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return;
  let end = last.blocks.at(-1);
  while (end !== undefined && /thinking$/.test(end.value.type)) {
    warn("dropped-part", end.index, "thinking that nothing follows is left out");
    last.blocks.pop();
    end = last.blocks.at(-1);
  }
  if (end === undefined) {
    messages.pop();
    trimEnd(messages, warn);
  } else if (end.value.type === "text" && /\s$/.test(end.value.text)) {
    warn("changed-value", end.index, "white space at the end of the last message is left out");
    end.value = { ...end.value, text: end.value.text.trimEnd() };
  }
}

/** A single plain text is a string, unless it was an array when it was read. */
function contentOf(blocks: readonly Block[], array: boolean): unknown {
  const [only] = blocks;
  if (!array && blocks.length === 1 && only?.value.type === "text") {
    const { type: _, text, ...rest } = only.value as AnthropicTextBlock;
    if (Object.keys(rest).length === 0) return text;
  }
  return blocks.map(({ value }) => value);
}
