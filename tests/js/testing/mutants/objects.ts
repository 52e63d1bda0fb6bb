// Faults of objects.
import { storageError } from "../../../../js/src/storage/errors.js";
import type {
  RepositoryKey,
  StorageAdapter,
  WriteBatch,
} from "../../../../js/src/types/storage.js";
import { type Mutant, mutant, sharing } from "./support.js";

/** Writes with something changed on the way in. */
const writing =
  (change: (batch: WriteBatch) => WriteBatch) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    write: (key, batch, options) => inner.write(key, change(batch), options),
  });

/** Objects, read otherwise. */
const seeing =
  (
    read: (
      inner: StorageAdapter,
      key: RepositoryKey,
      hashes: readonly string[],
    ) => Promise<readonly (Uint8Array | null | undefined)[]>,
  ) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async readObjects(key, hashes, options) {
      await inner.readObjects(key, [], options);
      return (await read(inner, key, hashes)) as (Uint8Array | null)[];
    },
  });

const lossy = (bytes: Uint8Array) => new TextEncoder().encode(new TextDecoder().decode(bytes));
const bigger = (sizes: "objects" | "entry") => (inner: StorageAdapter) => ({
  capabilities: { ...inner.capabilities, maxObjectBytes: 2 ** 19 },
  write: (...[key, batch, options]: Parameters<StorageAdapter["write"]>) => {
    const checked = sizes === "entry" ? [batch.entry] : batch.objects;
    if (checked.some(({ bytes }) => bytes.byteLength > 2 ** 19)) {
      throw storageError("TooLarge", "too large");
    }
    return inner.write(key, batch, options);
  },
});

