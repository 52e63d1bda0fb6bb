// Writing entries: what a repository and a batch have in common.
import { type Given, given } from "./files/files.js";
import type { Maybe } from "./native.js";
import { own, toPlainJson } from "./plain.js";
import type { Priority } from "./types/annotation.js";
import type { ChangeOptions, CommitOptions, OperationOptions, Receipt } from "./types/commit.js";
import type { BuiltInPayload, NewPart, ProviderData } from "./types/content.js";
import type { JsonInput } from "./types/json.js";

/** Arguments of a call of the module, by name. */
export interface CallArguments {
  readonly payload?: unknown;
  readonly [name: string]: unknown;
}

/** Writes entries and annotations. */
export abstract class Writer<P = BuiltInPayload> {
  /** Adds an entry. @internal */
  protected abstract write(
    payload: unknown,
    given: Given,
    options: string | undefined,
  ): Maybe<Receipt>;

  /** Calls an operation of the module that changes something. @internal */
  protected abstract change(
    name: string,
    args: CallArguments,
    options?: OperationOptions,
  ): Promise<unknown>;

  /**
   * Adds an entry at the end of the branch.
   *
   * @throws `Validation` with a JSON pointer to what is wrong; `DuplicateId` where an entry of this id
   * is there with another payload; `Conflict` where `expectedHead` does not hold; `BudgetExceeded` where
   * a budget with `action: "reject"` has no room for it; `ErasedContent` where it, or a file of it, was erased;
   * `TooLarge` where a file is larger than the store takes; any error of the store.
   */
  async commit(payload: P, options?: CommitOptions): Promise<Receipt> {
    return this.write(payload, given(payload), options && optionsJson(options));
  }

  /** Adds an instruction: pinned; of several with one `name` the last holds. */
  instruction(
    text: string,
    options: CommitOptions & { name?: string; place?: "slot" | "here" } = {},
  ): Promise<Receipt> {
    const { name, place, ...rest } = own(options);
    return this.#add({ contentType: "instruction", text, name, place }, rest);
  }

  /** Adds a message of the user: a text, or parts. */
  user(
    content: string | readonly NewPart[],
    options?: CommitOptions & { name?: string },
  ): Promise<Receipt> {
    return this.#message("user", content, options);
  }

  /** Adds a message of the assistant: a text, or parts (tool calls among them). */
  assistant(
    content: string | readonly NewPart[],
    options?: CommitOptions & { name?: string },
  ): Promise<Receipt> {
    return this.#message("assistant", content, options);
  }

  /** Adds the model's thinking, with what its provider wants back. */
  reasoning(
    text: string,
    options: CommitOptions & { provider?: ProviderData } = {},
  ): Promise<Receipt> {
    const { provider, ...rest } = own(options);
    return this.#add({ contentType: "reasoning", text, provider }, rest);
  }

