// Assertions of the kit's own: it runs under any test runner, and in a page without one. What fails says
// what was expected and what came.
import { isVarveError } from "../../errors.js";
import type { StorageErrorCode } from "../../storage/errors.js";
import { show } from "./show.js";

/** Fails with a message. */
export function fail(message: string, cause?: unknown): never {
  throw new Error(message, cause === undefined ? undefined : { cause });
}

/** Fails unless it holds. */
export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) fail(what);
}

/**
 * Fails unless a value is as expected: bytes by content, lists by length and order, objects by the members
 * that are expected. A member expected to be undefined may be absent.
 */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const difference = differenceOf(actual, expected, what);
  if (difference !== undefined) fail(difference);
}

function differenceOf(actual: unknown, expected: unknown, path: string): string | undefined {
  if (isBytes(expected)) {
    if (isBytes(actual) && sameBytes(actual, expected)) return undefined;
  } else if (Array.isArray(expected)) {
    if (Array.isArray(actual)) return differenceOfLists(actual, expected, path);
  } else if (typeof expected === "object" && expected !== null) {
    if (typeof actual === "object" && actual !== null) {
      for (const [name, value] of Object.entries(expected)) {
        const member = (actual as Record<string, unknown>)[name];
        const difference = differenceOf(member, value, `${path}.${name}`);
        if (difference !== undefined) return difference;
      }
      return undefined;
    }
  } else if (Object.is(actual, expected)) {
    return undefined;
  }
  return `${path}: expected ${show(expected)}, got ${show(actual)}`;
}

function differenceOfLists(
  actual: readonly unknown[],
  expected: readonly unknown[],
  path: string,
): string | undefined {
  if (actual.length !== expected.length) {
    return `${path}: expected ${expected.length} of them, ${show(expected)}, got ${actual.length}, ${show(actual)}`;
  }
  for (const [index, value] of expected.entries()) {
    const difference = differenceOf(actual[index], value, `${path}[${index}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Also from another realm, as under Jest. */
export function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Whether bytes are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let index = 0; index < a.byteLength; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** Fails unless the call fails with an error of varve that has this code. */
export async function refuses(
  code: StorageErrorCode,
  what: string,
  call: () => unknown,
): Promise<void> {
  const outcome = await outcomeOf(call);
  if ("value" in outcome) {
    fail(`${what}: expected it to fail with ${code}, got the answer ${show(outcome.value)}`);
  }
  const { error } = outcome;
  if (!isVarveError(error, code)) {
    fail(`${what}: expected a VarveError with code ${code}, got ${show(error)}`, error);
  }
}

/** How a call ended. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Runs a call to its end, also where it throws at once. */
export async function outcomeOf<T>(call: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}
