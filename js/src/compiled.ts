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

const NO_WARNINGS: readonly CompileWarning[] = Object.freeze([]);
const NO_PROPOSALS: readonly unknown[] = Object.freeze([]);

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
  readonly proposals: readonly unknown[] = NO_PROPOSALS;
  readonly #state: ViewState;
  readonly #digest: string;
  #send: Send | undefined;

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
  ) {
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

  /** For logs: what the object shows, and the messages. */
  toJSON(): object {
    return { ...this, messages: this.messages };
  }

  /**
   * The handle that made it.
   * @internal
   */
  from(send: Send): this {
    this.#send = send;
    return this;
  }
}
