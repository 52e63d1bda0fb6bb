// Reading a repository: the compile, and everything that can be asked.
import { blame } from "./chat/blame.js";
import { search } from "./chat/search.js";
import type { CompiledView, Send } from "./compiled.js";
import type { Link } from "./handle.js";
import type { Maybe } from "./native.js";
import { own, toPlainJson } from "./plain.js";
import type { Driven } from "./policies/driver.js";
import { Policies } from "./policies/policies.js";
import type { Annotation } from "./types/annotation.js";
import type { Transcript, TranscriptOptions } from "./types/chat.js";
import type { CommitInfo } from "./types/commit.js";
import type { Compiled, CompileOptions, Message, Prepared } from "./types/compile.js";
import type { BuiltInPayload } from "./types/content.js";
import type { RegisteredType } from "./types/content-types.js";
import type { JsonObject } from "./types/json.js";
import type { PolicyTrigger } from "./types/policies.js";
import type {
  BranchesOptions,
  BranchInfo,
  Diff,
  EntryInfo,
  History,
  HistoryOptions,
  OperationInfo,
  OperationsOptions,
  Status,
  TagInfo,
} from "./types/repository.js";
import type { Blame, SearchOptions, SearchResult } from "./types/search.js";
import { Writer } from "./writer.js";

/** Reads a repository. */
export abstract class Reader<P = BuiltInPayload> extends Writer<P> {
  /** @internal */
  protected readonly link: Link;
  readonly #send: Send;
  #policies: Policies | undefined;

  /** @internal */
  constructor(link: Link) {
    super();
    this.link = link;
    this.#send = (args) => link.callJson("sent", args);
  }

  /** What the context does to keep itself in shape. */
  get policies(): Policies {
    this.#policies ??= new Policies(this.driven);
    return this.#policies;
  }

  /** What drives policies on this handle. @internal */
  protected abstract get driven(): Driven;

  /** The commit this handle stands on; undefined where there is none yet. */
  get head(): string | undefined {
    const { instance, native } = this.link;
    return instance.run(() => native.head);
  }

  /** The branch this handle is on; undefined where it is detached, and only reads. */
  get currentBranch(): string | undefined {
    const { instance, native } = this.link;
    return instance.run(() => native.branch);
  }

  /**
   * What a model is to see. Never writes, and never evaluates a policy.
   *
   * @throws `CommitNotFound` for an unknown `asOf`; `BudgetExceeded` where what must stay does not fit
   * into `maxTokens`; `Validation`.
   */
  async compile(options?: CompileOptions): Promise<Compiled> {
    return this.#compile("compile", options);
  }

  /**
   * What an agent loop calls before each request: takes in what other processes wrote, compiles, and
   * says what the policies propose.
   *
   * @throws Like `compile`.
   */
  async prepare(options?: CompileOptions): Promise<Prepared> {
    const { registry } = this.link.shared;
    registry.waits = false;
    let view = await this.#compile("prepare", options);
    if (options?.asOf !== undefined || !(registry.waits || registry.due("compile"))) return view;
    if (await this.lookedAt("compile")) view = await this.#compile("compile", options);
    return view.with(await this.policies.waiting());
  }

  /** Has policies look: true where one did something. @internal */
  protected abstract lookedAt(trigger: PolicyTrigger): Promise<boolean>;

