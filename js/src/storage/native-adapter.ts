// From a store in Rust to a storage adapter: the way of bridge.ts, the other way round. Arguments go as
// JSON, bytes as one array with the length of each part; src/wasm/adapter.rs is the other side.
import type { Loaded, Restartable } from "../instance.js";
import type { NativeTask } from "../native.js";
import type {
  CallOptions,
  LogPage,
  RepositoryKey,
  RepositoryPage,
  StorageAdapter,
  StorageCapabilities,
  StoredCheckpoint,
  StoredEntry,
  StoredObject,
} from "../types/storage.js";
import type { Failure } from "./bridge.js";
import { type StorageErrorCode, storageError } from "./errors.js";
import { bytesOf } from "./hex.js";
import { type Parcel, pack, readingAsItStands, unpack } from "./parcel.js";

/** A store of the module. Calls that have to wait give a task. */
export interface NativeStore {
  readonly durability: number;
  readonly maxObjectBytes: number;
  ask(method: string, given: Uint8Array): unknown;
  send(method: string, given: Uint8Array, lengths: Uint32Array, bytes: Uint8Array): unknown;
  /** Lets go of it, once what is under way has ended. */
  free(): void;
}

/** What the module of stores exports. */
export interface StoresModule extends Restartable {
  NativeStore: {
    /** `patience` is how long opening may take, in milliseconds; `onUpgrade` hears that event. */
    indexedDb(
      name: string,
      relaxed: boolean,
      patience: number,
      onUpgrade?: (event: IDBVersionChangeEvent) => void,
    ): NativeStore;
    memory(): NativeStore & { share(): NativeStore };
  };
  NativeTask: abstract new () => NativeTask;
}

/** What makes an adapter of a store. */
export interface NativeAdapterParts {
  name: string;
  /** What the store will say of itself: asked for before there is one. */
  capabilities: StorageCapabilities;
  load(): Promise<Loaded<StoresModule>>;
  /** Makes the store: at the first call, and again after a trap. */
  open(module: StoresModule): NativeStore;
}

/** An adapter, and what is not for its users. */
export interface NativeAdapter extends StorageAdapter {
  /** Begins to load the module. What fails is tried again by the next call. */
  load(): void;
  /** Puts objects closer together, a bounded part of the work; whether there may be more to do. */
  pack(key: RepositoryKey): Promise<boolean>;
}

const utf8 = new TextEncoder();