  /**
   * Adds a tool call, as a `tool_io`. Neighbouring calls become one message of the assistant.
   * `rawInput` is the exact argument text, where it is not the canonical JSON of `input`.
   */
  toolCall(
    name: string,
    input: JsonInput,
    options: CommitOptions & { callId: string; rawInput?: string },
  ): Promise<Receipt> {
    const { callId, rawInput, ...rest } = own(options);
    const data = rawInput === undefined ? { payload: input } : { rawPayload: rawInput };
    return this.#add(
      { contentType: "tool_io", direction: "call", toolName: name, callId, ...data },
      rest,
    );
  }

  /**
   * Adds what a tool gave back, as a message of the tool: a string is text, everything else JSON. For
   * parts in a provider's form, or a call that was denied, commit a `message`.
   */
  toolResult(
    callId: string,
    output: JsonInput,
    options: CommitOptions & { toolName?: string; status?: "success" | "error" } = {},
  ): Promise<Receipt> {
    const { toolName, status, ...rest } = own(options);
    const kind = typeof output === "string" ? "text" : "json";
    const type = status === "error" ? `error-${kind}` : kind;
    const part = { type: "tool-result", callId, toolName, output: { type, value: output } };
    return this.#add({ contentType: "message", role: "tool", parts: [part] }, rest);
  }

  /**
   * Replaces an entry's payload; the entry keeps its place. The payload it has already is no edit.
   *
   * @throws `EditTarget` where the entry is not in the view of the branch; else like `commit`.
   */
  async edit(id: string, payload: P, options?: ChangeOptions): Promise<Receipt> {
    return (await this.change("edit", { id, payload }, options)) as Receipt;
  }

  /**
   * Takes an entry out of the view. Earlier commits still show it.
   *
   * @throws `EditTarget` where the entry is not in the view of the branch.
   */
  async delete(id: string, options?: ChangeOptions): Promise<Receipt> {
    return (await this.change("delete", { id }, options)) as Receipt;
  }

  /**
   * Deactivates an edit, delete, compaction or revert: by its commit, or the newest on an entry.
   *
   * @throws `EditTarget` where there is nothing to revert; `Conflict` where later operations depend
   * on it.
   */
  async revert(target: string, options?: ChangeOptions): Promise<Receipt> {
    return (await this.change("revert", { target }, options)) as Receipt;
  }

  /**
   * Says how important an entry is, in every branch: `pinned` stays in every window and survives every
   * compaction, `skip` is left out.
   *
   * @throws `EditTarget` where there is no such entry.
   */
  async annotate(
    id: string,
    priority: Priority,
    options: OperationOptions & { reason?: string } = {},
  ): Promise<void> {
    const { reason, ...rest } = own(options);
    await this.change("annotate", { id, priority, reason }, rest);
  }

  /** Annotates as `pinned`. */
  pin(id: string, options?: OperationOptions & { reason?: string }): Promise<void> {
    return this.annotate(id, "pinned", options);
  }

  /** Annotates as `skip`. */
  skip(id: string, options?: OperationOptions & { reason?: string }): Promise<void> {
    return this.annotate(id, "skip", options);
  }

  /**
   * Sets a note on an entry: a title, a thumb, a read mark. Not part of any hash; null removes it.
   *
   * @throws `EditTarget` where there is no such entry.
   */
  async setNote(
    id: string,
    name: string,
    value: JsonInput,
    options?: OperationOptions,
  ): Promise<void> {
    await this.change("note", { id, name, value }, options);
  }

  /**
   * Names a commit: the head, or what `at` resolves to.
   *
   * @throws `RefName`; `RefExists` where the tag is elsewhere already, without `force`; `CommitNotFound`.
   */
  async tag(
    name: string,
    options: OperationOptions & { at?: string; force?: boolean } = {},
  ): Promise<void> {
    const { at, force, ...rest } = own(options);
    await this.change("tag", { name, at, force }, rest);
  }

  /**
   * Removes a tag.
   *
   * @throws `RefNotFound`.
   */
  async untag(name: string, options?: OperationOptions): Promise<void> {
    await this.change("untag", { name }, options);
  }

  #message(
    role: "user" | "assistant",
    content: string | readonly NewPart[],
    options: CommitOptions & { name?: string } = {},
  ): Promise<Receipt> {
    const { name, ...rest } = own(options);
    const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
    return this.#add({ contentType: "message", role, name, parts }, rest);
  }

  #add(payload: object, options: CommitOptions): Promise<Receipt> {
    return this.commit(payload as unknown as P, options);
  }
}

/** The arguments of a change as JSON; bytes are taken in payloads only. */
export function changeJson(args: CallArguments, rest: object): Given {
  const all = { ...rest, ...args };
  if (args.payload !== undefined || args.messages !== undefined) return given(all);
  return { json: toPlainJson(all), files: [] };
}

/** Options as JSON, after a look at the signal; undefined where none is set. */
export function optionsJson(options: OperationOptions): string | undefined {
  const { signal, ...rest } = own(options);
  signal?.throwIfAborted();
  const json = toPlainJson(rest);
  return json === "{}" ? undefined : json;
}
