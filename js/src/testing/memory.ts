// A store in plain Maps: the contract of `StorageAdapter` at its most readable, to copy from. What is
// given is copied, what is handed out as well: nobody can change what is stored.
import { storageError } from "../storage/errors.js";
import type {
  CallOptions,
  CheckpointToWrite,
  LogPage,
  LogQuery,
  LogRow,
  RepositoryAddress,
  RepositoryKey,
  RepositoryPage,
  RepositoryQuery,
  RepositoryRow,
  StorageAdapter,
  StorageCapabilities,
  StoredCheckpoint,
  StoredEntry,
  StoredObject,
  WriteBatch,
  WriteResult,
} from "../types/storage.js";
import { comesAfter, cursorBehind, matches, orderOf } from "./queries.js";

/** Repositories in memory, as long as something holds on to them. */
export interface MemoryPlace {
  /** A new handle on them. */
  open(): StorageAdapter;
}

/** One repository. */
interface Kept {
  readonly incarnation: string;
  readonly createdAt: number;
  updatedAt: number;
  summary: string | undefined;
  /** Entry n at n - 1. */
  readonly journal: StoredEntry[];
  readonly objects: Map<string, Uint8Array>;
  /** By name. */
  readonly logs: Map<string, LogRow[]>;
  checkpoint: StoredCheckpoint | undefined;
}

/** By workspace, then by id. */
type Workspaces = Map<string, Map<string, Kept>>;

/** Who wants to hear of writes, by the name of the repository. */
type Listeners = Map<string, Set<() => void>>;

const CAPABILITIES: StorageCapabilities = {
  durability: "memory",
  multiWriter: true,
  multiKeyAtomic: true,
  maxObjectBytes: 0xffff_ffff,
};

/**
 * Repositories in memory that several handles share: `open` gives each. `capabilities` is what the
 * handles say of themselves where that is to differ, to test those who look at it; `maxObjectBytes` is
 * kept to.
 */
export function memoryPlace(capabilities: Partial<StorageCapabilities> = {}): MemoryPlace {
  const workspaces: Workspaces = new Map();
  const listeners: Listeners = new Map();
  return { open: () => handle(workspaces, listeners, { ...CAPABILITIES, ...capabilities }) };
}

/** Repositories in memory, with one handle. See `memoryPlace`. */
export function memoryAdapter(capabilities: Partial<StorageCapabilities> = {}): StorageAdapter {
  return memoryPlace(capabilities).open();
}

function handle(
  workspaces: Workspaces,
  listeners: Listeners,
  capabilities: StorageCapabilities,
): StorageAdapter {
  let isClosed = false;

  /** What every call begins with. */
  const begin = (options: CallOptions = {}): void => {
    options.signal?.throwIfAborted();
    if (isClosed) throw storageError("Closed", "this handle was closed; open another");
  };
  const lookUp = ({ workspace, id }: RepositoryAddress) => workspaces.get(workspace)?.get(id);
  /** The repository, if it is the one that is meant. */
  const opened = (key: RepositoryKey, options?: CallOptions): Kept => {
    begin(options);
    const kept = lookUp(key);
    if (kept?.incarnation === key.incarnation) return kept;
    throw storageError("Closed", `repository ${JSON.stringify(key.id)} was deleted`);
  };

  return {
    name: "memory",
    capabilities,

    async createRepository(address, incarnation, at, options) {
      begin(options);
      const there = lookUp(address);
      if (there !== undefined) return there.incarnation;
      const { workspace, id } = address;
      const repositories = workspaces.get(workspace) ?? new Map<string, Kept>();
      workspaces.set(workspace, repositories.set(id, empty(incarnation, at)));
      return incarnation;
    },

    async findRepository(address, options) {
      begin(options);
      return lookUp(address)?.incarnation;
    },

    async deleteRepository(key, options) {
      begin(options);
      if (lookUp(key)?.incarnation !== key.incarnation) return false;
      return workspaces.get(key.workspace)?.delete(key.id) ?? false;
    },

    async listRepositories(workspace, query, options) {
      begin(options);
      return list(workspaces.get(workspace) ?? new Map(), query);
    },

    async write(key, batch, options) {
      const kept = opened(key, options);
      checkSizes(batch, capabilities.maxObjectBytes);
      const result = write(kept, batch);
      if (result.conflict !== undefined) return result;
      for (const listener of listeners.get(nameOf(key)) ?? []) queueMicrotask(listener);
      return {};
    },

    async readJournal(key, { after, limit }, options) {
      return opened(key, options)
        .journal.slice(after, after + limit)
        .map(copyOfEntry);
    },

    async readObjects(key, hashes, options) {
      const { objects } = opened(key, options);
      return hashes.map((hash) => objects.get(hash)?.slice() ?? null);
    },

    async listObjects(key, { after = "", limit }, options) {
      const behind = [...opened(key, options).objects].filter(([hash]) => hash > after);
      const ordered = behind.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit);
      return ordered.map(([hash, { byteLength }]) => ({ hash, byteSize: byteLength }));
    },

    async readLog(key, log, query, options) {
      return readLog(opened(key, options).logs.get(log) ?? [], query);
    },

    async readCheckpoint(key, options) {
      const { checkpoint } = opened(key, options);
      return checkpoint && copyOfCheckpoint(checkpoint);
    },

    async writeCheckpoint(key, checkpoint, options) {
      const kept = opened(key, options);
      const whole = completed(checkpoint, kept.checkpoint);
      if (whole !== undefined) kept.checkpoint = whole;
      return whole !== undefined;
    },

    async deleteCheckpoint(key, options) {
      opened(key, options).checkpoint = undefined;
    },

    watch(address, listener) {
      begin();
      const name = nameOf(address);
      const heard = () => listener(); // its own, so that the same function can listen twice
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(heard));
      return () => void all.delete(heard);
    },

    async close() {
      isClosed = true;
    },
  };
}

