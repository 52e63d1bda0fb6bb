// The built-in summarizer's module, and what it is asked. All goes over as one text: records with U+001E between
// them, their fields with U+001F. src/wasm/summarize.rs is the other side.
import { VarveError } from "../errors.js";
import type { Message } from "../types/compile.js";
import type { SummarizeRequest, SummarizeResult } from "../types/compress.js";
import type { Part, Role } from "../types/content.js";
import type { summarizerModule } from "./source.js";
import { outputText, summaryText } from "./text.js";

/** What the module exports. An instance serves one call: its memory goes with it, and whatever went wrong in it. */
interface Summarizer {
  memory: { readonly buffer: ArrayBuffer };
  reserve(length: number): number;
  summarize(start: number, length: number, targetTokens: number): number;
  answer_length(): number;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** Makes a summary. */
export async function extract(
  request: SummarizeRequest,
  source: typeof summarizerModule,
): Promise<SummarizeResult> {
  const { targetTokens, signal } = request;
  signal?.throwIfAborted();
  if (!Number.isInteger(targetTokens) || targetTokens < 0) {
    const message = `targetTokens is ${String(targetTokens)}; expected a whole number from 0 on`;
    throw new VarveError("Validation", message, { pointer: "/targetTokens" });
  }
  compiled ??= compile(source);
  const module = await compiled;
  signal?.throwIfAborted();
  const given = new TextEncoder().encode(recordsOf(request).map(joined).join("\x1e"));
  return fitted(request, (limit) => {
    const [text = "", ...facts] = ask(module, given, Math.min(limit, MOST)).split("\x1e");
    return { text, facts, summarizer: "builtin" };
  });
}

const MOST = 0xffff_ffff;
/** How much of the limit is to be used before asking again ends. */
const ENOUGH = 0.97;
const ROUNDS = 6;

/** The module counts roughly. Where the caller counts, it is asked again until the answer fits, and is not too short. */
function fitted(
  { targetTokens, countTokens }: SummarizeRequest,
  askFor: (limit: number) => SummarizeResult,
): SummarizeResult {
  let answer = askFor(targetTokens);
  if (countTokens === undefined) return answer;
  let best: SummarizeResult = { text: "", facts: [], summarizer: "builtin" };
  let [most, limit] = [-1, targetTokens];
  for (let round = 1; ; round++) {
    const tokens = countTokens(summaryText(answer));
    if (tokens <= targetTokens && tokens > most) [best, most] = [answer, tokens];
    const next = Math.floor((limit * targetTokens * 0.99) / Math.max(tokens, 1));
    if (round === ROUNDS || most >= ENOUGH * targetTokens || next === limit) return best;
    limit = Math.min(next, 2 * targetTokens);
    answer = askFor(limit);
  }
}

function ask(module: WebAssembly.Module, given: Uint8Array, limit: number): string {
  try {
    const { exports } = new WebAssembly.Instance(module);
    const summarizer = exports as unknown as Summarizer;
    const start = summarizer.reserve(given.length);
    new Uint8Array(summarizer.memory.buffer, start).set(given);
    const answer = summarizer.summarize(start, given.length, limit);
    const { buffer } = summarizer.memory;
    return new TextDecoder().decode(new Uint8Array(buffer, answer, summarizer.answer_length()));
  } catch (cause) {
    const message = `the built-in summarizer failed on ${given.length} bytes: ${String(cause)}`;
    throw new VarveError("Internal", message, {}, { cause });
  }
}

/** A failure is forgotten, so that the next call tries again. */
async function compile(source: typeof summarizerModule): Promise<WebAssembly.Module> {
  try {
    const input = await source();
    const isCompiled = Object.prototype.toString.call(input) === "[object WebAssembly.Module]";
    return isCompiled
      ? (input as WebAssembly.Module)
      : await WebAssembly.compile(input as BufferSource);
  } catch (cause) {
    compiled = undefined;
    const message = `the module of the built-in summarizer cannot be loaded: ${String(cause)}`;
    throw new VarveError("Internal", message, {}, { cause });
  }
}

/** What kind of record it is (answer() in src/wasm/summarize.rs has them all), and its fields. */
type Record = readonly [kind: string, ...fields: string[]];

function joined(record: Record): string {
  return record.map((field) => field.replaceAll("\x1e", " ").replaceAll("\x1f", " ")).join("\x1f");
}

function recordsOf({ messages, instructions, earlier, mustKeep }: SummarizeRequest): Record[] {
  const records: Record[] = messages.flatMap((message) =>
    message.parts.map((part) => recordOf(message, part)),
  );
  if (instructions) records.push(["i", instructions]);
  if (earlier) records.push(["e", earlier.text]);
  for (const fact of earlier?.facts ?? []) records.push(["f", fact]);
  for (const words of mustKeep ?? []) records.push(["k", words]);
  return records;
}

const SPEAKERS: Readonly<globalThis.Record<Role, string>> = {
  system: "s",
  developer: "s",
  user: "u",
  assistant: "a",
  tool: "r",
};

function recordOf({ role, name = "" }: Message, part: Part): Record {
  switch (part.type) {
    case "text":
      return [SPEAKERS[role], name, "", part.text];
    case "reasoning":
      return ["t", "", "", part.text];
    case "tool-call":
      return ["c", part.toolName, part.callId, part.rawInput ?? JSON.stringify(part.input)];
    case "tool-result": {
      const isFailure = part.output.type.startsWith("e"); // error-text, error-json, execution-denied
      const kind = isFailure ? "x" : "r";
      return [kind, part.toolName ?? "", part.callId, outputText(part.output)];
    }
    case "file": {
      const file = [part.filename, part.mediaType, part.url].filter((said) => said !== undefined);
      return [SPEAKERS[role], name, "", `file ${file.join(" ")}`];
    }
    default:
      return ["r", part.kind, "", JSON.stringify(part.value)];
  }
}
