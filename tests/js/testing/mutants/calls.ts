// Mutants that change many calls at once.
import type { StorageAdapter } from "../../../../js/src/types/storage.js";

/** A call. */
export type Method = keyof StorageAdapter;

/** Calls on a repository. */
export const ON: readonly Method[] = [
  "write",
  "readJournal",
  "readObjects",
  "listObjects",
  "readLog",
  "readCheckpoint",
  "writeCheckpoint",
  "deleteCheckpoint",
];
/** All of them. */
export const ALL: readonly Method[] = [
  ...ON,
  "createRepository",
  "findRepository",
  "deleteRepository",
  "listRepositories",
];

/** Whatever it takes and gives. */
export type AnyCall = (...args: unknown[]) => unknown;

/** Wraps calls of some names. */
export function around(
  inner: StorageAdapter,
  names: readonly Method[],
  wrap: (call: () => unknown, args: unknown[], name: Method) => unknown,
): Partial<StorageAdapter> {
  const wrapped = names.map((name) => {
    const method = inner[name] as AnyCall;
    return [name, async (...args: unknown[]) => wrap(() => method(...args), args, name)];
  });
  return Object.fromEntries(wrapped) as Partial<StorageAdapter>;
}

/** Calls that answer a code otherwise. */
export const answering =
  (names: readonly Method[], code: string, answer: (name: Method, error: unknown) => unknown) =>
  (inner: StorageAdapter): Partial<StorageAdapter> =>
    around(inner, names, async (call, _, name) => {
      try {
        return await call();
      } catch (error) {
        if ((error as { code?: string } | null)?.code !== code) throw error;
        return answer(name, error);
      }
    });
