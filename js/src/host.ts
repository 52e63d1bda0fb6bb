// The module's callbacks, for the repositories of one workspace.
import { Answer } from "./answer.js";
import { CompiledView } from "./compiled.js";
import type { ContentTypeRegistry } from "./content-types.js";
import { toVarveError, type VarveError } from "./errors.js";
import { shielded } from "./events.js";
import type { Instance } from "./instance.js";
import type { Host, Maybe, NativeTask } from "./native.js";
import type { Fired } from "./policies/registry.js";
import { type Held, held, Shared, Told } from "./shared.js";
import { countIn, type ModuleMemory } from "./tokens/engine.js";
import { type EncodingAsset, type EncodingName, numberOf } from "./tokens/names.js";
import type { VerifyOptions } from "./types/care.js";
import type { Receipt } from "./types/commit.js";
import type { RepositoryEvents } from "./types/events.js";
import type { TokenCounter } from "./types/varve.js";

/**
 * An option of `createVarve` for tests: fills bytes in place of chance.
 * @internal
 */
export const RANDOM: unique symbol = Symbol("random");

/** What the callbacks are made of. */
export interface HostParts {
  clock: () => number;
  /** Fills bytes with chance. */
  random: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Null: nothing is counted. Undefined: as the encoding says. */
  counter: TokenCounter | null | undefined;
  encoding: EncodingName | EncodingAsset | "approximate";
  types: ContentTypeRegistry;
}

/** Commits are told by those who made them: see Repository. */
const HEARD = /"type":"(?:budget|conflict|others|checkpoint|erased|fired|waits)"/;

/** Callbacks, and what the face keeps of each repository. */
export class WorkspaceHost implements Host {
  readonly count?: (text: string) => number | Answer;
  readonly countSource: string;
  /** What calls it. */
  readonly instance: Instance;
  readonly #memory: ModuleMemory;
  #encoding = 0;
  readonly #clock: () => number;
  /** Fills bytes with chance. Called as a method by the module. */
  readonly random: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly #types: ContentTypeRegistry;
  /** As long as the module has the repository: it tells messages once. */
  readonly #told = new Map<number, Told>();
  /** Held by the handles: listeners hold on to them in turn. */
  readonly #shared = new Map<number, Held<Shared>>();
  readonly #tasks = new Map<number, (done: number, total: number) => boolean>();
  #lastTask = 0;
  /** What a callback of the application threw last: the cause of the error that follows. */
  #thrown: unknown;

  constructor(
    { clock, counter, encoding, random, types }: HostParts,
    instance: Instance,
    memory: ModuleMemory,
  ) {
    this.instance = instance;
    this.#memory = memory;
    this.#clock = clock;
    this.random = random;
    this.#types = types;
    if (counter === null) {
      this.countSource = "none";
    } else if (counter !== undefined) {
      this.count = (text) => this.#watched(() => counter.count(text));
      this.countSource = `custom:${counter.name}`;
    } else if (encoding === "approximate") {
      this.countSource = encoding;
    } else {
      const name = typeof encoding === "string" ? encoding : encoding.name;
      this.countSource = `tiktoken:${name}`;
      this.#encoding = numberOf(name);
    }
  }

  /** What the handles of a repository share. */
  shared(repository: number): Shared {
    let shared = this.#shared.get(repository)?.deref();
    if (shared === undefined) {
      shared = new Shared(this.#toldOf(repository));
      this.#shared.set(repository, held(shared));
    }
    return shared;
  }

  #toldOf(repository: number): Told {
    let told = this.#told.get(repository);
    if (told === undefined) {
      told = new Told();
      this.#told.set(repository, told);
    }
    return told;
  }

