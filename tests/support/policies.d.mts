import type { MemoryStorage, StorageAdapter } from "varve";
import type { testVarve } from "varve/testing";

/** Promises by name; each rejects where it is broken. */
export declare const policyCases: Record<
  string,
  (given: {
    testVarve: typeof testVarve;
    open: () => StorageAdapter | MemoryStorage;
  }) => Promise<void>
>;
