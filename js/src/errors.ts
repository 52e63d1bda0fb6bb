// Errors of varve: one class, told apart by `code`, with `details` that fit the code. A brand makes
// them recognisable across two copies of the package, where `instanceof` would not.

/** What `details` holds, by `code`. */
export interface VarveErrorDetails {
  /** Input of the wrong form. `pointer` is a JSON pointer (RFC 6901) into it. */
  Validation: { pointer: string; expected?: string };
  /** An entry id that exists already, with another payload. */
  DuplicateId: { id: string };
  /** An operation on an entry that is not in the view. */
  EditTarget: { id: string; reason: string };
  /** The head is not where the caller expected it, or the operation makes no sense on it. */
  Conflict: { expected?: string | null; actual?: string | null };
  /** Nothing is known under this hash, tag, branch or time. */
  CommitNotFound: { ref: string };
  /** A hash prefix that fits several commits. */
  AmbiguousRef: { ref: string; candidates: string[] };
  /** Not a name that a branch or tag can have. */
  RefName: { name: string; reason: string };
  /** A branch or tag that exists already. */
  RefExists: { kind: "branch" | "tag"; name: string };
  /** No such branch or tag. */
  RefNotFound: { kind: "branch" | "tag"; name: string };
  /** A branch that cannot be deleted or moved this way. */
  RefProtected: Record<never, never>;
  /** A repository of this id is there already. */
  RepositoryExists: { id: string };
  /** No repository of this id, and it was not to be created. */
  RepositoryNotFound: { id: string };
  /** What must stay does not fit, or an input would burst the budget. In tokens. */
  BudgetExceeded: { limit: number; required: number };
  /** A counter, validator or other callback of the application failed; its error is the `cause`. */
  Callback: { callback: string };
  /** The store cannot be reached now. */
  Unavailable: { operationId?: string };
  /** Neither success nor failure of a write could be confirmed. */
  OutcomeUnknown: { operationId?: string };
  /** The store is full. In bytes. */
  Quota: { limit?: number; required?: number };
  /** More than the store or a limit of varve takes. In bytes. */
  TooLarge: { limit: number; actual?: number };
  /** Stored data that does not match its hash or format. */
  Corrupt: { where?: string };
  /** Data written by a newer version of varve. */
  VersionTooNew: { found: number; supported: number };
  /** Another tab or process holds on to an older version of the store. */
  Blocked: { by?: string };
  /** The store was closed; or the turn was finished. */
  Closed: Record<never, never>;
  /** An operation that cannot be undone: erase, gc. */
  NotUndoable: { operation: string; reason: string };
  /** A payload that is needed, and that `gc` freed, or `erase` erased. */
  ContentGone: { hash: string; reason: "freed" | "erased" };
  /** A payload that was erased, and is not taken in again. `reason` is why it was erased. */
  ErasedContent: { hash: string; reason: string };
  /** A proposal that is settled, or about what is not any more as it was shown. */
  StaleProposal: { id: string; reason: string };
  /** There is no proposal of this id. */
  ProposalNotFound: { id: string };
  /** Policies rest until `resumeAll`. */
  PolicyPaused: { reason: string };
  /** A policy's action failed at every try, or nothing here can do it; its error is the `cause`. */
  PolicyExecution: { policy: string; tries: number };
  /** A summary that lost what it must keep, or is longer than what it stands for. */
  Compression: { reason: string; missing?: string[] };
  /** No operation of this handle is left to undo or redo. */
  NothingToUndo: Record<never, never>;
  /** No encoding has this name. */
  UnknownEncoding: { name: string; known: string[] };
  /** No model that is known: to the token counter (families end in `*`), or to `createVarve`. */
  UnknownModel: { model: string; known: string[] };
  /** The encoding's vocabulary has to be loaded first. */
  EncodingNotLoaded: { encoding: string };
  /** What was given as a vocabulary is not one of this version. */
  BadVocabulary: { encoding: string };
  /** An id that no token of the encoding has. */
  UnknownToken: { encoding: string };
  /** A bug of varve, or a module that cannot be loaded. */
  Internal: Record<never, never>;
  /** A message in a foreign format that is wrong. `index` counts messages from 0. */
  Format: { index?: number; pointer?: string };
}

/** The stable names of varve's errors. */
export type VarveErrorCode = keyof VarveErrorDetails;

/** Any error of varve: `switch (error.code)` narrows `details`. */
export type AnyVarveError = { [C in VarveErrorCode]: VarveError<C> }[VarveErrorCode];

const brand: unique symbol = Symbol.for("varve.error") as never;

const retryable: ReadonlySet<string> = new Set<VarveErrorCode>([
  "Conflict",
  "Unavailable",
  "OutcomeUnknown",
  "Blocked",
]);

/** An error of varve. Its message says what was wrong, what was expected, and what to do. */
export class VarveError<C extends VarveErrorCode = VarveErrorCode> extends Error {
  /** Which error it is. Stable across versions. */
  readonly code: C;
  /** The figures and names behind the message. */
  readonly details: VarveErrorDetails[C];
  /** Whether the same call, made again, can succeed. For `OutcomeUnknown`, give the same `operationId`. */
  readonly retryable: boolean;

  constructor(
    code: C,
    message: string,
    details: VarveErrorDetails[C],
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
    this.retryable = retryable.has(code);
  }

  static {
    Object.defineProperty(VarveError.prototype, "name", {
      value: "VarveError",
      configurable: true,
      writable: true,
    });
    Object.defineProperty(VarveError.prototype, brand, { value: true });
  }
}

/** Whether a value is an error of varve (with this code, if one is given), from any copy of the package. */
export function isVarveError(value: unknown): value is AnyVarveError;
export function isVarveError<C extends VarveErrorCode>(
  value: unknown,
  code: C,
): value is VarveError<C>;
export function isVarveError(value: unknown, code?: VarveErrorCode): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ((value as Record<symbol, unknown>)[brand] !== true) return false;
  return code === undefined || (value as { code?: unknown }).code === code;
}

/** What the module says of a failure; `cause` is the adapter's or callback's own error. */
export interface ErrorParts {
  code: string;
  message: string;
  details?: unknown;
  cause?: unknown;
}

/**
 * The one place where failures of the module become JavaScript errors. A code of a newer module is
 * kept as it is.
 * @internal
 */
export function toVarveError({ code, message, details, cause }: ErrorParts): VarveError {
  const known = code as VarveErrorCode;
  const figures = (
    typeof details === "object" && details !== null ? details : {}
  ) as VarveErrorDetails[VarveErrorCode];
  return new VarveError(known, message, figures, cause === undefined ? undefined : { cause });
}
