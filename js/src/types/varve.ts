// What `createVarve` takes.
import type { EncodingAsset, EncodingName } from "../tokens/names.js";
import type { Budget } from "./budget.js";
import type { OperationOptions } from "./commit.js";
import type { Summarizer } from "./compress.js";
import type { ContentTypes } from "./content-types.js";
import type { JsonInput, JsonObject } from "./json.js";
import type { Models } from "./models.js";
import type { StorageAdapter } from "./storage.js";

/** Counts the tokens of a text. The same text has always the same count. */
export interface TokenCounter {
  /** Names the counter: counts are stored beside it, and compiles say `custom:<name>`. */
  readonly name: string;
  /** A whole number, not negative. Special tokens written out in the text are plain text. */
  count(text: string): number | Promise<number>;
}

/** Repositories in memory: made by `memory()`. */
export interface MemoryStorage {
  readonly kind: "memory";
  readonly name: string;
}

/** What `createVarve` takes. */
export interface VarveOptions<T extends ContentTypes = ContentTypes> {
  /** Where repositories are kept. Default: `memory()`. */
  storage?: MemoryStorage | StorageAdapter | undefined;
  /** Keeps the repositories of one customer or user apart from those of others. Default: `default`. */
  workspace?: string | undefined;
  /**
   * How texts are counted: an encoding of OpenAI's, by name or as `varve/encodings/<name>` has it;
   * `approximate` needs no vocabulary. Default: `o200k_base`. Loaded by the first `open`.
   */
  encoding?: EncodingName | EncodingAsset | "approximate" | undefined;
  /** A counter of your own in place of an encoding; null: nothing is counted. */
  counter?: TokenCounter | null | undefined;
  /** Types of your own, by name. Registered in a repository when first written there. */
  contentTypes?: T | undefined;
  /** Who writes summaries where `compress` is not told. Default: the built-in one, which asks nobody. */
  summarize?: Summarizer | undefined;
  /** What budgets look models up in: the `models` of `varve/models`, entries of your own. */
  models?: Models | undefined;
  /** UTC milliseconds. Default: `Date.now`. */
  clock?: (() => number) | undefined;
}

/** What `open` takes. */
export interface OpenOptions {
  /**
   * False: fail with `RepositoryNotFound` where there is none. Default: it is created by the first
   * write.
   */
  create?: boolean | undefined;
  /** How much a model may be given. */
  budget?: Budget | undefined;
}

/** Which repositories `list` gives. */
export interface ListOptions {
  /** Only ids that begin with it. */
  prefix?: string | undefined;
  /** `updatedAt` and `createdAt`: newest first. Default: `id`, by its UTF-8 bytes. */
  orderBy?: "id" | "updatedAt" | "createdAt" | undefined;
  /** The `cursor` of the page before. */
  cursor?: string | undefined;
  /** The most rows. Default: 100. */
  limit?: number | undefined;
  /**
   * Only those whose metadata has these members; null: has no such member. Rows of the store are read
   * until there are enough: where few fit, give a `prefix` as well, or query the tables of a SQL store.
   */
  where?: { readonly [member: string]: string | number | boolean | null } | undefined;
}

/** What lists show of a repository. */
export interface Description {
  /** Null or empty: none. */
  title?: string | null | undefined;
  /** Members that are set, or with null taken away; others stay. */
  metadata?: { readonly [member: string]: JsonInput | undefined } | undefined;
}

/** What `create` takes. */
export interface CreateOptions extends OperationOptions, Description, Pick<OpenOptions, "budget"> {
  /** Default: a random UUID. */
  id?: string | undefined;
}

/** A repository in a list. */
export interface RepositoryInfo {
  id: string;
  /** UTC milliseconds. */
  createdAt: number;
  /** Of the last write, UTC milliseconds. */
  updatedAt: number;
  title?: string;
  metadata: JsonObject;
}

/** Repositories of a workspace. */
export interface RepositoryList {
  repositories: RepositoryInfo[];
  /** Where the next page begins; absent on the last one. */
  cursor?: string;
}