  /** What a clock throws must not unwind the module: the system's time goes in its place. */
  now(): number {
    try {
      return Math.trunc(this.#clock());
    } catch (error) {
      shielded(() => {
        throw error;
      });
      return Date.now();
    }
  }

  sleep(milliseconds: number): Answer {
    return new Answer(
      () => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      this.instance,
    );
  }

  promise(task: NativeTask): Promise<unknown> {
    return this.instance.drive(task);
  }

  error(code: string, message: string, details: string, cause: unknown): Error {
    const thrown = code === "Callback" ? (cause ?? this.#thrown) : cause;
    this.#thrown = undefined;
    const { code: same, details: more } = (thrown ?? {}) as Partial<VarveError>; // a store may know more
    const all = { ...(same === code && more), ...JSON.parse(details) };
    return toVarveError({ code, message, details: all, cause: thrown });
  }

  countAt(address: number, length: number): number {
    return countIn(this.#memory, address, length, this.#encoding);
  }

  receipt(id: string, hash: string, height: number, tokenCount: number): Receipt {
    return { id, hash, height, tokenCount };
  }

  given(messages: string, repository: number): void {
    this.#toldOf(repository).mirror.give(messages);
  }

  compiled(
    view: number,
    splices: string,
    forget: string,
    tokenCount: number,
    commitCount: number,
    tokenSource: string,
    head: string | undefined,
    stableMessages: number,
    stableTokens: number,
    warnings: string,
    digest: string,
    repository = 0,
  ): CompiledView {
    const state = this.#toldOf(repository).mirror.update(view, splices, forget);
    return new CompiledView(
      state,
      tokenCount,
      commitCount,
      tokenSource,
      head,
      stableMessages,
      stableTokens,
      warnings,
      digest,
    );
  }

  validate(contentType: string, payload: string, schema?: string): string | undefined | Answer {
    return this.#watched(() => this.#types.validate(contentType, payload, schema));
  }

  matches(pattern: string, flags: string, text: string): boolean {
    return new RegExp(pattern, flags.replace(/[gy]/g, "")).test(text);
  }

  event(text: string): void {
    if (!HEARD.test(text)) return;
    const { repository, ...event } = JSON.parse(text) as { repository?: number; type: string };
    const shared = this.shared(repository ?? 0);
    if (event.type === "others") {
      shared.touch();
      return;
    }
    if (event.type === "fired") {
      shared.registry.fired.push((event as unknown as { fired: Fired }).fired);
      return;
    }
    if (event.type === "waits") {
      shared.registry.waits = true;
      return;
    }
    const { messages, ...told } = event as { messages?: number[]; type: string; hash?: string };
    if (messages !== undefined) shared.mirror.erase(messages);
    if (told.type === "erased") shared.files.erase(told.hash as string);
    shared.events.emit(told.type as keyof RepositoryEvents, Object.freeze(told) as never);
  }

  closed(repository: number): void {
    this.#told.delete(repository);
    this.#shared.delete(repository);
  }

  progress(task: number, done: number, total: number): boolean {
    return this.#tasks.get(task)?.(done, total) ?? true;
  }

  /** Runs a task of the module that tells how far it is, and ends where the signal says so. */
  async watching<R>(options: VerifyOptions, run: (task: number) => Promise<R>): Promise<R> {
    const { onProgress, signal } = options;
    signal?.throwIfAborted();
    const task = ++this.#lastTask;
    this.#tasks.set(task, (done, total) => {
      if (onProgress !== undefined) shielded(() => onProgress({ done, total }));
      return signal?.aborted !== true;
    });
    try {
      return await run(task);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      this.#tasks.delete(task);
    }
  }

  /** Runs a callback of the application, and keeps what it throws. */
  #watched<R>(run: () => Maybe<R>): R | Answer {
    const keep = (error: unknown): unknown => {
      this.#thrown = error;
      return error;
    };
    try {
      const result = run();
      // The module takes any object for an answer.
      return typeof result === "object" ? new Answer(() => result, this.instance, keep) : result;
    } catch (error) {
      throw keep(error);
    }
  }
}
