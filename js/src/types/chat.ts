// What chats take and give: alternatives, the transcript, arrays to sync with.

import type { Priority } from "./annotation.js";
import type { Author } from "./author.js";
import type { ChangeOptions, Receipt } from "./commit.js";
import type { Role, StoredPayload } from "./content.js";
import type { JsonObject, JsonValue } from "./json.js";
import type { TurnStatus } from "./turn.js";

/** Where a branch stands after it went back, or to an alternative. */
export interface Alternative {
  /** The anonymous branch that keeps what was there; absent where another branch holds it. */
  branch?: string;
  /** The last message of the user on the branch: what an answer is to. */
  replyTo?: string;
  /** The commit that the branch stands on; absent where nothing stands before. */
  head?: string;
}

/** What `resend` gives. */
export interface Resent extends Receipt {
  /** The anonymous branch that keeps what was there; absent where another branch holds it. */
  readonly branch?: string;
}

/** What `transcript` takes. */
export interface TranscriptOptions {
  /** A branch, or whatever else `resolve` knows. Default: where the handle stands. */
  branch?: string | undefined;
  /** The `cursor` of the page before, or any entry: what stands before it. */
  before?: string | undefined;
  /** At most this many entries. Default: 50. */
  limit?: number | undefined;
}

/** A page of a transcript. */
export interface Transcript {
  /** In reading order. */
  entries: TranscriptEntry[];
  /** Give it as `before` for the next older page; absent on the oldest. */
  cursor?: string;
}

/** An entry, as people read it. */
export interface TranscriptEntry {
  id: string;
  /** The commit that gave it what it says: its first one, or its last edit. */
  hash: string;
  /** `summary` is a summary, which stands where what it stands for begins. */
  contentType: string;
  /** Null: it was erased. */
  payload: StoredPayload | null;
  role: Role;
  /** When the entry was added, UTC milliseconds. */
  createdAt: number;
  /** Tokens of its texts. */
  tokenCount: number;
  /** As annotated, or the default of the type: `skip` is not shown to the model. */
  priority: Priority;
  author?: Author;
  turn?: string;
  replyTo?: string;
  /** These three are those of the last edit that says something of them. */
  metadata?: JsonObject;
  labels?: string[];
  generation?: JsonValue;
  /** How the turn ended, out of `generation`. */
  status?: TurnStatus;
  /** What it cost, out of `generation`. */
  usage?: JsonValue;
  /** The summary that stands for it where the model reads. */
  compactedInto?: string;
  /** There where it was edited; what a stream saved on its way is no edit. */
  edited?: true;
  /**
   * Entries that were appended behind the same entry and are on some branch, this one among them, in
   * order of creation: where there is more than one. `selectSibling` goes to another.
   */
  siblings?: { ids: string[]; index: number };
}

/** From messages to payloads: `fromOpenAI`, `fromUIMessages` … */
export type Converter<M, P> = (messages: readonly M[]) => readonly P[];

/** What `sync` takes. The fields of a commit hold for every entry that is added or edited. */
export interface SyncOptions<M, P> extends ChangeOptions {
  /** The converter; or with it what a message is called, where that is not its `id`. */
  format:
    | Converter<M, P>
    | {
        from: Converter<M, P>;
        /** The entry's id. Ids count only where the converter makes one payload of each message. */
        id?: (message: M, index: number) => string | undefined;
      };
}

/** What `sync` did. */
export interface Synced {
  /** Entries that were added. */
  appended: Receipt[];
  /** Entries that were edited in place. */
  edited: Receipt[];
  /**
   * Where the array and the branch parted: the place of the first message (of the first payload, where
   * the converter does not make one of each) that the branch did not go on with, or the array's length.
   * The old line is an alternative now.
   */
  divergedAt: number | undefined;
}
