// The result of a compile, and telling the repository what became of it.

import type { ViewState } from "./mirror.js";
import { toPlainJson } from "./plain.js";
import type {
  CompileWarning,
  Message,
  Prepared,
  SentReport,
  StablePrefix,
} from "./types/compile.js";
import type { Proposal } from "./types/policies.js";

const NO_WARNINGS: readonly CompileWarning[] = Object.freeze([]);
const NO_FILES: ReadonlyMap<string, Uint8Array> = new Map();
const NO_PROPOSALS: readonly Proposal[] = Object.freeze([]);

/** Records what was sent, on the handle that compiled it. */
export type Send = (args: string) => Promise<unknown>;

/** See the interface `Compiled`. Frozen; only the array of messages is made later, when read. */
export class CompiledView implements Prepared {
  readonly tokenCount: number;
  readonly commitCount: number;
  readonly tokenSource: string;
  readonly warnings: readonly CompileWarning[];
  readonly head: string | undefined;
  readonly stablePrefix: StablePrefix;
  readonly proposals: readonly Proposal[];
  readonly #state: ViewState;
  readonly #digest: string;
  #send: Send | undefined;
  #files: ReadonlyMap<string, Uint8Array> = NO_FILES;

  constructor(
    state: ViewState,
    tokenCount: number,
    commitCount: number,
    tokenSource: string,
    head: string | undefined,
    stableMessages: number,
    stableTokens: number,
    warnings: string,
    digest: string,
    proposals: readonly Proposal[] = NO_PROPOSALS,
  ) {
    this.proposals = proposals;
    this.#state = state;
    this.#digest = digest;
    this.tokenCount = tokenCount;
    this.commitCount = commitCount;
    this.tokenSource = tokenSource;
    this.head = head;
    this.stablePrefix = Object.freeze({ messages: stableMessages, tokens: stableTokens });
    const quiet = warnings === "" || warnings === "[]";
    this.warnings = quiet ? NO_WARNINGS : Object.freeze(JSON.parse(warnings) as CompileWarning[]);
    Object.freeze(this);
  }

  get messages(): readonly Message[] {
    return this.#state.messages;
  }

  get files(): ReadonlyMap<string, Uint8Array> {
    return this.#files;
  }

  async sent(report: SentReport): Promise<void> {
    const { model, responseId, usage } = report;
    const args = {
      digest: this.#digest,
      estimate: this.tokenCount,
      head: this.head,
      model,
      responseId,
      input: usage?.input,
      output: usage?.output,
      raw: usage?.raw,
    };
    await this.#send?.(toPlainJson(args));
  }

  /**
   * The same with what policies propose.
   * @internal
   */
  with(proposals: readonly Proposal[]): CompiledView {
    const { messages, tokens } = this.stablePrefix;
    const { tokenCount, commitCount, tokenSource, head, warnings } = this;
    const told = JSON.stringify(warnings);
    const same = new CompiledView(
      this.#state,
      tokenCount,
      commitCount,
      tokenSource,
      head,
      messages,
      tokens,
      told,
      this.#digest,
      Object.freeze(proposals),
    );
    same.#send = this.#send;
    return same;
  }

  /** For logs: what the object shows, and the messages. */
  toJSON(): object {
    return { ...this, messages: this.messages };
  }

  /**
   * The handle that made it, and the files of its messages.
   * @internal
   */
  from(send: Send, files?: ReadonlyMap<string, Uint8Array>): this {
    this.#send = send;
    if (files !== undefined) this.#files = files;
    return this;
  }
}
