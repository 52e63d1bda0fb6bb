// A handle on a repository: its own HEAD; everything else is shared with the other handles.
/// <reference lib="esnext.disposable" preserve="true" />
import { runBatch, type Transaction } from "./batch.js";
import { withWindow } from "./budget.js";
import { OpenTurn } from "./chat/turn.js";
import { VarveError } from "./errors.js";
import { forModule, type Given } from "./files/files.js";
import { later } from "./later.js";
import type { Maybe, NativeHandle } from "./native.js";
import { own, toPlainJson } from "./plain.js";
import { resolvePolicy } from "./policies/config.js";
import type { Driven } from "./policies/driver.js";
import { Shrinker } from "./shrink/shrinker.js";
import type { Budget } from "./types/budget.js";
import type { OperationOptions, Receipt } from "./types/commit.js";
import type { BuiltInPayload } from "./types/content.js";
import type { RepositoryEvents } from "./types/events.js";
import type { PolicyConfig, PolicyTrigger } from "./types/policies.js";
import type { Snapshot } from "./types/repository.js";
import type { Turn, TurnOptions } from "./types/turn.js";
import { type CallArguments, changeJson } from "./writer.js";

/**
 * A repository, as this handle sees it. Handles are cheap, and need no closing (`await using` lets go of one at once);
 * each has its own position. Every call can fail with `Closed`, and with the errors of the store.
 */
export class Repository<P = BuiltInPayload> extends Shrinker<P> {
  #snapshot: Snapshot | undefined;
  #unlisten: (() => void) | undefined;

  /**
   * Another handle: on a branch if `ref` names one, else detached at what it resolves to, for reading.
   *
   * @throws `CommitNotFound`, `AmbiguousRef`.
   */
  async at(ref: string): Promise<Repository<P>> {
    const { link } = this;
    link.assertOpen();
    if (typeof ref !== "string") throw notText("ref");
    return new Repository<P>(link.with(await link.call<NativeHandle>("at", { ref })));
  }

  /**
   * Several operations as one: all or none. If the head moved meanwhile, the function runs again on
   * what is there then: it must have no other effects, and hashes it saw before are void (ids are
   * not). Nothing is locked while it awaits.
   *
   * @throws What the function throws; what its operations throw. Nothing is stored then.
   */
  override async batch<R>(
    run: (tx: Transaction<P>) => R | Promise<R>,
    options: OperationOptions = {},
  ): Promise<R> {
    const { result, receipts } = await runBatch(this.link, run, options);
    this.#written(receipts);
    await this.#look(receipts);
    return result;
  }

  /**
   * Begins to take in what a model says, while it says it. Stay on the branch until it is finished.
   *
   * @throws `Validation` for an id that is none.
   */
  turn(options: TurnOptions = {}): Turn<P> {
    const { link } = this;
    link.assertOpen();
    const bytes = new Uint8Array(16);
    link.host.random(bytes);
    // A draft that is never written tells what is wrong with a payload.
    const check = ({ json, files }: Given) => {
      const bytes = forModule(files);
      const tried = link.instance.run(() => link.native.begin().commit(json, undefined, bytes));
      Promise.resolve(tried).catch(() => {}); // of a counter that is asynchronous
    };
    return new OpenTurn<P>({ check, batch: (run) => this.batch(run) }, options, bytes.join(""));
  }

  /**
   * How much a model may be given, as long as this handle lives; null: as much as there is.
   *
   * @throws `Validation` where the figures make no sense; `UnknownModel` for a model that `createVarve`
   * was not told of.
   */
  async setBudget(budget: Budget | null): Promise<void> {
    const given = budget && withWindow(own(budget), this.link.home.models);
    const { callback, ...figures } = (given ?? {}) as { callback?: () => void };
    await this.link.callJson("setBudget", toPlainJson(budget && figures));
    this.#unlisten?.();
    this.#unlisten = callback && this.on("budget", callback);
  }

  /** When and how the context is compressed; null: as `auto-compress` is configured. */
  get policyConfig(): PolicyConfig | null {
    const { instance, native } = this.link;
    return (instance.run(() => native.call("policies", "{}")) as { config: PolicyConfig | null })
      .config;
  }

  /**
   * Says when and how the context is compressed, completed by `DEFAULT_POLICY`; null: as `auto-compress` is
   * configured. Stored with the repository.
   *
   * @throws `Validation` with the place of what is out of range.
   */
  async setPolicyConfig(config: Partial<PolicyConfig> | null): Promise<void> {
    await this.link.call("setPolicyConfig", { config: config && resolvePolicy(config) });
    this.link.shared.touch();
  }

