// `varve/storage/durable-object`: repositories in the SQLite database of a Cloudflare Durable Object.
import { VarveError } from "../errors.js";
import type { StorageAdapter } from "../types/storage.js";
import {
  DURABLE_OBJECT_VALUE_BYTES,
  type DurableObjectStorageLike,
  durableObjectDriver,
} from "./sqlite/drivers/durable-object.js";
import { sqliteStore } from "./sqlite/store.js";

export type { DurableObjectStorageLike } from "./sqlite/drivers/durable-object.js";

/** How to use the storage of a Durable Object. */
export interface DurableObjectOptions {
  /**
   * When a write resolves. `strict` (default): when it is on the disk. `relaxed`: at once; the platform holds back
   * whatever leaves the object until the write is on the disk.
   */
  readonly durability?: "strict" | "relaxed" | undefined;
  /** What the names of tables begin with. Default: `varve_`. */
  readonly tablePrefix?: string | undefined;
}

/**
 * A store in the database of a Durable Object: `ctx.storage`. The first call makes the tables or brings them up to date.
 * `close` ends this store, not the storage.
 *
 * Errors: `Validation`, where the class has no SQL storage, or an option makes no sense.
 */
export function durableObject(
  storage: DurableObjectStorageLike,
  { durability = "strict", tablePrefix }: DurableObjectOptions = {},
): StorageAdapter {
  if (durability !== "strict" && durability !== "relaxed") {
    const expected = "strict or relaxed";
    const message = `durability is ${JSON.stringify(durability)}, expected ${expected}`;
    throw new VarveError("Validation", message, { pointer: "/durability", expected });
  }
  assertHasSql(storage);
  const source = {
    durability,
    multiWriter: true, // several stores of one object
    maxValueBytes: DURABLE_OBJECT_VALUE_BYTES,
    open: async () => durableObjectDriver(storage, durability === "strict"),
  };
  const options = { tablePrefix, migrate: true, busyTimeout: 0 };
  return sqliteStore("durable-object", source, options);
}

/** Classes that were declared without SQL have the same methods: they throw when they are called. */
function assertHasSql(storage: DurableObjectStorageLike | undefined): void {
  let cause: unknown;
  try {
    if (typeof storage?.transactionSync === "function") {
      storage.sql.exec("SELECT 1");
      return;
    }
  } catch (error) {
    cause = error;
  }
  const expected = "the ctx.storage of a Durable Object with SQLite";
  const message =
    cause === undefined
      ? `this is no storage of a Durable Object; expected ${expected}`
      : "this Durable Object has no SQL storage; name its class in new_sqlite_classes of wrangler's migrations";
  throw new VarveError("Validation", message, { pointer: "", expected }, { cause });
}
