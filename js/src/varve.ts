// The way in: what belongs to one process or worker.
import { listed } from "./collection.js";
import { ContentTypeRegistry } from "./content-types.js";
import { VarveError } from "./errors.js";
import { type Home, Link } from "./handle.js";
import { type HostParts, RANDOM, WorkspaceHost } from "./host.js";
import { loadNative } from "./native.js";
import { isWellFormed, own, toPlainJson } from "./plain.js";
import { Repository } from "./repository.js";
import { NativeStorage } from "./storage/bridge.js";
import { loadEarly } from "./storage/early.js";
import { builtinSummarizer } from "./summarize/builtin.js";
import { DEFAULT_ENCODING, instanceWith } from "./tokens/load.js";
import { numberOf } from "./tokens/names.js";
import type { Verification, VerifyOptions } from "./types/care.js";
import type { OperationOptions } from "./types/commit.js";
import type { BuiltInPayload } from "./types/content.js";
import type { ContentTypes, Payload } from "./types/content-types.js";
import type { StorageAdapter } from "./types/storage.js";
import type {
  CreateOptions,
  Description,
  ListOptions,
  MemoryStorage,
  OpenOptions,
  RepositoryList,
  VarveOptions,
} from "./types/varve.js";
import { type Workspace, Workspaces } from "./workspaces.js";

let unnamed = 0;

/**
 * Keeps repositories in memory, as long as a varve made with it lives. Varves of one process share what
 * they keep if they are given the same value, or one of the same name.
 */
export function memory(name?: string): MemoryStorage {
  if (name !== undefined && typeof name !== "string") throw invalid("/name", "a name is a string");
  unnamed += 1;
  return Object.freeze({ kind: "memory", name: name === undefined ? `#${unnamed}` : `=${name}` });
}

/**
 * Repositories, of one workspace. Make one per process or worker; nothing happens before the first
 * call.
 *
 * @throws `Validation` where an option makes no sense; `UnknownEncoding`.
 */
export function createVarve<const T extends ContentTypes>(
  options: VarveOptions<T> & { contentTypes: T },
): Varve<Payload<T>>;
export function createVarve(options?: VarveOptions<Record<never, never>>): Varve;
export function createVarve(options: VarveOptions = {}): Varve<Payload<ContentTypes>> {
  const { workspace = "default", counter, clock = Date.now, models, summarize } = checked(options);
  const types = new ContentTypeRegistry(options.contentTypes);
  const encoding = options.encoding ?? DEFAULT_ENCODING;
  const storage = options.storage ?? memory();
  const { [RANDOM]: random = byChance } = options as Partial<Record<typeof RANDOM, Random>>;
  const workspaces = new Workspaces();
  const parts = {
    types,
    clock,
    random,
    counter,
    encoding,
    storage,
    models,
    summarize,
    builtIn: builtinSummarizer,
    closed: false,
    workspaces,
  };
  return new Varve(parts, workspace);
}

type Random = HostParts["random"];
const byChance: Random = (bytes) => void crypto.getRandomValues(bytes);

/** What the workspaces of one `createVarve` share. */
interface Root extends Home, HostParts {
  types: ContentTypeRegistry;
  storage: MemoryStorage | StorageAdapter;
  workspaces: Workspaces;
}

/** See `createVarve`. */
export class Varve<P = BuiltInPayload> {
  readonly #root: Root;
  readonly #name: string;

  /** @internal */
  constructor(root: Root, name: string) {
    this.#root = root;
    this.#name = name;
  }