  async #compile(
    call: "compile" | "prepare",
    options: CompileOptions | undefined,
  ): Promise<CompiledView> {
    const { link } = this;
    link.assertOpen();
    const json = options && compileJson(options);
    const view = await link.instance.settled(() => link.native[call](json) as Maybe<CompiledView>);
    const wanted = link.shared.files.any && options?.files !== false;
    return view.from(this.#send, wanted ? await this.files(view.messages) : undefined);
  }

  /**
   * The bytes of a file, as the `data` of its part names it: null where nobody stored it, or it was erased or
   * freed. The array is the caller's own.
   *
   * @throws `Validation` for what is no hash; `Corrupt`; any error of the store.
   */
  async bytes(hash: string): Promise<Uint8Array | null> {
    return (await this.link.bytes([hash]))[0] ?? null;
  }

  /**
   * The bytes of all files that messages name, or payloads, by hash: what converters take as `files`. Those
   * that are not there (any more) are left out. The arrays are shared: do not change them.
   *
   * @throws `Corrupt`; any error of the store.
   */
  async files(messages: readonly object[]): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.link.shared.files.of(messages, (hashes) => this.link.bytes(hashes));
  }

  /** Where this handle stands, and how full its context is. */
  status(): Promise<Status> {
    return this.link.call("status");
  }

  /**
   * Commits, the newest first.
   *
   * @throws `CommitNotFound`.
   */
  history(options: HistoryOptions = {}): Promise<History> {
    return this.link.call("history", options);
  }

  /**
   * What people read on a screen: entries in reading order, as they read after edits. Those that were
   * compacted are there as well, with `compactedInto`; deleted ones are not. The newest page comes
   * first; `cursor` is the `before` of the next older one.
   *
   * @throws `CommitNotFound` where there is no such branch; `EditTarget` where `before` is not in its
   * history (any more).
   */
  transcript(options: TranscriptOptions = {}): Promise<Transcript> {
    return this.link.call("transcript", options);
  }

  /**
   * Entries whose texts hold a text or match an expression, the newest first: texts of messages, arguments and
   * results of tools, names of tools. As they read now; also those that were compacted.
   *
   * @throws `Validation`; like `transcript`.
   */
  async search(text: string | RegExp, options: SearchOptions = {}): Promise<SearchResult> {
    return search((page) => this.transcript(page), text, own(options));
  }

  /**
   * Where a message, or an entry, comes from: for each of its entries the commits behind it.
   *
   * @throws The errors of the store.
   */
  async blame(of: Pick<Message, "entries"> | string): Promise<Blame[]> {
    return blame(this, typeof of === "string" ? [of] : of.entries);
  }

  /**
   * The commits that go on from a commit, on whichever branch; from an entry: from the commit that gave
   * it what it says.
   *
   * @throws `CommitNotFound`, `AmbiguousRef`.
   */
  children(ref: string): Promise<CommitInfo[]> {
    return this.link.call("children", { ref });
  }

  /** The commit and entry that answer to a hash, prefix, tag, branch or entry id; null: none does. */
  get(ref: string): Promise<EntryInfo | null> {
    return this.link.call("get", { ref });
  }

  /**
   * What changed from one commit to another.
   *
   * @throws `CommitNotFound`.
   */
  diff(from: string, to: string): Promise<Diff> {
    return this.link.call("diff", { from, to });
  }

  /**
   * The hash that a reference means: a hash, a prefix of 4 or more digits, a branch, a tag, an entry
   * id, `HEAD`, `HEAD~n`, `-` (the branch before).
   *
   * @throws `CommitNotFound`; `AmbiguousRef` with the candidates.
   */
  resolve(ref: string): Promise<string> {
    return this.link.call("resolve", { ref });
  }

  /** The branches, by name; those that keep alternatives on demand. */
  branches(options: BranchesOptions = {}): Promise<BranchInfo[]> {
    return this.link.call("branches", options);
  }

  /** The tags, by name. */
  tags(): Promise<TagInfo[]> {
    return this.link.call("tags");
  }

  /** Operations of the journal, the newest first. */
  operations(options: OperationsOptions = {}): Promise<OperationInfo[]> {
    return this.link.call("operations", options);
  }

  /**
   * The annotations of an entry.
   *
   * @throws `EditTarget` where there is no such entry.
   */
  annotations(id: string): Promise<Annotation[]> {
    return this.link.call("annotations", { id });
  }

  /**
   * The notes of an entry, by name.
   *
   * @throws `EditTarget` where there is no such entry.
   */
  notes(id: string): Promise<JsonObject> {
    return this.link.call("notes", { id });
  }

  /** The registered content types, by name. */
  types(): Promise<Record<string, RegisteredType>> {
    return this.link.call("types");
  }
}

function compileJson(options: CompileOptions): string | undefined {
  const { signal, asOf, files: _, ...rest } = own(options);
  signal?.throwIfAborted();
  const json = toPlainJson({ ...rest, asOf: asOf instanceof Date ? asOf.getTime() : asOf });
  return json === "{}" ? undefined : json;
}
