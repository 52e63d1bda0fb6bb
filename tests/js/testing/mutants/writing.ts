// Faults of write and readJournal.
import { storageError } from "../../../../js/src/storage/errors.js";
import type {
  LogRow,
  RepositoryKey,
  StorageAdapter,
  StoredEntry,
  WriteBatch,
  WriteResult,
} from "../../../../js/src/types/storage.js";
import { type Mutant, mutant, sharing, textOf } from "./support.js";

/** Writes with something changed on the way in. */
const writing =
  (change: (batch: WriteBatch) => WriteBatch) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    write: (key, batch, options) => inner.write(key, change(batch), options),
  });

/** Conflicts that are told otherwise. */
const telling =
  (change: (conflict: readonly StoredEntry[], batch: WriteBatch) => WriteResult) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async write(key, batch, options) {
      const { conflict } = await inner.write(key, batch, options);
      return conflict === undefined ? {} : change(conflict, batch);
    },
  });

/** Gaps, where `Corrupt` should be told. */
const atGap =
  (answer: (inner: StorageAdapter, key: RepositoryKey, batch: WriteBatch) => unknown) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async write(key, batch, options) {
      try {
        return await inner.write(key, batch, options);
      } catch (error) {
        if ((error as { code?: string }).code !== "Corrupt") throw error;
        return (await answer(inner, key, batch)) as WriteResult;
      }
    },
  });

/** The journal, read otherwise. */
const reading =
  (change: (entries: readonly StoredEntry[]) => readonly StoredEntry[]) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    readJournal: async (...args) => change(await inner.readJournal(...args)),
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

/** What lost races left, by repository. */
const leftovers = (keep: (kept: Map<string, Uint8Array>, batch: WriteBatch) => void) => () => {
  const all = new Map<string, Map<string, Uint8Array>>();
  return (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async write(key, batch, options) {
      const result = await inner.write(key, batch, options);
      const kept = all.get(textOf(key)) ?? new Map<string, Uint8Array>();
      all.set(textOf(key), kept);
      if (result.conflict !== undefined) keep(kept, batch);
      return result;
    },
    async readObjects(key, hashes, options) {
      const found = await inner.readObjects(key, hashes, options);
      return found.map((bytes, n) => bytes ?? all.get(textOf(key))?.get(hashes[n] ?? "") ?? null);
    },
    async listObjects(key, query, options) {
      const found = await inner.listObjects(key, query, options);
      const more = [...(all.get(textOf(key)) ?? [])];
      const rows = more.map(([hash, { byteLength }]) => ({ hash, byteSize: byteLength }));
      return [...found, ...rows].slice(0, query.limit);
    },
  });
};

const lossy = (bytes: Uint8Array) => new TextEncoder().encode(new TextDecoder().decode(bytes));
const whole = (bytes: Uint8Array) => new Uint8Array(bytes.buffer);

/** A lost batch that is done in part after all. */
const afterAll =
  (rest: (batch: WriteBatch) => Partial<WriteBatch>) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => {
    const rows: LogRow[] = [];
    let summary: string | undefined;
    let at = 0;
    const gone = new Set<string>();
    return {
      async write(key, batch, options) {
        const result = await inner.write(key, batch, options);
        if (result.conflict === undefined) return result;
        const part = rest(batch);
        rows.push(...(part.logs ?? []));
        summary = part.summary ?? summary;
        at = part.at ?? at;
        for (const hash of part.deleteObjects ?? []) gone.add(hash);
        return result;
      },
      async readLog(key, log, query, options) {
        const page = await inner.readLog(key, log, query, options);
        return { ...page, rows: [...page.rows, ...rows.filter((row) => row.log === log)] };
      },
      async listRepositories(workspace, query, options) {
        const page = await inner.listRepositories(workspace, query, options);
        const repositories = page.repositories.map((row) => ({
          ...row,
          summary: summary ?? row.summary,
          updatedAt: Math.max(at, row.updatedAt),
        }));
        return { ...page, repositories };
      },
      async readObjects(key, hashes, options) {
        const found = await inner.readObjects(key, hashes, options);
        return found.map((bytes, n) => (gone.has(hashes[n] ?? "") ? null : bytes));
      },
    };
  };

