// A turn: what a model says while it says it, stored as one operation when it ends.
import type { Transaction } from "../batch.js";
import { isVarveError, VarveError } from "../errors.js";
import { copyOf, type Given, given, sameBytes } from "../files/files.js";
import { own } from "../plain.js";
import type { CommitOptions, Receipt } from "../types/commit.js";
import type { MessagePayload, NewPart } from "../types/content.js";
import type { JsonInput } from "../types/json.js";
import type { Delta, FinishOptions, Turn, TurnGeneration, TurnOptions } from "../types/turn.js";
import { type Check, checkText, Pieces, type Step, storedPart, wrong } from "./pieces.js";

/** What a turn writes with. */
export interface TurnWriter<P> {
  check: Check;
  batch<R>(run: (tx: Transaction<P>) => Promise<R>): Promise<R>;
}

/** An entry of the turn, as it was stored last. */
interface Kept extends Given {
  readonly receipt: Receipt;
}

/** Whether an entry says what another one says. */
function isSame(one: Given, other: Given | undefined): boolean {
  if (one.json !== other?.json) return false;
  return one.files.every((bytes, index) => sameBytes(bytes, other.files[index] as Uint8Array));
}

const STATUSES: readonly unknown[] = ["complete", "aborted", "error"];

/** See the interface `Turn`. */
export class OpenTurn<P> implements Turn<P> {
  readonly id: string;
  readonly turn: string;
  readonly #writer: TurnWriter<P>;
  readonly #model: string | undefined;
  readonly #signal: AbortSignal | undefined;
  /** What all its commits have. */
  readonly #common: CommitOptions;
  readonly #pieces: Pieces;
  #state: "open" | "finishing" | "finished" = "open";
  /** How it is to end: kept when storing it failed. */
  #ending: FinishOptions<P> = { status: "aborted" };
  #kept: Kept[] = [];
  /** Whether something may have been stored that nobody could confirm. */
  #unsure = false;
  /** Saves happen one after the other. */
  #saving: Promise<unknown> = Promise.resolve();

  /** `name` is its id unless the options say one. */
  constructor(writer: TurnWriter<P>, options: TurnOptions, name: string) {
    const { id = name, turn = id, model, signal, ...rest } = own(options);
    checkText(id, "/id", 1);
    this.id = id;
    this.turn = turn;
    this.#writer = writer;
    this.#model = model;
    this.#signal = signal;
    this.#common = { ...rest, turn };
    this.#pieces = new Pieces(writer.check);
  }

  get finished(): boolean {
    return this.#state === "finished";
  }

  write(piece: NewPart | Delta): this {
    this.#assertOpen();
    this.#signal?.throwIfAborted();
    this.#pieces.add(piece);
    return this;
  }

  async save(): Promise<readonly Receipt[]> {
    this.#assertOpen();
    this.#signal?.throwIfAborted();
    return this.#store(this.#entries({ status: "streaming" }));
  }

  async finish(options: FinishOptions<P>): Promise<readonly Receipt[]> {
    this.#assertOpen();
    const { status, ...rest } = own(options);
    if (!STATUSES.includes(status)) {
      throw wrong("/status", STATUSES.join(" or "), status);
    }
    this.#ending = { ...rest, status: this.#signal?.aborted ? "aborted" : status };
    const entries = this.#entries(this.#ending);
    this.#state = "finishing";
    let state: "open" | "finished" = "open";
    try {
      const receipts = await this.#store(entries);
      state = "finished";
      return receipts;
    } finally {
      this.#state = state;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#saving;
    if (this.#state === "open") await this.finish(this.#ending);
  }

  #assertOpen(): void {
    if (this.#state === "open") return;
    const message = `the turn ${this.id} was finished; create another`;
    throw new VarveError("Closed", message, {});
  }

  /** The payloads, each with its generation. */
  #entries(ending: Omit<FinishOptions<P>, "status"> & Pick<TurnGeneration, "status">): Given[] {
    const { payloads, status, usage, finishReason, model } = ending;
    const steps = this.#pieces.steps;
    const [written, last] = payloads ? [steps.slice(0, -1), payloads] : [steps, []];
    const all = [...written.flatMap(payloadsOf), ...last] as MessagePayload[];
    const said = all.map(({ role }) => role).lastIndexOf("assistant");
    const answer = said < 0 ? all.length - 1 : said;
    const by = model ?? this.#model;
    return all.map((payload, index) => {
      if (index !== answer) {
        const generation = payload.role === "tool" ? undefined : { status: "complete", model: by };
        return given({ payload, generation });
      }
      const generation = { status, model: by, usage, finishReason };
      // An entry that is under way says so itself: what replaces it is another payload in any case.
      const provider = status === "streaming" ? { varve: { status } } : payload.provider;
      return given({ payload: { ...payload, provider }, generation });
    });
  }

  #store(entries: readonly Given[]): Promise<readonly Receipt[]> {
    const run = () => this.#write(entries);
    const stored = this.#saving.then(run, run);
    this.#saving = stored.catch(() => {});
    return stored;
  }

  /** Adds what is new, replaces what changed, takes out what is no more. */
  async #write(entries: readonly Given[]): Promise<readonly Receipt[]> {
    const same = (entry: Given, index: number) => isSame(entry, this.#kept[index]);
    if (entries.length !== this.#kept.length || !entries.every(same)) {
      try {
        this.#kept = await this.#writer.batch((tx) => this.#change(tx, entries));
      } catch (error) {
        this.#unsure ||= isVarveError(error, "OutcomeUnknown");
        throw error;
      }
    }
    return this.#kept.map(({ receipt }) => receipt);
  }

  async #change(tx: Transaction<P>, entries: readonly Given[]): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (const [index, entry] of entries.entries()) {
      const known = this.#kept[index];
      const { payload, generation } = copyOf(entry) as { payload: P; generation: JsonInput };
      const options = { ...this.#common, generation };
      const id = index === 0 ? this.id : `${this.id}#${index + 1}`;
      const edit = () => tx.edit(id, payload, options);
      const add = () =>
        tx.commit(payload, { ...options, id }).catch((error) => {
          // What was stored, though nobody could say so.
          if (this.#unsure && isVarveError(error, "DuplicateId")) return edit();
          throw error;
        });
      if (known && isSame(entry, known)) kept.push(known);
      else kept.push({ ...entry, receipt: await (known ? edit() : add()) });
    }
    for (const { receipt } of this.#kept.slice(entries.length)) await tx.delete(receipt.id);
    return kept;
  }
}

/** The messages of a step: the assistant's, and its tools'. */
function payloadsOf({ said, results }: Step): MessagePayload[] {
  const message = (role: "assistant" | "tool", parts: unknown[]) =>
    parts.length > 0 ? [{ contentType: "message", role, parts } as MessagePayload] : [];
  const texts = said.flatMap((piece) => storedPart(piece) ?? []);
  return [...message("assistant", texts), ...message("tool", results)];
}
