// Where a request is marked for the provider's cache ("Prompt caching" in Claude's documentation).
import type { WarnAt } from "../arrange.js";
import { minimumTokens } from "./models.js";
import type { AnthropicBlock, AnthropicCacheControl, AnthropicCacheOptions } from "./types.js";

/** A block of the request, and the message of varve that it came from. */
export interface Block {
  value: AnthropicBlock;
  readonly index: number;
}

/** How many marks a request may have. */
export const MAX_MARKS = 4;

/** How many blocks the provider looks back from a mark for something it holds. */
const LOOK_BACK = 20;

/** The types of blocks that may carry a mark. */
const MARKABLE = new Set([
  "text",
  "image",
  "document",
  "search_result",
  "tool_use",
  "tool_result",
  "server_tool_use",
  "web_search_tool_result",
  "web_fetch_tool_result",
  "code_execution_tool_result",
  "bash_code_execution_tool_result",
  "text_editor_code_execution_tool_result",
  "tool_search_tool_result",
  "container_upload",
]);

/** Whether a block may carry a mark: thinking, for one, may not. */
export function isMarkable({ type }: { readonly type: string }): boolean {
  return MARKABLE.has(type);
}

/** The mark of a block. */
export function markOf(block: object): AnthropicCacheControl | undefined {
  return (block as { cache_control?: AnthropicCacheControl | null }).cache_control ?? undefined;
}

/**
 * Marks, in a request's blocks in their order: the end of what was sent before, where the cache is
 * read; the end of the request, where the next one will; the end of the system prompt; and the places
 * in front of the first of these where the look-back would end. Marks that came with the blocks stay,
 * the last ones if they are too many.
 */
export function markCache(
  system: readonly Block[],
  messages: readonly Block[],
  options: AnthropicCacheOptions | undefined,
  model: string | undefined,
  warn: WarnAt,
): void {
  const blocks = [...system, ...messages];
  const limit = Math.max(0, MAX_MARKS - (options?.reserved ?? 0));
  let free = limit - keepLast(blocks, limit, warn);
  if (options === undefined) return;
  for (const position of placesFor(blocks, system.length, options, model)) {
    const block = blocks[position];
    if (free === 0 || block === undefined || markOf(block.value)) continue;
    const mark = markFor(blocks, position, options.ttl);
    if (mark === undefined) continue;
    block.value = { ...block.value, cache_control: mark } as AnthropicBlock;
    free--;
  }
}

/** Takes the first marks away until no more than `limit` are left. How many those are. */
function keepLast(blocks: readonly Block[], limit: number, warn: WarnAt): number {
  const marked = blocks.filter(({ value }) => markOf(value));
  for (const block of marked.slice(0, Math.max(0, marked.length - limit))) {
    const { cache_control: _, ...rest } = block.value as AnthropicBlock & {
      cache_control: unknown;
    };
    block.value = rest as AnthropicBlock;
    warn("dropped-field", block.index, "a cache mark is left out: a request takes no more than 4");
  }
  return Math.min(marked.length, limit);
}

/** The places worth a mark, the most useful first. */
function* placesFor(
  blocks: readonly Block[],
  systemLength: number,
  { stablePrefix }: AnthropicCacheOptions,
  model: string | undefined,
): Generator<number> {
  const changed = blocks.findIndex(({ index }) => index >= stablePrefix.messages);
  const long = stablePrefix.tokens >= minimumTokens(model);
  const stable = long ? lastMarkable(blocks, changed < 0 ? blocks.length : changed) : -1;
  yield stable;
  yield lastMarkable(blocks, blocks.length);
  yield lastMarkable(blocks, systemLength);
  for (let place = stable - LOOK_BACK; place >= 0; place -= LOOK_BACK) {
    yield lastMarkable(blocks, place + 1);
  }
}

/** The last block before `end` that may be marked, or -1. */
function lastMarkable(blocks: readonly Block[], end: number): number {
  for (let position = end - 1; position >= 0; position--) {
    if (isMarkable((blocks[position] as Block).value)) return position;
  }
  return -1;
}

/** A mark that fits those around it, as longer times may not stand behind shorter ones; else none. */
function markFor(
  blocks: readonly Block[],
  position: number,
  ttl: AnthropicCacheOptions["ttl"],
): AnthropicCacheControl | undefined {
  const times = (some: readonly Block[]) =>
    some.flatMap(({ value }) => {
      const mark = markOf(value);
      return mark === undefined ? [] : [mark.ttl ?? "5m"];
    });
  const mustBeLong = times(blocks.slice(position + 1)).includes("1h");
  const mustBeShort = times(blocks.slice(0, position)).includes("5m");
  if (mustBeLong && mustBeShort) return undefined;
  if (mustBeLong) return { type: "ephemeral", ttl: "1h" };
  if (mustBeShort || ttl === undefined) return { type: "ephemeral" };
  return { type: "ephemeral", ttl };
}