export const WRITING: readonly Mutant[] = [
  mutant(
    "tells a conflict without entries",
    "write > writing entry 1 again by another writer is a conflict and changes nothing",
    telling(() => ({ conflict: [] })),
  ),
  mutant(
    "takes a conflict for success",
    "write > writing entry 1 again by another writer is a conflict and changes nothing",
    telling(() => ({})),
  ),
  mutant(
    "tells only the last entry of a conflict",
    "write > a writer that is far behind is told entries in order and without gaps",
    telling((conflict) => ({ conflict: conflict.slice(-1) })),
  ),
  mutant(
    "tells a conflict newest first",
    "write > a writer that is far behind is told entries in order and without gaps",
    telling((conflict) => ({ conflict: [...conflict].reverse() })),
  ),
  mutant(
    "tells a conflict with a gap",
    "write > a writer that is far behind is told entries in order and without gaps",
    telling((conflict) => ({ conflict: conflict.filter((_, n) => n !== 1) })),
  ),
  mutant(
    "takes its own entry, written again, for success",
    "write > writing the same batch again, as after a lost answer, is a conflict that begins with it",
    telling((conflict, { entry }) => (conflict[0]?.hash === entry.hash ? {} : { conflict })),
  ),
  mutant(
    "leaves out its own entry from a conflict",
    "write > writing the same batch again behind later ones tells it first",
    telling((conflict, { entry }) => ({
      conflict: conflict.filter(({ hash }) => hash !== entry.hash),
    })),
  ),
  mutant(
    "moves an entry behind a gap to the end",
    "write > an entry behind a gap of 1 is refused with Corrupt, and nothing is written",
    atGap(async (inner, key, batch) => {
      const { length } = await inner.readJournal(key, { after: 0, limit: 10_000 });
      return inner.write(key, { ...batch, entry: { ...batch.entry, seq: length + 1 } });
    }),
  ),
  mutant(
    "takes any entry as the first",
    "write > entry 2 as the first is refused with Corrupt, and nothing is written",
    atGap((inner, key, batch) => inner.write(key, { ...batch, entry: { ...batch.entry, seq: 1 } })),
  ),
  mutant(
    "tells a gap as a conflict",
    "write > an entry behind a gap of 1,000 is refused with Corrupt, and nothing is written",
    atGap(() => ({ conflict: [] })),
  ),
  mutant(
    "tells a gap as Unavailable",
    "write > entry 1,000 as the first is refused with Corrupt, and nothing is written",
    atGap(() => Promise.reject(storageError("Unavailable", "no answer"))),
  ),
  mutant(
    "tells a gap with an error that is not varve's",
    "write > an entry behind a gap of 1 is refused with Corrupt, and nothing is written",
    atGap(() => Promise.reject(Object.assign(new Error("a gap"), { code: "Corrupt" }))),
  ),
  mutant(
    "writes the log rows of an entry behind a gap",
    "write > an entry behind a gap of 1 is refused with Corrupt, and nothing is written",
    (inner) => {
      const rows: LogRow[] = [];
      return {
        async write(key, batch, options) {
          try {
            return await inner.write(key, batch, options);
          } catch (error) {
            rows.push(...batch.logs);
            throw error;
          }
        },
        async readLog(key, log, query, options) {
          const page = await inner.readLog(key, log, query, options);
          return { ...page, rows: [...page.rows, ...rows] };
        },
      };
    },
  ),
  sharing(
    "keeps the objects of a lost race",
    "write > a batch that lost brings no objects",
    leftovers((kept, { objects }) => {
      for (const { hash, bytes } of objects) kept.set(hash, bytes);
    }),
  ),
  mutant(
    "keeps the log rows of a lost race",
    "write > a batch that lost brings no log rows",
    afterAll(({ logs }) => ({ logs })),
  ),
  mutant(
    "keeps the summary of a lost race",
    "write > a batch that lost changes neither summary nor updatedAt",
    afterAll(({ summary }) => (summary === undefined ? {} : { summary })),
  ),
  mutant(
    "moves updatedAt in a lost race",
    "write > a batch that lost changes neither summary nor updatedAt",
    afterAll(({ at }) => ({ at })),
  ),
  mutant(
    "deletes objects in a lost race",
    "write > a batch that lost deletes no objects",
    afterAll(({ deleteObjects }) => ({ deleteObjects })),
  ),
  mutant(
    "makes the hash of an entry from its bytes",
    "write > the hash of an entry is kept beside it, not made from it",
    reading((entries) =>
      entries.map((entry) => ({ ...entry, hash: String(entry.bytes.length).padStart(64, "0") })),
    ),
  ),
  mutant(
    "keeps entries as text",
    "write > an entry of bytes that are not UTF-8 is kept byte for byte",
    reading((entries) => entries.map((entry) => ({ ...entry, bytes: lossy(entry.bytes) }))),
  ),
  mutant(
    "trims entries",
    "write > an entry of line ends of every kind is kept byte for byte",
    reading((entries) =>
      entries.map((entry) => {
        const text = new TextDecoder().decode(entry.bytes).trim();
        return { ...entry, bytes: new TextEncoder().encode(text) };
      }),
    ),
  ),
  mutant(
    "writes the whole buffer of an entry",
    "write > of bytes that are a part of a larger buffer only the part is written",
    writing((batch) => ({
      ...batch,
      entry: { ...batch.entry, bytes: whole(batch.entry.bytes) },
    })),
  ),
  mutant(
    "changes the batch that it is given",
    "write > a frozen batch can be written",
    writing((batch) => {
      if (Object.isFrozen(batch)) throw new Error("at cannot be set");
      return Object.assign(batch, { at: Number(batch.at) });
    }),
  ),
  mutant(
    "keeps the bytes of the caller",
    "write > what is given may change when the write is done",
    (inner) => {
      const kept = new Map<string, Uint8Array>();
      return {
        async write(key, batch, options) {
          const result = await inner.write(key, batch, options);
          for (const { hash, bytes } of batch.objects) kept.set(hash, bytes);
          return result;
        },
        async readObjects(key, hashes, options) {
          const found = await inner.readObjects(key, hashes, options);
          return found.map((bytes, n) => bytes && (kept.get(hashes[n] ?? "") ?? bytes));
        },
      };
    },
  ),
  mutant(
    "hands out the journal's own bytes",
    "readJournal > what was read may be changed",
    (inner) => {
      const kept = new Map<string, Uint8Array>();
      return {
        async readJournal(key, query, options) {
          const entries = await inner.readJournal(key, query, options);
          return entries.map((entry) => {
            const bytes = kept.get(entry.hash) ?? entry.bytes;
            kept.set(entry.hash, bytes);
            return { ...entry, bytes };
          });
        },
      };
    },
  ),
  mutant(
    "hands out the objects' own bytes",
    "readObjects > what was read may be changed",
    (inner) => {
      const kept = new Map<string, Uint8Array | null>();
      return seeing(async (store, key, hashes) => {
        const found = await store.readObjects(key, hashes);
        return found.map((bytes, n) => {
          const hash = hashes[n] ?? "";
          if (!kept.has(hash)) kept.set(hash, bytes);
          return kept.get(hash);
        });
      })(inner);
    },
  ),
  mutant(
    "forgets the first entry of a page",
    "readJournal > reading behind an entry gives those entries",
    reading((entries) => entries.slice(1)),
  ),
  mutant(
    "begins a page with the entry before",
    "readJournal > pages one after the other give everything once",
    (inner) => ({
      readJournal: (key, { after, limit }, options) =>
        inner.readJournal(key, { after: Math.max(0, after - 1), limit }, options),
    }),
  ),
  mutant("ignores the limit", "readJournal > reading one entry gives those entries", (inner) => ({
    readJournal: (key, { after }, options) =>
      inner.readJournal(key, { after, limit: 1_000_000 }, options),
  })),
  mutant(
    "gives at most 50 entries",
    "readJournal > numbers have more than one digit's order",
    (inner) => ({
      readJournal: (key, { after, limit }, options) =>
        inner.readJournal(key, { after, limit: Math.min(limit, 50) }, options),
    }),
  ),
  mutant(
    "orders numbers as texts",
    "readJournal > numbers have more than one digit's order",
    reading((entries) => [...entries].sort((a, b) => (String(a.seq) < String(b.seq) ? -1 : 1))),
  ),
  mutant(
    "gives numbers as texts",
    "write > entry 1 is written to an empty journal",
    reading((entries) => entries.map((entry) => ({ ...entry, seq: String(entry.seq) as never }))),
  ),
  mutant(
    "fails behind the end",
    "readJournal > behind number 11 of 10 there is nothing",
    (inner) => ({
      async readJournal(key, query, options) {
        const entries = await inner.readJournal(key, query, options);
        if (entries.length === 0 && query.after > 10)
          throw storageError("Corrupt", "behind the end");
        return entries;
      },
    }),
  ),
  mutant(
    "takes numbers modulo 2^32",
    "readJournal > behind number 4294967295 of 10 there is nothing",
    (inner) => ({
      readJournal: (key, { after, limit }, options) =>
        inner.readJournal(key, { after: (after + 1) % 2 ** 32 === 0 ? 0 : after, limit }, options),
    }),
  ),
];