  /**
   * A handle on a repository, on its default branch.
   *
   * @throws `RepositoryNotFound` with `create: false`; `EncodingNotLoaded` where the encoding is one
   * that must be imported; `Validation`; `Closed`.
   */
  async open(id: string, options: OpenOptions = {}): Promise<Repository<P>> {
    checkName(id, "/id");
    const { budget, ...rest } = options;
    const json = toPlainJson(rest);
    const workspace = await this.#workspace();
    const { engine, host } = workspace;
    const native = await host.instance.settled(() => engine.open(id, json));
    const link = new Link(this.#root, workspace, native);
    this.#watch(id, link);
    const repository = new Repository<P>(link);
    if (budget !== undefined) await repository.setBudget(budget);
    return repository;
  }

  /**
   * Makes a repository, and gives a handle on it. Without a title or metadata `open` does as well.
   *
   * @throws `RepositoryExists`; else like `open`.
   */
  async create(options: CreateOptions = {}): Promise<Repository<P>> {
    const { id = crypto.randomUUID(), budget, signal, ...rest } = own(options);
    signal?.throwIfAborted();
    await this.#call("create", { ...rest, id: checkName(id, "/id") });
    return this.open(id, { budget });
  }

  /**
   * Changes what lists show of a repository. An operation of its journal: `undo` of a handle takes it by name.
   *
   * @throws `RepositoryNotFound`; `Validation`; any error of the store.
   */
  async update(id: string, options: Description & OperationOptions): Promise<void> {
    const { signal, ...rest } = own(options);
    signal?.throwIfAborted();
    await this.#call("update", { ...rest, id: checkName(id, "/id") });
  }

  /**
   * The repositories of this workspace, in pages. Each page says in `cursor` where the next one begins.
   *
   * @throws `Validation`; `Corrupt` for a cursor that is none; `Closed`.
   */
  list(options: ListOptions = {}): Promise<RepositoryList> {
    return listed((page) => this.#call("list", page), options);
  }

  /**
   * Deletes a repository and everything in it; false where there is none. Handles on it can write no
   * more: `Closed`. One of the same name, opened later, is another.
   */
  async delete(id: string): Promise<boolean> {
    return (await this.#call("delete", { id: checkName(id, "/id") })) as boolean;
  }

  /**
   * Reads everything that the store has of a repository, and names what is wrong with it, also where it
   * cannot be opened: see `verify` of the repository.
   *
   * @throws `RepositoryNotFound`; the errors of the store, but `Corrupt`; the reason of the signal.
   */
  async verify(id: string, options: VerifyOptions = {}): Promise<Verification> {
    checkName(id, "/id");
    const { engine, host } = await this.#workspace();
    const run = (task: number) =>
      host.instance.settled(() => engine.call("verify", toPlainJson({ id, task })));
    return (await host.watching(options, run)) as Verification;
  }

  /** Brings the tables of the storage up to date, if it has any. Harmless where they are already. */
  async migrate(): Promise<void> {
    const { storage } = this.#root;
    if (!isMemory(storage)) await storage.migrate?.();
  }

  /**
   * Fills the tables that a SQL store keeps beside the journal anew, from the journal: those of one
   * repository, or of all of this workspace. Others may write meanwhile.
   *
   * @throws `RepositoryNotFound`; `Corrupt`, `VersionTooNew`; `Closed`.
   */
  async reproject(id?: string): Promise<void> {
    if (id !== undefined) return void (await this.#call("reproject", { id: checkName(id, "/id") }));
    let cursor: string | undefined;
    do {
      const page = await this.list({ cursor });
      for (const row of page.repositories) await this.#call("reproject", { id: row.id });
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /**
   * The same storage, counter and types, with the repositories of another customer or user. Nothing to be closed: `close`
   * of any of them closes all.
   */
  workspace(name: string): Varve<P> {
    return new Varve<P>(this.#root, checkName(name, "/workspace"));
  }

  /** Ends all its handles, those of other workspaces too: their calls fail with `Closed`. Closes its storage as well. */
  async close(): Promise<void> {
    const { closed, storage, workspaces } = this.#root;
    this.#root.closed = true;
    // What was counted of policies is told now; where that fails it is lost, and this is closed all the same.
    const flush = async (started: Promise<Workspace> | Workspace) => {
      const { engine, host } = await started;
      if (!host.instance.ended) await host.instance.settled(() => engine.call("flush", "{}"));
    };
    await Promise.allSettled(workspaces.clear().map(flush));
    if (!closed && !isMemory(storage)) await storage.close();
  }

  async #call(name: string, args: object): Promise<unknown> {
    const json = toPlainJson(args);
    const { engine, host } = await this.#workspace();
    return host.instance.settled(() => engine.call(name, json));
  }

  #watch(id: string, { shared }: Link): void {
    const { storage } = this.#root;
    if (isMemory(storage)) return;
    const address = { workspace: this.#name, id };
    shared.watched ??= (heard) => storage.watch?.(address, heard) ?? (() => {});
  }

  async #workspace(): Promise<Workspace> {
    const { closed, storage, workspaces } = this.#root;
    if (closed) throw new VarveError("Closed", "this varve was closed; create another", {});
    // What is in memory is nowhere else.
    const made = await workspaces.get(this.#name, isMemory(storage), () => this.#start());
    if (!made.host.instance.ended) return made;
    workspaces.forget(this.#name, made);
    return this.#workspace();
  }

  async #start(): Promise<Workspace> {
    const { counter, encoding, storage, types } = this.#root;
    const counts = counter === undefined && encoding !== "approximate";
    const loading = loadNative();
    if (!isMemory(storage)) loadEarly(storage);
    const [{ module, instance }, counting] = await Promise.all([
      loading,
      counts ? instanceWith(encoding) : undefined,
      types.load(),
    ]);
    counting?.carry(instance);
    const host = new WorkspaceHost(this.#root, instance, module.wasmMemory());
    const [name, adapter] = isMemory(storage)
      ? [`${storage.name} ${this.#name}`]
      : ["", new NativeStorage(storage, instance)];
    const engine = instance.run(() => new module.Engine(host, this.#name, name, adapter));
    return { engine, host };
  }
}

const KNOWN = [
  "storage",
  "workspace",
  "encoding",
  "counter",
  "contentTypes",
  "clock",
  "models",
  "summarize",
];

function checked<T extends ContentTypes>(options: VarveOptions<T>): VarveOptions<T> {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw invalid(`/${unknown}`, `createVarve has no option ${unknown}`);
  const { storage, workspace, encoding, counter, clock, models, summarize } = options;
  if (summarize !== undefined && typeof summarize !== "function") {
    throw invalid("/summarize", "summarize must be a function");
  }
  if (storage !== undefined && !isMemory(storage) && typeof storage?.readJournal !== "function") {
    throw invalid("/storage", "storage must be a storage adapter, or come from memory()");
  }
  if (workspace !== undefined) checkName(workspace, "/workspace");
  if (models !== undefined && (typeof models !== "object" || models === null)) {
    throw invalid("/models", "models must be an object of models by name");
  }
  if (clock !== undefined && typeof clock !== "function") {
    throw invalid("/clock", "clock must be a function that gives UTC milliseconds");
  }
  if (encoding !== undefined) {
    if (counter !== undefined)
      throw invalid("/encoding", "give an encoding or a counter, not both");
    const name = typeof encoding === "object" ? encoding?.name : encoding;
    if (name !== "approximate") numberOf(name);
  }
  if (counter !== undefined && counter !== null) {
    if (
      typeof counter.count !== "function" ||
      typeof counter.name !== "string" ||
      counter.name === ""
    ) {
      throw invalid("/counter", "a counter takes name, a text, and count, a function");
    }
  }
  return options;
}

function isMemory(storage: MemoryStorage | StorageAdapter): storage is MemoryStorage {
  return (storage as { kind?: unknown } | null)?.kind === "memory";
}

/** The name of a repository or of a workspace. */
function checkName(name: string, pointer: "/id" | "/workspace"): string {
  if (typeof name === "string" && name !== "" && isWellFormed.call(name)) return name;
  throw invalid(pointer, "a name must be a string that is not empty, without lone surrogates");
}

function invalid(pointer: string, message: string): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer });
}
