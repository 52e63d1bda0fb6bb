// Several operations as one: all or none.
import { VarveError } from "./errors.js";
import { forModule, type Given } from "./files/files.js";
import type { Link } from "./handle.js";
import type { Maybe, NativeBatch } from "./native.js";
import { own } from "./plain.js";
import type { OperationOptions, Receipt } from "./types/commit.js";
import type { BuiltInPayload } from "./types/content.js";
import { type CallArguments, changeJson, optionsJson, Writer } from "./writer.js";

/** How often a batch is put together anew where the branch moves each time. */
const MOST_TRIES = 1000;

/** What the function of a batch writes with, until the function returns; then each call fails with `Closed`. */
export class Transaction<P = BuiltInPayload> extends Writer<P> {
  readonly #link: Link;
  #batch: NativeBatch | undefined;
  readonly #receipts: Receipt[] = [];

  /** @internal */
  constructor(link: Link, native: NativeBatch) {
    super();
    this.#link = link;
    this.#batch = native;
  }

  /** @internal */
  protected override write(
    payload: unknown,
    given: Given,
    options: string | undefined,
  ): Maybe<Receipt> {
    const registering = this.#link.register(payload);
    if (registering) return registering.then(() => this.write(payload, given, options));
    const { json, files } = given;
    const receipt = this.#link.instance.run(() =>
      this.#native.commit(json, options, forModule(files)),
    );
    if (receipt instanceof Promise) return receipt.then((made) => this.#keep(made));
    return this.#keep(receipt);
  }

  /** @internal */
  protected override async change(
    name: string,
    args: CallArguments,
    options: OperationOptions = {},
  ): Promise<unknown> {
    const { signal, ...rest } = own(options);
    signal?.throwIfAborted();
    const { json, files } = changeJson(args, rest);
    const registering = this.#link.register(args.payload);
    if (registering) await registering;
    const result = await this.#link.instance.settled(() =>
      this.#native.call(name, json, forModule(files)),
    );
    if (typeof result === "object" && result !== null) this.#keep(result as Receipt);
    return result;
  }

  get #native(): NativeBatch {
    if (this.#batch) return this.#batch;
    throw new VarveError("Closed", "the batch has ended", {});
  }

  /** What there is to write; nothing can be added any more. @internal */
  end(): NativeBatch {
    const batch = this.#native;
    this.#batch = undefined;
    return batch;
  }

  /** What was committed, in order. @internal */
  get receipts(): readonly Receipt[] {
    return this.#receipts;
  }

  #keep(receipt: Receipt): Receipt {
    this.#receipts.push(receipt);
    return receipt;
  }
}

/**
 * Runs a function until its operations went in, or something failed. Each time it sees the repository
 * as it is then; hashes it saw before are void, ids are not.
 */
export async function runBatch<P, R>(
  link: Link,
  run: (tx: Transaction<P>) => R | Promise<R>,
  options: OperationOptions,
): Promise<{ result: R; receipts: readonly Receipt[] }> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    link.assertOpen();
    options.signal?.throwIfAborted();
    const tx = new Transaction<P>(
      link,
      link.instance.run(() => link.native.begin()),
    );
    let batch: NativeBatch;
    let result: R;
    try {
      result = await run(tx);
    } finally {
      batch = tx.end();
    }
    const isWritten = await link.instance.settled(() => batch.finish(optionsJson(options)));
    if (isWritten) return { result, receipts: tx.receipts };
  }
  throw new VarveError(
    "Conflict",
    "the branch moves whenever the batch runs: write with tx in it",
    {},
  );
}
