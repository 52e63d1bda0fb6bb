// Looking after a repository.
import { Mover } from "./mover.js";
import { own } from "./plain.js";
import type {
  EraseReport,
  GcOptions,
  GcReport,
  Verification,
  VerifyOptions,
} from "./types/care.js";
import type { OperationOptions } from "./types/commit.js";
import type { BuiltInPayload } from "./types/content.js";

/** Checks a repository, frees space, erases. */
export abstract class Keeper<P = BuiltInPayload> extends Mover<P> {
  /**
   * Reads everything that the store has of this repository, and names what is wrong with it: hashes,
   * the chain of the journal, references, objects, the checkpoint. It goes on behind a fault. A
   * repository that cannot be opened is checked by `verify` of the varve.
   *
   * @throws The errors of the store, but `Corrupt`; the reason of the signal.
   */
  verify(options: VerifyOptions = {}): Promise<Verification> {
    const { link } = this;
    const run = (task: number) => link.call<Verification>("verify", { task });
    return link.host.watching(options, run);
  }

  /**
   * Frees the payloads that only commits need to which no branch or tag leads, nor any handle that is
   * open here, and to which none led since `olderThan`; and objects that nothing refers to. The commits
   * stay in the history; reading such a payload fails with `ContentGone`. Committed again, it is stored
   * again. Cannot be undone.
   *
   * @throws `Validation`; the errors of the store.
   */
  async gc(options: GcOptions = {}): Promise<GcReport> {
    const { olderThan, signal, ...rest } = own(options);
    signal?.throwIfAborted();
    const time = olderThan instanceof Date ? olderThan.getTime() : olderThan;
    return (await this.change("gc", { ...rest, olderThan: time })) as GcReport;
  }

  /**
   * Erases a payload for good, by its `contentHash`: from the store, from what is kept in memory here,
   * from every compile, also those of the past. Entries show `erased` in its place, and the same bytes
   * are not taken in again (`ErasedContent`). Erase the summaries that were made from it as well, or
   * edit them. `reason` stays in the journal. Cannot be undone. What it does not reach is told in
   * docs/storage.md: backups, notes, metadata, and what the application holds.
   *
   * @throws `CommitNotFound` where nobody knows the hash; `Validation`; the errors of the store. Call it
   * again then: what was erased is erased again.
   */
  async erase(
    contentHash: string,
    reason: string,
    options?: OperationOptions,
  ): Promise<EraseReport> {
    return (await this.change("erase", { contentHash, reason }, options)) as EraseReport;
  }
}
