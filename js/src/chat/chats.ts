// What chats do all day: answers made anew, messages sent anew, alternatives, arrays that are the truth.
import { Keeper } from "../keeper.js";
import { own } from "../plain.js";
import type { Alternative, Resent, Synced, SyncOptions } from "../types/chat.js";
import type { ChangeOptions, CommitOptions, OperationOptions } from "../types/commit.js";
import type { BuiltInPayload } from "../types/content.js";
import { type Done, type Known, keep, pairsOf, startsWith } from "./sync.js";

/** Moves among the alternatives of a chat. */
export abstract class Chats<P = BuiltInPayload> extends Keeper<P> {
  #known: Known | undefined;

  /**
   * Puts the branch back to before an answer, for another one: `prepare`, and commit what the model says.
   * `id` is any entry of the answer, which is all that follows a message of the user, or that message.
   * The old line stays as an alternative; edits and deletions of what stands before are carried over.
   *
   * @throws `EditTarget` where the entry is not on the branch; `Conflict` where `expectedHead` does not
   * hold.
   */
  async regenerate(
    id: string,
    options?: OperationOptions & Pick<ChangeOptions, "expectedHead">,
  ): Promise<Alternative> {
    return (await this.change("regenerate", { id }, options)) as Alternative;
  }

  /**
   * Puts the branch back to before a message of the user, and goes on with another one in its place, as
   * an entry of its own. The old line stays as an alternative. To correct a message in place, `edit` it.
   *
   * @throws `EditTarget` where the entry is not on the branch, or no message of the user; else like
   * `commit`.
   */
  async resend(id: string, payload: P, options: CommitOptions = {}): Promise<Resent> {
    const { id: as, ...rest } = own(options);
    return (await this.change("resend", { id, payload, as }, rest)) as Resent;
  }

  /**
   * Makes the branch say what an application's array of messages says: appends what is new, edits in
   * place what has the same id and another payload, and where the array goes another way, or ends
   * sooner, goes on from there as `resend` does. An entry is a message's by its id, or says what it says
   * or once said. What was deleted or compacted here stays so; entries that converters do not make
   * (instructions, summaries …) are passed over. All of it is one operation.
   *
   * @throws `Format` for what the converter does not take; `Validation`; `Conflict`; else like `commit`.
   * Nothing is stored then.
   */
  async sync<M>(messages: readonly M[], options: SyncOptions<M, P>): Promise<Synced> {
    const { format, ...rest } = own(options);
    const { link } = this;
    const given = pairsOf(messages, format);
    const known = this.#known;
    const plain = rest.expectedHead === undefined && rest.operationId === undefined;
    const goesOn = plain && known?.head === this.head && startsWith(given, known?.pairs);
    const kept = goesOn && known ? known.pairs : [];
    rest.signal?.throwIfAborted();
    if (goesOn && kept.length === given.length) {
      link.assertOpen();
      return { appended: [], edited: [], divergedAt: undefined };
    }
    const skipped = kept.length;
    const news = { messages: given.slice(skipped), known: known?.head, skipped };
    for (const [, payload] of news.messages) {
      const registering = link.register(payload);
      if (registering) await registering;
    }
    const done = ((goesOn && (await this.change("sync", news, rest))) ||
      (await this.change("sync", { messages: given }, rest))) as Done;
    const [appended, edited, { divergedAt, head }] = done;
    this.#known = head ? { head, pairs: [...kept, ...news.messages.map(keep)] } : undefined;
    return { appended, edited, divergedAt: divergedAt ?? undefined };
  }

  /**
   * Puts the branch on the alternative that holds an entry: on the newest line with it. What was there
   * becomes an alternative. On the branch already, nothing happens.
   *
   * @throws `EditTarget` where there is no such entry, or no branch holds it any more.
   */
  async selectSibling(
    id: string,
    options?: OperationOptions & Pick<ChangeOptions, "expectedHead">,
  ): Promise<Alternative> {
    return (await this.change("selectSibling", { id }, options)) as Alternative;
  }
}
