// Several operations as one: all or none.
import { forModule, type Given } from "./files/files.js";
import type { Link } from "./handle.js";
import type { Maybe, NativeBatch } from "./native.js";
import { own } from "./plain.js";
import type { OperationOptions, Receipt } from "./types/commit.js";
import type { BuiltInPayload } from "./types/content.js";
import { type CallArguments, changeJson, optionsJson, Writer } from "./writer.js";

/** What the function of a batch writes with. Valid until the function returns. */
export class Transaction<P = BuiltInPayload> extends Writer<P> {
  readonly #link: Link;
  readonly #native: NativeBatch;
  readonly #receipts: Receipt[] = [];

  /** @internal */
  constructor(link: Link, native: NativeBatch) {
    super();
    this.#link = link;
    this.#native = native;
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

  /** Writes everything. False: the head moved, and nothing was written. @internal */
  finish(options: OperationOptions): Promise<boolean> {
    return this.#link.instance.settled(() => this.#native.finish(optionsJson(options)));
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
  for (;;) {
    link.assertOpen();
    options.signal?.throwIfAborted();
    const begun = link.instance.run(() => link.native.begin());
    const tx = new Transaction<P>(link, begun);
    const result = await run(tx);
    if (await tx.finish(options)) return { result, receipts: tx.receipts };
  }
}
