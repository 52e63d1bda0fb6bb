// Errors that a store may answer with.
import { VarveError, type VarveErrorDetails } from "../errors.js";

/** The codes of a store's errors: see `StorageAdapter`. */
export type StorageErrorCode =
  | "Unavailable"
  | "OutcomeUnknown"
  | "Quota"
  | "TooLarge"
  | "Corrupt"
  | "VersionTooNew"
  | "Blocked"
  | "Closed";

/** An error for an adapter to throw. `cause` is what the driver threw. */
export function storageError<C extends StorageErrorCode>(
  code: C,
  message: string,
  { details, cause }: { details?: VarveErrorDetails[C]; cause?: unknown } = {},
): VarveError<C> {
  const given = details ?? ({} as VarveErrorDetails[C]);
  return new VarveError(code, message, given, cause === undefined ? undefined : { cause });
}
