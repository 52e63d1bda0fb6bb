// The compile: what a model sees.

import type { Part, ProviderData, Role } from "./content.js";
import type { JsonInput } from "./json.js";
import type { Proposal } from "./policies.js";

/** What `compile` and `prepare` take. */
export interface CompileOptions {
  /**
   * Compiles the past: a commit (hash or prefix), tag or branch, or a time (a Date, or UTC
   * milliseconds).
   */
  asOf?: string | number | Date | undefined;
  /** System messages in front of all others: counted, not stored. */
  instructions?: string | readonly string[] | undefined;
  /** Tool definitions as they are sent to the provider: counted by OpenAI's published rule. */
  tools?: JsonInput | undefined;
  /** The window, in tokens. Whole steps go, the oldest of the least importance first. */
  maxTokens?: number | undefined;
  /** How many of the last entries the window keeps in any case. Default: 0. */
  preserveRecent?: number | undefined;
  /** What becomes of a tool call that was never answered. Default: `error-result`. */
  dangling?: "error-result" | "drop" | "keep" | undefined;
  /** Whether reasoning is part of it. Default: it is. */
  includeReasoning?: boolean | undefined;
  /**
   * `notes`: the notes of commits instead of their entries. `adaptive`: the most recent entries in
   * full, notes before; `recent` is how many (from 1 on), or which share (below 1).
   */
  strategy?: "full" | "notes" | { readonly adaptive: { readonly recent: number } } | undefined;
  /** Where what must stay does not fit: fail with `BudgetExceeded` (default), or return it anyway. */
  onOverflow?: "error" | "return" | undefined;
  /** Where summaries stand: at the head of the next user message (default), or as system messages. */
  summaries?: "user" | "system" | undefined;
  /** Whether the bytes of files come along, as `files`. Default: they do. */
  files?: boolean | undefined;
  /** Checked before anything happens. */
  signal?: AbortSignal | undefined;
}

/** A message of a compile. Frozen; the same object in the next compile where it did not change. */
export interface Message {
  readonly role: Role;
  /** The speaker's name. */
  readonly name?: string;
  readonly parts: readonly Part[];
  readonly provider?: ProviderData;
  /** The ids of the entries it came from. Empty for instructions given to `compile`. */
  readonly entries: readonly string[];
  /** The hashes of the commits it came from. */
  readonly commits: readonly string[];
}

/** Something worth knowing about a compile. */
export type CompileWarning =
  /** What must stay does not fit, and was returned all the same (`onOverflow: "return"`). In tokens. */
  | { readonly kind: "overflow"; readonly limit: number; readonly required: number }
  /**
   * It has more than the handle's budget, in tokens: policies had nothing that could go, or none acts. `entries` are those
   * of the current turn, which is never compressed; `clearToolResults` makes its results shorter.
   */
  | {
      readonly kind: "over-budget";
      readonly limit: number;
      readonly used: number;
      readonly entries: readonly string[];
    }
  /** Part of a step is skipped, so all of it is left out. */
  | { readonly kind: "step-hidden"; readonly entries: readonly string[] }
  /** The entry's payload was erased, so its step is left out. */
  | { readonly kind: "erased"; readonly entries: readonly string[] }
  /** A result is left out, because no call of its id comes before it. */
  | { readonly kind: "result-without-call"; readonly entries: readonly string[] };

/** How many leading messages, and tokens, equal those of the last compile marked as sent. */
export interface StablePrefix {
  readonly messages: number;
  readonly tokens: number;
}

/** Tokens of a request. Unknown is absent, or null. */
export interface InputUsage {
  total?: number | null | undefined;
  uncached?: number | null | undefined;
  cacheRead?: number | null | undefined;
  cacheWrite?: number | null | undefined;
}

/** Tokens of an answer. Unknown is absent, or null. */
export interface OutputUsage {
  total?: number | null | undefined;
  text?: number | null | undefined;
  reasoning?: number | null | undefined;
}

/** What a call of a model cost, in tokens. */
export interface Usage {
  input?: InputUsage | undefined;
  output?: OutputUsage | undefined;
  /** The provider's own figures. */
  raw?: JsonInput | undefined;
}

/** What a model was sent, and what it cost. */
export interface SentReport {
  model: string;
  usage?: Usage | undefined;
  /** The provider's id of the answer. */
  responseId?: string | undefined;
}

/** What a model is to see. Frozen. */
export interface Compiled {
  /** In order. A frozen array, made when first read; the same array at every read. */
  readonly messages: readonly Message[];
  /**
   * The bytes of the files that the messages name, by hash: converters take them from here. Those that were erased
   * or freed are not among them. The arrays are shared with other compiles: do not change them.
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Of the messages, the tools and the primer of the reply, as a provider counts them. */
  readonly tokenCount: number;
  /** How many commits the messages came from. */
  readonly commitCount: number;
  /** What counted: `tiktoken:<encoding>`, `api:<model>`, `calibrated:<model>`, `approximate`, … */
  readonly tokenSource: string;
  readonly warnings: readonly CompileWarning[];
  /** The commit it was compiled from; undefined where there is none yet. */
  readonly head: string | undefined;
  readonly stablePrefix: StablePrefix;
  /**
   * Records that exactly this was sent, and what it cost. Later compiles count by it.
   *
   * @throws `Validation` where the figures are not whole numbers; any error of the store.
   */
  sent(report: SentReport): Promise<void>;
}

/** A compile, and what the policies propose. */
export interface Prepared extends Compiled {
  /** What policies propose, and nobody answered yet. */
  readonly proposals: readonly Proposal[];
}
