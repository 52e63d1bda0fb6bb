// Making a context smaller: compression, results of tools that are cleared. What it takes is loaded when it is
// first used.
import { Transaction } from "../batch.js";
import { Chats } from "../chat/chats.js";
import { later } from "../later.js";
import type { OperationOptions } from "../types/commit.js";
import type { BuiltInPayload } from "../types/content.js";
import type {
  Cleared,
  ClearOptions,
  Compression,
  CompressOptions,
  CompressPlan,
  PendingCompression,
} from "../types/shrink.js";
import type { Place } from "./place.js";

/** Makes a context smaller. */
export abstract class Shrinker<P = BuiltInPayload> extends Chats<P> {
  readonly #place: Place = {
    link: this.link,
    change: this.change.bind(this),
  };

  /** See `Repository`. */
  abstract batch<R>(
    run: (tx: Transaction<P>) => R | Promise<R>,
    options?: OperationOptions,
  ): Promise<R>;

  /**
   * Puts summaries in the place of entries: all that can go, or those that are asked for. Pinned entries, the
   * current turn and the last `preserveRecent` entries stay, steps go whole, and a summary extends the one before
   * it. All of it is one operation: `undo` brings everything back, `revert` of one summary what that stands for.
   * Where nothing can go, nothing happens. With `autoCommit: false` the summaries wait for somebody's word, in the
   * store (null: nothing can go); with `plan: true` it only tells what would happen.
   *
   * @throws `EditTarget` for an id that cannot go; `Compression` for a summary that lost what it must keep, or is
   * longer than what it stands for; `Callback` for what a summarizer throws; `Conflict` where an entry changed
   * while it was summarised; `Validation`; any error of the store. Nothing is stored then.
   */
  compress(options: CompressOptions & { plan: true }): Promise<CompressPlan>;
  compress(
    options: CompressOptions & { autoCommit: false; plan?: false | undefined },
  ): Promise<PendingCompression | null>;
  compress(
    options?: CompressOptions & { autoCommit?: true | undefined; plan?: false | undefined },
  ): Promise<Compression>;
  compress(
    options?: CompressOptions,
  ): Promise<CompressPlan | Compression | PendingCompression | null>;
  async compress(
    options: CompressOptions = {},
  ): Promise<CompressPlan | Compression | PendingCompression | null> {
    return (await later(import("./compress.js"))).compress(this.#place, options);
  }

  /**
   * The compressions that wait for somebody's word, the newest first, whichever process they are of.
   *
   * @throws Any error of the store.
   */
  async pending(): Promise<PendingCompression[]> {
    return (await later(import("./pending.js"))).pending(this.#place);
  }

  /**
   * Clears what tools gave back, but for the last results: the calls stay, and each result becomes a short mark
   * that names the commit with the full one, for `get`. One operation, made of edits: `undo` takes it back.
   * Pinned entries stay as they are. With `plan: true` it only tells what would happen.
   *
   * @throws `Validation`; `Conflict`; any error of the store. Nothing is stored then.
   */
  async clearToolResults(options: ClearOptions = {}): Promise<Cleared> {
    const { instance, native } = this.link;
    const begin = () =>
      new Transaction<P>(
        this.link,
        instance.run(() => native.begin()),
      );
    return (await later(import("./clear.js"))).clearToolResults(this, this.#place, begin, options);
  }
}
