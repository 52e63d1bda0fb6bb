// `varve/storage/indexed-db`: repositories in a browser's IndexedDB, by the store in Rust. The module
// travels inside, as base64, and is compiled at the first call.
import { base64 } from "varve:stores-base64";
import { decodeBase64 } from "../base64.js";
import { VarveError } from "../errors.js";
import type { Awaitable, StorageAdapter } from "../types/storage.js";
import { loadingEarly } from "./early.js";
import { storageError } from "./errors.js";
import { nativeAdapter } from "./native-adapter.js";
import { notices } from "./notices.js";
import { packing } from "./packing.js";
import { asItStandsOf, type ReadAsItStands, readingAsItStands } from "./parcel.js";
import { storesModule } from "./stores-module.js";
import { turns } from "./turns.js";

/** How to keep repositories in IndexedDB. */
export interface IndexedDBOptions {
  /**
   * `strict`: a write resolves when it is on the disk. `relaxed`: when the operating system has it, which
   * a loss of power may undo. Default: `strict`.
   */
  durability?: "strict" | "relaxed" | undefined;
  /**
   * Asks the browser, at the first call, not to delete the data when room gets scarce. It may refuse:
   * `navigator.storage.persisted()` tells. Default: false.
   */
  persist?: boolean | undefined;
  /** How long opening may take before it fails with `Blocked`, in milliseconds. Default: 5,000. */
  blockedTimeout?: number | undefined;
  /**
   * Told where the browser found the origin's databases damaged and threw them away: all that was in them
   * is gone, and an empty one is opened. Only Chromium tells, and only whoever opens a database of that
   * origin first. Default: the next look for a repository or a list of them fails with that error, once.
   */
  onDataLoss?: ((error: VarveError<"Corrupt">) => void) | undefined;
}

/** What Chromium adds to the event; no specification has it. */
type UpgradeEvent = IDBVersionChangeEvent & { dataLoss?: string; dataLossMessage?: string };

/** Chromium refuses records of more than 127 MiB, key included. */
const MAX_OBJECT_BYTES = 120 * 1024 * 1024;

const stores = storesModule(() => decodeBase64(base64));

/** Where there is no IndexedDB, the module may not be compiled either: workerd takes none that a script brings. */
const load: typeof stores = async () => {
  if ("indexedDB" in globalThis) return stores();
  throw storageError("Unavailable", "this runtime has no IndexedDB; take another storage here");
};

/**
 * Keeps repositories in the IndexedDB database of this name, which all tabs and workers of an origin
 * share. Nothing happens before the first call.
 *
 * @throws `Validation` where an option makes no sense. Its calls: `Unavailable` where there is no
 * IndexedDB or the browser withholds it; `Blocked` where another tab holds on to another version;
 * `VersionTooNew` where a newer version of varve made the database; `Quota`; `Corrupt`, see `onDataLoss`.
 */
export function indexedDB(name: string, options: IndexedDBOptions = {}): StorageAdapter {
  const { durability, persist, blockedTimeout, onDataLoss } = checked(name, options);
  const others = notices(`varve:indexed-db:${name}`);
  const inTurn = turns(`varve:indexed-db:${name}`);
  let hasAsked = !persist;
  let untold: VarveError | undefined;
  const tell = (error: VarveError<"Corrupt">): void => {
    if (onDataLoss === undefined) untold = error;
    else queueMicrotask(() => onDataLoss(error)); // what it throws must not undo the upgrade
  };
  /** Nobody is to take for an empty database what was thrown away. */
  const told = async <T>(looking: Awaitable<T>): Promise<T> => {
    const found = await looking;
    const error = untold;
    untold = undefined;
    if (error !== undefined) throw error;
    return found;
  };
  const {
    pack,
    load: loadModule,
    ...adapter
  } = nativeAdapter({
    name: "indexed-db",
    capabilities: {
      durability,
      multiWriter: true,
      multiKeyAtomic: true,
      maxObjectBytes: MAX_OBJECT_BYTES,
    },
    load,
    open({ NativeStore }) {
      if (!hasAsked) askToPersist();
      hasAsked = true;
      const onUpgrade = ({ dataLoss, dataLossMessage }: UpgradeEvent) => {
        if (dataLoss === "total") tell(lost(name, dataLossMessage));
      };
      return NativeStore.indexedDb(name, durability === "relaxed", blockedTimeout, onUpgrade);
    },
  });
  const readAsItStands = asItStandsOf(adapter.readObjects) as ReadAsItStands;
  const packer = packing(pack);
  const store: StorageAdapter = {
    ...adapter,

    readObjects: readingAsItStands(
      async (key, hashes, call) => {
        const found = await adapter.readObjects(key, hashes, call);
        packer.read(hashes.length, () => key);
        return found;
      },
      async (given, hashes) => {
        const found = await readAsItStands(given, hashes);
        packer.read(found[0].length, () => JSON.parse(given));
        return found;
      },
    ),

    findRepository: (...args) => told(adapter.findRepository(...args)),

    listRepositories: (...args) => told(adapter.listRepositories(...args)),

    async write(key, batch, call) {
      const result = await inTurn.write(key, () => adapter.write(key, batch, call));
      if (result.conflict === undefined) {
        others.tell(key);
        packer.wrote(key, batch.objects.length);
      }
      return result;
    },

    async deleteRepository(key, call) {
      const isDeleted = await adapter.deleteRepository(key, call);
      if (isDeleted) others.tell(key);
      return isDeleted;
    },

    watch: others.watch,

    async close() {
      others.close();
      inTurn.close();
      packer.close();
      await adapter.close();
    },
  };
  return loadingEarly(store, loadModule);
}

/** The browser may ask the user: nobody waits for that. */
function askToPersist(): void {
  const storage = (globalThis.navigator as Navigator | undefined)?.storage;
  void storage?.persist?.().catch(() => {});
}

function lost(name: string, reason = "no reason given"): VarveError<"Corrupt"> {
  const message = `the browser found what database ${JSON.stringify(name)} is kept in damaged and threw it away (${reason}); what was in it is gone, restore it from elsewhere`;
  return new VarveError("Corrupt", message, {});
}

function checked(name: string, options: IndexedDBOptions) {
  const known = ["durability", "persist", "blockedTimeout", "onDataLoss"];
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown !== undefined) throw invalid(`/${unknown}`, `indexedDB has no option ${unknown}`);
  if (typeof name !== "string" || name === "") {
    throw invalid("/name", "the name of a database must be a string that is not empty");
  }
  const { durability = "strict", persist = false, blockedTimeout = 5000, onDataLoss } = options;
  if (durability !== "strict" && durability !== "relaxed") {
    throw invalid("/durability", `durability must be strict or relaxed, it is ${durability}`);
  }
  if (typeof persist !== "boolean") throw invalid("/persist", "persist must be true or false");
  if (!(blockedTimeout >= 0)) {
    throw invalid("/blockedTimeout", "blockedTimeout must be a number of milliseconds");
  }
  if (onDataLoss !== undefined && typeof onDataLoss !== "function") {
    throw invalid("/onDataLoss", "onDataLoss must be a function");
  }
  return { durability, persist, blockedTimeout, onDataLoss };
}

function invalid(pointer: string, message: string): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer });
}