  /** Listens to events of the repository, whichever handle caused them. Returns what ends it. */
  on<K extends keyof RepositoryEvents>(
    type: K,
    listener: (event: RepositoryEvents[K]) => void,
  ): () => void {
    return this.link.shared.events.on(type, listener);
  }

  /** Calls back when something changed; with `getSnapshot` what React's useSyncExternalStore takes. */
  readonly subscribe = (listener: () => void): (() => void) =>
    this.link.shared.subscribe(listener, () => this.link.callJson("refresh", "{}"));

  /** Where this handle stands: the same object until something changes. */
  readonly getSnapshot = (): Snapshot => {
    const { disposed, shared } = this.link;
    const { version } = shared;
    if (this.#snapshot === undefined || (this.#snapshot.version !== version && !disposed)) {
      const { head, currentBranch: branch } = this;
      this.#snapshot = Object.freeze({ head, branch, version });
    }
    return this.#snapshot;
  };

  /**
   * Lets go of what this handle keeps in memory: with the last handle on a repository goes all that is kept of it.
   * Handles that are not disposed go when the engine collects garbage, which a server that opens large conversations one
   * after the other may not want to wait for. What was counted of policies is
   * written first. Calls fail with `Closed` from then on; those under way go on.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#unlisten?.();
    const { link } = this;
    // Where that fails it is lost, and this is closed all the same.
    if (!link.disposed) await link.call("flushLog").catch(() => {});
    link.dispose();
  }

  /** @internal */
  protected override write(
    payload: unknown,
    given: Given,
    options: string | undefined,
  ): Maybe<Receipt> {
    const { link } = this;
    link.assertOpen();
    const registering = link.register(payload);
    if (registering) return registering.then(() => this.write(payload, given, options));
    const { json, files } = given;
    const receipt = link.instance.run(() => link.native.commit(json, options, forModule(files)));
    if (receipt instanceof Promise) return receipt.then(this.#committed);
    return this.#committed(receipt);
  }

  /** @internal */
  protected override async change(
    name: string,
    args: CallArguments,
    options?: OperationOptions,
  ): Promise<unknown> {
    const result = await this.#change(name, args, options);
    await this.#look(receiptsOf(result));
    return result;
  }

  /** What policies do comes this way: they do not look at it themselves. */
  async #change(
    name: string,
    args: CallArguments,
    options: OperationOptions = {},
  ): Promise<unknown> {
    const { signal, ...rest } = own(options);
    signal?.throwIfAborted();
    const { json, files } = changeJson(args, rest);
    const registering = this.link.register(args.payload);
    if (registering) await registering;
    const result = await this.link.callJson(name, json, files);
    this.#written(receiptsOf(result));
    return result;
  }

  readonly #committed = (receipt: Receipt): Maybe<Receipt> => {
    const { shared } = this.link;
    shared.touch();
    if (shared.events.has("commit")) this.#tell([receipt]);
    return this.#isDue() ? this.lookedAt("commit").then(() => receipt) : receipt;
  };

  #written(receipts: readonly Receipt[]): void {
    this.link.shared.touch();
    if (receipts.length > 0) this.#tell(receipts);
  }

  async #look(receipts: readonly Receipt[]): Promise<void> {
    if (receipts.length > 0 && this.#isDue()) await this.lookedAt("commit");
  }

  /** Whether policies have to look at a commit. What was disposed meanwhile leaves that to the next one. */
  #isDue(): boolean {
    return this.link.shared.registry.due("commit") && !this.link.disposed;
  }

  /** @internal */
  protected override async lookedAt(trigger: PolicyTrigger): Promise<boolean> {
    return (await later(import("./policies/driver.js"))).drive(this.driven, trigger);
  }

  /** @internal */
  protected override get driven(): Driven {
    return {
      link: this.link,
      reader: this,
      compress: async (action, guard) => {
        const { compressFor } = await later(import("./shrink/compress.js"));
        const place = { link: this.link, change: this.#change.bind(this) };
        return compressFor(place, action, guard) as Promise<never>;
      },
    };
  }

  #tell(receipts: readonly Receipt[]): void {
    const branch = this.link.disposed ? undefined : this.currentBranch;
    this.link.shared.events.emit("commit", Object.freeze({ type: "commit", receipts, branch }));
  }
}

const receiptsOf = (result: unknown): Receipt[] => [result].flat(2).filter(isReceipt);

function isReceipt(value: unknown): value is Receipt {
  return typeof value === "object" && value !== null && "hash" in value && "tokenCount" in value;
}

function notText(name: string): VarveError<"Validation"> {
  return new VarveError("Validation", `${name} must be a string`, { pointer: `/${name}` });
}
