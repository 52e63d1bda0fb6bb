// Turns: what a model says while it says it.
import type { ChangeOptions, Receipt } from "./commit.js";
import type { BuiltInPayload, NewPart, ProviderData } from "./content.js";
import type { JsonInput } from "./json.js";

/** What `turn` takes; all of it but `id` and `signal` holds for every entry of the turn. */
export interface TurnOptions
  extends Pick<ChangeOptions, "author" | "labels" | "metadata" | "replyTo"> {
  /**
   * The id of the turn's first entry: a chat UI's message id. Further entries are called `<id>#2`,
   * `<id>#3` … Default: made by chance.
   */
  id?: string | undefined;
  /** Ties it to entries outside: the `turn` of a commit. Default: the id. */
  turn?: string | undefined;
  /** The model that answers. */
  model?: string | undefined;
  /** Once it is aborted, `write` and `save` throw its reason, and the turn can only finish as aborted. */
  signal?: AbortSignal | undefined;
}

/** A piece of a part. */
export type Delta =
  | {
      readonly type: "text-delta" | "reasoning-delta";
      readonly text: string;
      /** Tells parts apart that grow at the same time. Default: the last part grows. */
      readonly id?: string;
      /** Added to the part's: signatures, item ids. */
      readonly provider?: ProviderData;
    }
  | {
      readonly type: "tool-input-delta";
      readonly callId: string;
      /** Needed once for each call. */
      readonly toolName?: string;
      /** A piece of the arguments' text. */
      readonly text: string;
      readonly provider?: ProviderData;
    }
  /** What follows comes from another request to the model. */
  | { readonly type: "step-start" };

/** How a turn ended; `streaming`: it was saved, and has not ended yet. */
export type TurnStatus = "complete" | "aborted" | "error" | "streaming";

/** The `generation` of a turn's last message. */
export interface TurnGeneration {
  readonly status: TurnStatus;
  readonly model?: string;
  readonly finishReason?: string | null;
  readonly usage?: JsonInput;
}

/** What `finish` takes. */
export interface FinishOptions<P = BuiltInPayload> {
  status: Exclude<TurnStatus, "streaming">;
  /** What it cost: as `extractUsage` gives it, or as the provider does. */
  usage?: unknown;
  /** The provider's word for why the model stopped. */
  finishReason?: string | null | undefined;
  /** The model that answered, where it is another than that of the turn. */
  model?: string | null | undefined;
  /**
   * What a converter made of the whole answer. Takes the place of what was written since the last
   * `step-start`: so signatures, item ids and all else are kept exactly.
   */
  payloads?: readonly P[] | undefined;
}

/** What a model says, while it says it. Nothing is stored before `save` or `finish`. */
export interface Turn<P = BuiltInPayload> {
  /** The id of its first entry. */
  readonly id: string;
  /** The `turn` of all its entries. */
  readonly turn: string;
  /** Whether it was finished. */
  readonly finished: boolean;
  /**
   * Takes a part, or a piece of one. A text, thought or file behind a tool's result, and everything
   * behind a `step-start`, begins another message. A whole call replaces what came of it in pieces.
   *
   * @throws `Validation` for what is no part; `Closed` once it is finished; the reason of the signal.
   */
  write(piece: NewPart | Delta): this;
  /**
   * Stores what came so far, with the status `streaming`: what a crash cannot take. A later save, or
   * the end, replaces it. Returns the receipts of its entries.
   *
   * @throws `Closed` once it is finished; the reason of the signal; what `batch`, `commit`, `edit` throw.
   */
  save(): Promise<readonly Receipt[]>;
  /**
   * Stores everything as one operation: the assistant's messages, and its tools'. A turn that nothing
   * was written to stores nothing. What fails can be called again, and stores nothing twice.
   *
   * @throws `Closed` where it is finished, or about to be; `Validation`; what `batch`, `commit`, `edit`
   * throw: `EditTarget` where what was saved is not in the view any more.
   */
  finish(options: FinishOptions<P>): Promise<readonly Receipt[]>;
  /** Finishes it as aborted, unless it is finished. */
  [Symbol.asyncDispose](): Promise<void>;
}