function nameOf({ workspace, id }: RepositoryAddress): string {
  return JSON.stringify([workspace, id]);
}

function empty(incarnation: string, at: number): Kept {
  return {
    incarnation,
    createdAt: at,
    updatedAt: at,
    summary: undefined,
    journal: [],
    objects: new Map(),
    logs: new Map(),
    checkpoint: undefined,
  };
}

function checkSizes({ entry, objects }: WriteBatch, limit: number): void {
  for (const { hash, bytes } of [entry, ...objects]) {
    const actual = bytes.byteLength;
    if (actual <= limit) continue;
    const message = `${hash} has ${actual} bytes, this store takes ${limit}`;
    throw storageError("TooLarge", message, { details: { limit, actual } });
  }
}

/** Nothing is changed before all is checked, and nothing is awaited in between: all or nothing. */
function write(
  kept: Kept,
  { entry, at, objects, deleteObjects, logs, summary }: WriteBatch,
): WriteResult {
  const last = kept.journal.length;
  if (entry.seq <= last) return { conflict: kept.journal.slice(entry.seq - 1).map(copyOfEntry) };
  if (entry.seq !== last + 1) {
    const message = `entry ${entry.seq} was to be written, but the last one is ${last}`;
    throw storageError("Corrupt", message, { details: { where: `journal entry ${last + 1}` } });
  }
  kept.journal.push(copyOfEntry(entry));
  for (const hash of deleteObjects) kept.objects.delete(hash);
  for (const { hash, bytes } of objects) {
    if (!kept.objects.has(hash)) kept.objects.set(hash, bytes.slice());
  }
  for (const row of logs) {
    const rows = kept.logs.get(row.log) ?? [];
    rows.push({ ...row });
    kept.logs.set(row.log, rows);
  }
  kept.updatedAt = at;
  kept.summary = summary ?? kept.summary;
  return {};
}

/** With the bytes that were left out; undefined where it is old, or some are missing. */
function completed(
  { seq, manifest, segments }: CheckpointToWrite,
  before: StoredCheckpoint | undefined,
): StoredCheckpoint | undefined {
  if (before !== undefined && seq <= before.seq) return undefined;
  const known = new Map(before?.segments.map(({ hash, bytes }) => [hash, bytes]));
  const whole: StoredObject[] = [];
  for (const { hash, bytes = known.get(hash) } of segments) {
    if (bytes === undefined) return undefined;
    whole.push({ hash, bytes });
  }
  return copyOfCheckpoint({ seq, manifest, segments: whole });
}

function list(repositories: Map<string, Kept>, query: RepositoryQuery): RepositoryPage {
  const { prefix = "", orderBy = "id", cursor, limit } = query;
  const rows: RepositoryRow[] = [];
  for (const [id, { incarnation, createdAt, updatedAt, summary }] of repositories) {
    if (!id.startsWith(prefix)) continue;
    rows.push({ id, incarnation, createdAt, updatedAt, summary });
  }
  const behind = cursor === undefined ? rows : rows.filter(comesAfter(cursor, orderBy));
  behind.sort(orderOf(orderBy));
  const page = behind.slice(0, limit);
  const end = page.at(-1);
  const isLast = page.length === behind.length || end === undefined;
  return isLast
    ? { repositories: page }
    : { repositories: page, cursor: cursorBehind(end, orderBy) };
}

/** A cursor is the place of the last row given: rows never move. */
function readLog(rows: readonly LogRow[], query: LogQuery): LogPage {
  const { since = -Infinity, until = Infinity, where = {}, limit, reverse, cursor } = query;
  const numbered = rows.map((row, place) => ({ ...row, place }));
  if (reverse) numbered.reverse();
  const found = numbered.filter(({ at, fields, place }) => {
    if (at < since || at >= until) return false;
    if (cursor !== undefined && (reverse ? place >= Number(cursor) : place <= Number(cursor))) {
      return false;
    }
    return matches(fields, where);
  });
  const page = found.slice(0, limit);
  const end = page.at(-1);
  const shown = page.map(({ at, fields }) => ({ at, fields }));
  return page.length === found.length || end === undefined
    ? { rows: shown }
    : { rows: shown, cursor: String(end.place) };
}

function copyOfEntry({ seq, hash, bytes }: StoredEntry): StoredEntry {
  return { seq, hash, bytes: bytes.slice() };
}

function copyOfCheckpoint({ seq, manifest, segments }: StoredCheckpoint): StoredCheckpoint {
  const copied = segments.map(({ hash, bytes }) => ({ hash, bytes: bytes.slice() }));
  return { seq, manifest: manifest.slice(), segments: copied };
}
