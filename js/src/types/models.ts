// What is known of a model.

/** What models take besides text. */
export type Media = "image" | "audio" | "video" | "pdf";

/** A model's window, limits and prices. */
export interface Model {
  /** Who serves it: `openai`, `anthropic`, `google`, … */
  readonly provider?: string;
  /**
   * The most tokens of a request. Where the provider limits input apart from the answer, that limit
   * (GPT-5: 272,000, and an answer of 128,000).
   */
  readonly contextWindow: number;
  /** The most tokens of an answer. */
  readonly maxOutput?: number;
  /** USD for a million tokens of input, at the base price: without tiers, batches, priority. */
  readonly input?: number;
  /** USD for a million tokens of the answer. */
  readonly output?: number;
  /** USD for a million tokens read from the prompt cache. */
  readonly cacheRead?: number;
  /** USD for a million tokens written to the prompt cache, where that costs more than input. */
  readonly cacheWrite?: number;
  /** What it takes besides text; empty: nothing. Absent: it is not known. Converters take it as `accepts`. */
  readonly accepts?: readonly Media[];
}

/** Models by name: the `models` of `varve/models`, or your own. */
export type Models = { readonly [name: string]: Model };
