// Trying again what failed for now.
import { isVarveError, VarveError } from "../errors.js";
import type { Link } from "../handle.js";

/** How often an action is tried, and how long the first pause is: milliseconds. */
const TRIES = 3;
const PAUSE = 500;

/**
 * Runs something up to three times, as long as it fails for now only; pauses double, each by chance between half
 * and the whole.
 *
 * @throws `PolicyExecution` with the last error as its cause; what cannot get better is thrown as it is.
 */
export async function retried<R>(
  link: Link,
  policy: string,
  attempt: () => Promise<R>,
  again: (error: unknown, number: number) => Promise<void>,
): Promise<R> {
  for (let number = 1; ; number++) {
    try {
      return await attempt();
    } catch (error) {
      if (isSettled(error)) throw error;
      if (number === TRIES || !isTransient(error)) throw exhausted(policy, number, error);
      await again(error, number);
      const chance = new Uint8Array(1);
      link.host.random(chance);
      await link.host.sleep(PAUSE * 2 ** (number - 1) * (0.5 + (chance[0] as number) / 510));
    }
  }
}

/** Errors that say by themselves what is to be done. */
function isSettled(error: unknown): boolean {
  return (
    isVarveError(error) &&
    [
      "StaleProposal",
      "PolicyPaused",
      "PolicyExecution",
      "Compression",
      "Validation",
      "Closed",
    ].includes(error.code)
  );
}

/** Whether the same can succeed later: as varve, providers' SDKs and fetch say it. */
export function isTransient(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { retryable, isRetryable, status, statusCode, cause, name } = error as Record<
    string,
    unknown
  >;
  if (retryable === true || isRetryable === true || name === "TimeoutError") return true;
  const code = status ?? statusCode;
  if (typeof code === "number") return code === 408 || code === 409 || code === 429 || code >= 500;
  // fetch throws a TypeError where the network fails.
  if (error instanceof TypeError && /fetch|network/i.test(error.message)) return true;
  return cause !== undefined && cause !== error && isTransient(cause);
}

function exhausted(policy: string, tries: number, cause: unknown): VarveError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `${policy || "the proposal"} failed after ${tries} ${tries === 1 ? "try" : "tries"}: ${reason}`;
  return new VarveError("PolicyExecution", message, { policy, tries }, { cause });
}
