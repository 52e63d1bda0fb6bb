// From the module to a storage adapter. Arguments come as JSON, bytes as one array with the length of
// each part; answers are checked here, since an adapter may be anybody's.
import { Answer } from "../answer.js";
import { isVarveError, type VarveErrorCode } from "../errors.js";
import type { Instance } from "../instance.js";
import type {
  CheckpointToWrite,
  Durability,
  LogQuery,
  LogRow,
  Projection,
  RepositoryKey,
  RepositoryQuery,
  StorageAdapter,
  StoredEntry,
  StoredObject,
} from "../types/storage.js";
import { type StorageErrorCode, storageError } from "./errors.js";
import { hexOf } from "./hex.js";
import { asItStandsOf, type Parcel, pack, unpack } from "./parcel.js";
import { areSound } from "./sound.js";

/** What the module is told of a failure. */
export interface Failure {
  code: string;
  message: string;
  cause: unknown;
  found: number;
  supported: number;
}

/** The arguments of all calls: each is given those that it needs. */
interface Arguments extends RepositoryKey {
  after: never;
  at: number;
  cursor: string;
  deleteObjects?: string[];
  hash: string;
  limit: number;
  log: string;
  logs?: LogRow[];
  objects?: string[];
  projection?: Projection;
  projections: Projection[];
  segments: string[];
  seq: number;
  start: boolean;
  summary?: string;
}

type Ask = (adapter: StorageAdapter, given: Arguments) => unknown;
type Send = (adapter: StorageAdapter, given: Arguments, parts: (Uint8Array | null)[]) => unknown;

const LEVELS: readonly Durability[] = ["memory", "relaxed", "strict"];
const CODES: ReadonlySet<VarveErrorCode> = new Set<StorageErrorCode>([
  "Unavailable",
  "OutcomeUnknown",
  "Quota",
  "TooLarge",
  "Corrupt",
  "VersionTooNew",
  "Blocked",
  "Closed",
]);

/** An adapter, as the module calls it. */
export class NativeStorage {
  readonly #adapter: StorageAdapter;
  readonly #instance: Instance;

  constructor(adapter: StorageAdapter, instance: Instance) {
    this.#adapter = adapter;
    this.#instance = instance;
  }