/** An adapter over a store in Rust. */
export function nativeAdapter({
  name,
  capabilities,
  load,
  open,
}: NativeAdapterParts): NativeAdapter {
  let opened: (Loaded<StoresModule> & { store: NativeStore }) | undefined;
  let isClosed = false;

  const assertOpen = (): void => {
    if (isClosed) throw storageError("Closed", `this ${name} storage was closed; make another`);
  };
  const current = async (): Promise<NonNullable<typeof opened>> => {
    if (opened === undefined || opened.instance.ended) {
      const { module, instance } = await load();
      assertOpen();
      if (opened?.instance !== instance) {
        opened = { module, instance, store: instance.run(() => open(module)) };
      }
    }
    return opened;
  };
  const call = async <R>(
    method: string,
    given: object | string,
    options: CallOptions | undefined,
    parcel?: Parcel,
  ): Promise<R> => {
    options?.signal?.throwIfAborted();
    assertOpen();
    const { module, instance, store } = await current();
    assertOpen();
    const json = utf8.encode(typeof given === "string" ? given : JSON.stringify(given));
    try {
      const result = instance.run(() =>
        parcel === undefined ? store.ask(method, json) : store.send(method, json, ...parcel),
      );
      return (result instanceof module.NativeTask ? await instance.drive(result) : result) as R;
    } catch (error) {
      throw errorOf(error, capabilities);
    }
  };

  return {
    name,
    capabilities,

    createRepository: ({ workspace, id }, incarnation, at, options) =>
      call("create", { workspace, id, incarnation, at }, options),

    findRepository: ({ workspace, id }, options) => call("find", { workspace, id }, options),

    deleteRepository: (key, options) => call("delete", keyOf(key), options),

    async listRepositories(workspace, query, options) {
      const page = await call<string>("list", { workspace, ...query }, options);
      return JSON.parse(page) as RepositoryPage;
    },

    async write(key, { entry, at, objects, deleteObjects, logs, summary }, options) {
      const { seq, hash } = entry;
      const hashes = objects.map((object) => object.hash);
      const given = { ...keyOf(key), seq, hash, at, objects: hashes, deleteObjects, logs, summary };
      const parts = [entry.bytes, ...objects.map(({ bytes }) => bytes)];
      const unseen = await call<Entries | undefined>("write", given, options, pack(parts));
      return unseen === undefined ? {} : { conflict: entriesOf(unseen) };
    },

    async readJournal(key, { after, limit }, options) {
      return entriesOf(await call("readJournal", { ...keyOf(key), after, limit }, options));
    },

    readObjects: readingAsItStands(
      async (key, hashes, options) =>
        unpack(await call("readObjects", keyOf(key), options, inOne(bytesOf(hashes.join(""))))),
      (given, hashes) => call("readObjects", given, undefined, inOne(hashes)),
    ),

    async listObjects(key, { after, limit }, options) {
      const sizes = await call<string>("listObjects", { ...keyOf(key), after, limit }, options);
      return JSON.parse(sizes) as { hash: string; byteSize: number }[];
    },

    async readLog(key, log, query, options) {
      const page = await call<string>("readLog", { ...query, ...keyOf(key), log }, options);
      return JSON.parse(page) as LogPage;
    },

    async readCheckpoint(key, options) {
      const found = await call<Checkpoint | undefined>("readCheckpoint", keyOf(key), options);
      return found && checkpointOf(found);
    },

    writeCheckpoint(key, { seq, manifest, segments }, options) {
      const given = { ...keyOf(key), seq, segments: segments.map(({ hash }) => hash) };
      const parts = [manifest, ...segments.map(({ bytes }) => bytes ?? null)];
      return call("writeCheckpoint", given, options, pack(parts));
    },

    deleteCheckpoint: (key, options) => call("deleteCheckpoint", keyOf(key), options),

    load: () => void current().catch(() => {}),

    pack: (key) => call("pack", keyOf(key), undefined),

    scrub: (key, options) => call("scrub", keyOf(key), options),

    async close() {
      isClosed = true;
      if (opened !== undefined && !opened.instance.ended) opened.store.free();
      opened = undefined;
    },
  };
}

/** `[seq, hash]` of each, as JSON, and their bytes. */
type Entries = [names: string, bytes: Parcel];

/** `{ seq, segments }` as JSON, and the bytes of the manifest and of each segment. */
type Checkpoint = [names: string, bytes: Parcel];

const inOne = (bytes: Uint8Array): Parcel => [Uint32Array.of(bytes.length), bytes];

function keyOf({ workspace, id, incarnation }: RepositoryKey): RepositoryKey {
  return { workspace, id, incarnation };
}

function entriesOf([names, parcel]: Entries): StoredEntry[] {
  const parts = unpack(parcel);
  return (JSON.parse(names) as [number, string][]).map(([seq, hash], place) => ({
    seq,
    hash,
    bytes: parts[place] as Uint8Array,
  }));
}

function checkpointOf([names, parcel]: Checkpoint): StoredCheckpoint {
  const { seq, segments } = JSON.parse(names) as { seq: number; segments: string[] };
  const [manifest, ...parts] = unpack(parcel);
  const named = segments.map((hash, place) => ({ hash, bytes: parts[place] }) as StoredObject);
  return { seq, manifest: manifest as Uint8Array, segments: named };
}

/** The error of what the module threw; errors of the instance stay as they are. */
function errorOf(thrown: unknown, { maxObjectBytes }: StorageCapabilities): unknown {
  if (thrown instanceof Error) return thrown;
  const { code, message, cause, found, supported } = thrown as Failure;
  if (code === "VersionTooNew") {
    return storageError(code, message, { details: { found, supported }, cause });
  }
  if (code === "TooLarge") {
    return storageError(code, message, { details: { limit: maxObjectBytes }, cause });
  }
  return storageError(code as StorageErrorCode, message, { cause });
}