export const OBJECTS: readonly Mutant[] = [
  mutant(
    "reads empty objects as absent",
    "objects > an object of no bytes is kept byte for byte",
    seeing(async (inner, key, hashes) =>
      (await inner.readObjects(key, hashes)).map((bytes) => (bytes?.length ? bytes : null)),
    ),
  ),
  mutant(
    "keeps objects as text",
    "objects > an object of every byte there is is kept byte for byte",
    seeing(async (inner, key, hashes) =>
      (await inner.readObjects(key, hashes)).map((bytes) => bytes && lossy(bytes)),
    ),
  ),
  mutant(
    "cuts objects at 1,000,000 bytes",
    "objects > an object of 1 MiB is kept byte for byte",
    seeing(async (inner, key, hashes) =>
      (await inner.readObjects(key, hashes)).map((bytes) => bytes?.slice(0, 1_000_000)),
    ),
  ),
  mutant(
    "does not check the size of entries",
    "objects > an entry over maxObjectBytes is TooLarge, and nothing is written",
    bigger("objects"),
    { maxObjectBytes: 2 ** 21 },
  ),
  mutant(
    "does not check the size of objects",
    "objects > an object over maxObjectBytes is TooLarge, and nothing is written",
    bigger("entry"),
    { maxObjectBytes: 2 ** 21 },
  ),
  mutant(
    "writes an object anew that is there",
    "objects > an object that is there stays as it is",
    (inner) => {
      const latest = new Map<string, Uint8Array>();
      return {
        async write(key, batch, options) {
          const result = await inner.write(key, batch, options);
          for (const { hash, bytes } of batch.objects) latest.set(hash, bytes);
          return result;
        },
        async readObjects(key, hashes, options) {
          const found = await inner.readObjects(key, hashes, options);
          return found.map((bytes, n) => bytes && (latest.get(hashes[n] ?? "") ?? bytes));
        },
      };
    },
  ),
  sharing(
    "keeps one heap for all repositories",
    "objects > two repositories keep their own bytes under one hash",
    () => {
      const heap = new Map<string, Uint8Array>();
      return (inner) => ({
        async write(key, batch, options) {
          const result = await inner.write(key, batch, options);
          for (const { hash, bytes } of batch.objects) if (!heap.has(hash)) heap.set(hash, bytes);
          return result;
        },
        async readObjects(key, hashes, options) {
          const found = await inner.readObjects(key, hashes, options);
          return found.map((bytes, n) => bytes && (heap.get(hashes[n] ?? "") ?? bytes));
        },
      });
    },
  ),
  sharing(
    "shows objects of other repositories",
    "objects > objects of another repository are not there",
    () => {
      const heap = new Map<string, Uint8Array>();
      return (inner) => ({
        async write(key, batch, options) {
          for (const { hash, bytes } of batch.objects) heap.set(hash, bytes);
          return inner.write(key, batch, options);
        },
        async readObjects(key, hashes, options) {
          const found = await inner.readObjects(key, hashes, options);
          return found.map((bytes, n) => bytes ?? heap.get(hashes[n] ?? "") ?? null);
        },
      });
    },
  ),
  mutant(
    "deletes no objects",
    "deleteObjects of write > deleted objects are gone, the others stay",
    writing((batch) => ({ ...batch, deleteObjects: [] })),
  ),
  mutant(
    "refuses to delete what is not there",
    "deleteObjects of write > deleting what is not there is no error",
    (inner) => ({
      async write(key, batch, options) {
        const found = await inner.readObjects(key, batch.deleteObjects, options);
        if (found.includes(null)) throw storageError("Corrupt", "no such object");
        return inner.write(key, batch, options);
      },
    }),
  ),
  mutant(
    "forgets the objects of a batch that deletes",
    "deleteObjects of write > a batch brings objects and deletes others, with its entry",
    writing((batch) => (batch.deleteObjects.length > 0 ? { ...batch, objects: [] } : batch)),
  ),
  mutant(
    "deletes at most 500 objects",
    "deleteObjects of write > 1,000 objects are deleted in one batch",
    writing((batch) => ({ ...batch, deleteObjects: batch.deleteObjects.slice(0, 500) })),
  ),
  mutant(
    "never takes a deleted object again",
    "deleteObjects of write > what was deleted can be brought again, with other bytes",
    (inner) => {
      const gone = new Set<string>();
      return {
        write(key, batch, options) {
          for (const hash of batch.deleteObjects) gone.add(hash);
          const objects = batch.objects.filter(({ hash }) => !gone.has(hash));
          return inner.write(key, { ...batch, objects }, options);
        },
      };
    },
  ),
  mutant(
    "deletes everything when it scrubs",
    "deleteObjects of write > scrub, where the store has it, leaves what was not deleted",
    (inner) => ({
      async scrub(key, options) {
        const objects = await inner.listObjects(key, { limit: 99 }, options);
        const { length } = await inner.readJournal(key, { after: 0, limit: 99 });
        await inner.write(key, {
          entry: { seq: length + 1, hash: "0".repeat(64), bytes: new Uint8Array(1) },
          at: 0,
          objects: [],
          deleteObjects: objects.map(({ hash }) => hash),
          logs: [],
        });
      },
    }),
  ),
  mutant(
    "reads objects in the order of their hashes",
    "readObjects > objects come in the order asked for",
    seeing((inner, key, hashes) => inner.readObjects(key, [...hashes].sort()) as never),
  ),
  mutant(
    "leaves out what is not there",
    "readObjects > what is not there is null, at its place",
    seeing(async (inner, key, hashes) =>
      (await inner.readObjects(key, hashes)).filter((bytes) => bytes !== null),
    ),
  ),
  mutant(
    "gives undefined for what is not there",
    "readObjects > only absent hashes give only null",
    seeing(async (inner, key, hashes) =>
      (await inner.readObjects(key, hashes)).map((bytes) => bytes ?? undefined),
    ),
  ),
  mutant(
    "reads a hash once, however often it is asked for",
    "readObjects > a hash may repeat",
    seeing((inner, key, hashes) => inner.readObjects(key, [...new Set(hashes)]) as never),
  ),
  mutant(
    "reads 999 hashes at most",
    "readObjects > 5,000 hashes, with repeats and absent ones, are read at once",
    seeing(async (inner, key, hashes) => {
      if (hashes.length > 999) throw new Error("too many SQL variables");
      return inner.readObjects(key, hashes);
    }),
  ),
  mutant(
    "lists objects as they came",
    "listObjects > objects are listed by hash, with their sizes",
    (inner) => ({
      async listObjects(key, query, options) {
        const found = [...(await inner.listObjects(key, query, options))];
        return found.sort((a, b) => a.byteSize - b.byteSize);
      },
    }),
  ),
  mutant(
    "lists the object before once more",
    "listObjects > pages of 7 give every object once",
    (inner) => ({
      async listObjects(key, { after, limit }, options) {
        const all = await inner.listObjects(key, { limit: 1000 }, options);
        return all.filter(({ hash }) => after === undefined || hash >= after).slice(0, limit);
      },
    }),
  ),
  mutant(
    "loses its place where an object is gone",
    "listObjects > a page may begin behind a hash that is not there",
    (inner) => ({
      async listObjects(key, { after, limit }, options) {
        const all = await inner.listObjects(key, { limit: 1000 }, options);
        const place = all.findIndex(({ hash }) => hash === after);
        return all.slice(place + 1).slice(0, limit);
      },
    }),
  ),
  mutant(
    "lists sizes of 0",
    "listObjects > objects are listed by hash, with their sizes",
    (inner) => ({
      async listObjects(key, query, options) {
        const found = await inner.listObjects(key, query, options);
        return found.map(({ hash }) => ({ hash, byteSize: 0 }));
      },
    }),
  ),
  mutant(
    "lists segments of checkpoints",
    "listObjects > segments of checkpoints are no objects",
    (inner) => ({
      async listObjects(key, query, options) {
        const found = await inner.listObjects(key, query, options);
        const { segments = [] } = (await inner.readCheckpoint(key, options)) ?? {};
        const more = segments.map(({ hash, bytes }) => ({ hash, byteSize: bytes.length }));
        return [...found, ...more].sort((a, b) => (a.hash < b.hash ? -1 : 1)).slice(0, query.limit);
      },
    }),
  ),
];