  get durability(): number {
    return LEVELS.indexOf(this.#adapter.capabilities.durability);
  }

  get projects(): boolean {
    return this.#adapter.capabilities.projects === true;
  }

  get maxObjectBytes(): number {
    return this.#adapter.capabilities.maxObjectBytes;
  }

  ask(method: string, given: string): Answer {
    return this.#settled(() => ASKED[method]?.(this.#adapter, JSON.parse(given)));
  }

  send(method: string, given: string, lengths: Uint32Array, bytes: Uint8Array): Answer {
    return this.#settled(() => {
      const read = method === "readObjects" ? asItStandsOf(this.#adapter.readObjects) : undefined;
      if (read !== undefined) return read(given, bytes);
      return SENT[method]?.(this.#adapter, JSON.parse(given), unpack([lengths, bytes]));
    });
  }

  #settled(call: () => unknown): Answer {
    return new Answer(call, this.#instance, (error) => failure(error, this.#adapter.name));
  }
}

const ASKED: Record<string, Ask> = {
  create: async (adapter, { workspace, id, incarnation, at }) =>
    incarnationOf(await adapter.createRepository({ workspace, id }, incarnation, at)),

  find: async (adapter, { workspace, id }) => {
    const found = await adapter.findRepository({ workspace, id });
    return found === undefined || found === null ? undefined : incarnationOf(found);
  },

  delete: (adapter, given) => adapter.deleteRepository(keyOf(given)),

  list: async (adapter, { workspace, ...query }) => {
    const { repositories, cursor } = await adapter.listRepositories(
      workspace,
      query as RepositoryQuery,
    );
    for (const row of repositories) incarnationOf(row.incarnation);
    return JSON.stringify({ repositories, cursor });
  },

  readJournal: async (adapter, { after, limit, ...rest }) =>
    entriesOf(await adapter.readJournal(keyOf(rest), { after, limit }), after),

  listObjects: async (adapter, { after, limit, ...rest }) =>
    JSON.stringify(await adapter.listObjects(keyOf(rest), { after, limit })),

  readLog: async (adapter, { workspace, id, incarnation, log, ...query }) => {
    const key = { workspace, id, incarnation };
    return JSON.stringify(await adapter.readLog(key, log, query as LogQuery));
  },

  readCheckpoint: async (adapter, given) => {
    const found = await adapter.readCheckpoint(keyOf(given));
    if (found === undefined || found === null) return undefined;
    const { seq, manifest, segments } = found;
    const parts = [manifest, ...segments.map(({ bytes }) => bytes)].map(bytesOf);
    const hashes = segments.map(({ hash }) => hash);
    const names = JSON.stringify({ seq, segments: hashes, checked: await areSound(segments) });
    return [names, pack(parts)];
  },

  deleteCheckpoint: (adapter, given) => adapter.deleteCheckpoint(keyOf(given)),

  scrub: (adapter, given) => adapter.scrub?.(keyOf(given)),

  reproject: (adapter, { projections, start, ...rest }) =>
    adapter.reproject?.(keyOf(rest), projections, start),
};

const SENT: Record<string, Send> = {
  readObjects: async (adapter, given, parts) => {
    const hashes = parts.map((hash) => hexOf(hash as Uint8Array));
    const found = await adapter.readObjects(keyOf(given), hashes);
    check(found.length === hashes.length, "as many objects as were asked for");
    return pack(found.map((bytes) => (bytes === null ? null : bytesOf(bytes))));
  },

  write: async (adapter, given, [bytes, ...payloads]) => {
    const { seq, hash, at, objects = [], deleteObjects = [], logs = [] } = given;
    const { conflict } = await adapter.write(keyOf(given), {
      entry: { seq, hash, bytes: bytes as Uint8Array },
      at,
      objects: objects.map((hash, place) => ({ hash, bytes: payloads[place] }) as StoredObject),
      deleteObjects,
      logs,
      summary: given.summary,
      projection: given.projection,
    });
    if (conflict === undefined) return undefined;
    check(conflict.length > 0, "an entry with a conflict");
    return entriesOf(conflict, seq - 1);
  },

  writeCheckpoint: (adapter, { seq, segments, ...rest }, [manifest, ...parts]) =>
    adapter.writeCheckpoint(keyOf(rest), {
      seq,
      manifest: manifest as Uint8Array,
      segments: segments.map((hash, place) => ({
        hash,
        bytes: parts[place] ?? undefined,
      })),
    } satisfies CheckpointToWrite),
};

function keyOf({ workspace, id, incarnation }: RepositoryKey): RepositoryKey {
  return { workspace, id, incarnation };
}

/** `[[[seq, hash] …], [lengths, bytes]]`. */
function entriesOf(entries: readonly StoredEntry[], after: number): [string, Parcel] {
  const names = entries.map(({ seq, hash }, place) => {
    check(seq === after + place + 1, `entry ${after + place + 1} in its place`);
    return [seq, hash];
  });
  return [JSON.stringify(names), pack(entries.map(({ bytes }) => bytesOf(bytes)))];
}

function incarnationOf(found: unknown): string {
  check(typeof found === "string" && /^[0-9a-f]{16}$/.test(found), "an incarnation of 16 digits");
  return found as string;
}

/** Also of another realm, as under Jest; and Node's Buffer. */
function bytesOf(value: unknown): Uint8Array {
  check(ArrayBuffer.isView(value) && "subarray" in value, "bytes as a Uint8Array");
  return value as Uint8Array;
}

function check(holds: boolean, expected: string): void {
  if (!holds) throw storageError("Corrupt", `the adapter did not give ${expected}`);
}

function failure(error: unknown, adapter: string): Failure {
  const { found = 0, supported = 0 } = (error as { details?: Partial<Failure> })?.details ?? {};
  if (isVarveError(error) && CODES.has(error.code)) {
    return { code: error.code, message: error.message, cause: error, found, supported };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "Unavailable", message: `${adapter}: ${message}`, cause: error, found, supported };
}
