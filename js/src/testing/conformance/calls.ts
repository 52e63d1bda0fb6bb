// Every call of a store that is about something, to check what all have in common.
import type { CallOptions, RepositoryKey, StorageAdapter } from "../../types/storage.js";
import { AT, checkpoint, fullBatch, hashOf } from "./samples.js";

/** A call, with harmless arguments. */
export interface Call {
  readonly name: keyof StorageAdapter;
  readonly make: (store: StorageAdapter, key: RepositoryKey, options?: CallOptions) => unknown;
  /** Whether stores may do without it. */
  readonly optional?: boolean;
}

/** Calls on a repository that was opened: they fail with `Closed` when it is gone. */
export const CALLS_ON_A_REPOSITORY: readonly Call[] = [
  { name: "write", make: (store, key, options) => store.write(key, fullBatch(1), options) },
  {
    name: "readJournal",
    make: (store, key, options) => store.readJournal(key, { after: 0, limit: 10 }, options),
  },
  {
    name: "readObjects",
    make: (store, key, options) => store.readObjects(key, [hashOf("any")], options),
  },
  {
    name: "listObjects",
    make: (store, key, options) => store.listObjects(key, { limit: 10 }, options),
  },
  {
    name: "readLog",
    make: (store, key, options) => store.readLog(key, "calls", { limit: 10 }, options),
  },
  { name: "readCheckpoint", make: (store, key, options) => store.readCheckpoint(key, options) },
  {
    name: "writeCheckpoint",
    make: (store, key, options) => store.writeCheckpoint(key, checkpoint(9), options),
  },
  { name: "deleteCheckpoint", make: (store, key, options) => store.deleteCheckpoint(key, options) },
  { name: "scrub", make: (store, key, options) => store.scrub?.(key, options), optional: true },
];

/** Calls by name: they answer whatever is there. */
export const CALLS_BY_NAME: readonly Call[] = [
  {
    name: "createRepository",
    make: (store, { workspace, id, incarnation }, options) =>
      store.createRepository({ workspace, id }, incarnation, AT, options),
  },
  { name: "findRepository", make: (store, key, options) => store.findRepository(key, options) },
  { name: "deleteRepository", make: (store, key, options) => store.deleteRepository(key, options) },
  {
    name: "listRepositories",
    make: (store, { workspace }, options) =>
      store.listRepositories(workspace, { limit: 10 }, options),
  },
];

/** All of them. */
export const CALLS: readonly Call[] = [...CALLS_BY_NAME, ...CALLS_ON_A_REPOSITORY];
