// Summaries by the model that some browsers bring: the Summarizer API of the WebML Community Group, on the device.
import type { Message } from "../types/compile.js";
import type { SummarizeRequest, Summarizer } from "../types/compress.js";
import { failed, transcript } from "./prompt.js";

/** What `browserSummarizer` takes. */
export interface BrowserSummarizerOptions {
  /**
   * Whether the browser may download its model now, which can take minutes and, in Chromium, needs a click or a key
   * just before. Default: false.
   */
  download?: boolean | undefined;
  /** What all summaries are about, in words. */
  sharedContext?: string | undefined;
  /** The languages that are read, and the one that is written: BCP 47 tags, `en` say. Default: the browser's. */
  expectedInputLanguages?: readonly string[] | undefined;
  outputLanguage?: string | undefined;
}

type Availability = "unavailable" | "downloadable" | "downloading" | "available";

/** What the browser makes: https://webmachinelearning.github.io/writing-assistance-apis/ */
interface NativeSummarizer {
  readonly inputQuota: number;
  measureInputUsage(text: string, options: object): Promise<number>;
  summarize(text: string, options: object): Promise<string>;
  destroy(): void;
}

interface NativeSummarizers {
  availability(options: object): Promise<Availability>;
  create(options: object): Promise<NativeSummarizer>;
}

const NAME = "browserSummarizer";

/**
 * Summaries by the browser's own model, where it has one: nothing leaves the device. What does not fit its context is
 * summarized in parts. It knows no facts: those of the earlier summary, and what must be kept, are added to its text.
 *
 * Its summaries fail with `Callback` where the browser has no such model, or would have to download it first
 * (`download`); with what the browser throws.
 */
export function browserSummarizer(options: BrowserSummarizerOptions = {}): Summarizer {
  const { download = false, ...shared } = options;
  return async (request) => {
    const summarizers = (globalThis as { Summarizer?: NativeSummarizers }).Summarizer;
    if (typeof summarizers?.create !== "function") {
      throw failed(NAME, "this browser has no Summarizer API; use another summarizer");
    }
    const wanted = { type: "key-points", format: "plain-text", length: "long", ...shared };
    const availability = await summarizers.availability(wanted);
    if (availability === "unavailable") {
      throw failed(NAME, "the browser has no model for this device or these languages");
    }
    if (availability !== "available" && !download) {
      const hint = "pass download: true, after a click or a key of the user";
      throw failed(NAME, `the browser has to download its model first (${availability}); ${hint}`);
    }
    const { signal } = request;
    const native = await summarizers.create({ ...wanted, ...(signal && { signal }) });
    try {
      const text = await summarized(native, request, request.messages);
      return { text, facts: factsOf(request, text), summarizer: "browser" };
    } finally {
      native.destroy();
    }
  };
}

/** As a whole where it fits, otherwise in halves. */
async function summarized(
  native: NativeSummarizer,
  request: SummarizeRequest,
  messages: readonly Message[],
): Promise<string> {
  const { instructions, earlier, signal } = request;
  const context = [instructions, earlier && `So far: ${earlier.text}`].filter(Boolean).join("\n");
  const options = { ...(context && { context }), ...(signal && { signal }) };
  const write = async (text: string): Promise<string> => {
    signal?.throwIfAborted();
    if (text.trim() === "") return "";
    const fits = (await native.measureInputUsage(text, options)) <= native.inputQuota;
    if (fits) return (await native.summarize(text, options)).trim();
    if (text.length < 2) throw failed(NAME, "the earlier summary leaves no room in its context");
    const middle = cut(text);
    const parts = [await write(text.slice(0, middle)), await write(text.slice(middle))];
    return parts.filter(Boolean).join("\n");
  };
  return [earlier?.text, await write(transcript(messages))].filter(Boolean).join("\n");
}

/** Where to cut a text in two: at the line end nearest to its middle, or there. */
function cut(text: string): number {
  const middle = text.length >> 1;
  const line = text.indexOf("\n", middle);
  return line > 0 && line < text.length * 0.9 ? line + 1 : middle;
}

function factsOf({ earlier, mustKeep = [] }: SummarizeRequest, text: string): string[] {
  const facts = [...(earlier?.facts ?? [])];
  const holds = (words: string) =>
    text.includes(words) || facts.some((fact) => fact.includes(words));
  return [...facts, ...mustKeep.filter((words) => !holds(words))];
}
