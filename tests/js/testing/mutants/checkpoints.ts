// Faults of checkpoints.
import type {
  CheckpointToWrite,
  RepositoryKey,
  StorageAdapter,
  StoredCheckpoint,
} from "../../../../js/src/types/storage.js";
import { type Mutant, mutant, nameOf, sharing, textOf } from "./support.js";

const showing =
  (change: (checkpoint: StoredCheckpoint) => StoredCheckpoint | undefined) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async readCheckpoint(...args) {
      const found = await inner.readCheckpoint(...args);
      return found && change(found);
    },
  });

/** Checkpoints kept beside the inner store, by a rule of their own. */
const keeping =
  (
    keep: (
      before: StoredCheckpoint | undefined,
      given: CheckpointToWrite,
      heap: Map<string, Uint8Array>,
    ) => StoredCheckpoint | undefined,
    name: (key: RepositoryKey) => string = textOf,
  ) =>
  () => {
    const kept = new Map<string, StoredCheckpoint>();
    const heap = new Map<string, Uint8Array>();
    return (inner: StorageAdapter): Partial<StorageAdapter> => ({
      async writeCheckpoint(key, given, options) {
        await inner.readCheckpoint(key, options);
        const made = keep(kept.get(name(key)), given, heap);
        if (made === undefined) return false;
        for (const { hash, bytes } of made.segments) heap.set(hash, bytes);
        kept.set(name(key), structuredClone(made));
        return true;
      },
      async readCheckpoint(key, options) {
        await inner.readCheckpoint(key, options);
        return structuredClone(kept.get(name(key)));
      },
      async deleteCheckpoint(key, options) {
        await inner.deleteCheckpoint(key, options);
        kept.delete(name(key));
      },
    });
  };

/** Complete, from these segments; undefined where one is missing. */
function complete(
  { seq, manifest, segments }: CheckpointToWrite,
  known: ReadonlyMap<string, Uint8Array>,
): StoredCheckpoint | undefined {
  const whole = segments.map(({ hash, bytes = known.get(hash) }) => ({ hash, bytes }));
  if (whole.some(({ bytes }) => bytes === undefined)) return undefined;
  return { seq, manifest, segments: whole as StoredCheckpoint["segments"] };
}

const of = (before: StoredCheckpoint | undefined) =>
  new Map(before?.segments.map(({ hash, bytes }) => [hash, bytes]));
const isOld = (before: StoredCheckpoint | undefined, { seq }: CheckpointToWrite) =>
  before !== undefined && seq <= before.seq;

export const CHECKPOINTS: readonly Mutant[] = [
  mutant(
    "keeps no checkpoint, and says it did",
    "checkpoints > a checkpoint is read as it was written",
    (inner) => ({
      async writeCheckpoint(key, _, options) {
        await inner.readCheckpoint(key, options);
        return true;
      },
    }),
  ),
  mutant(
    "says it kept what it refused",
    "checkpoints > an older checkpoint is refused, and nothing happens",
    (inner) => ({
      async writeCheckpoint(...args) {
        await inner.writeCheckpoint(...args);
        return true;
      },
    }),
  ),
  mutant(
    "tells nothing",
    "checkpoints > a store may refuse a checkpoint, but never breaks what else is there",
    (inner) => ({
      writeCheckpoint: async (...args) => void (await inner.writeCheckpoint(...args)) as never,
    }),
  ),
  sharing(
    "takes an older checkpoint",
    "checkpoints > an older checkpoint is refused, and nothing happens",
    keeping((before, given) => complete(given, of(before))),
  ),
  sharing(
    "takes a checkpoint of the same number",
    "checkpoints > one of the same number is refused, and nothing happens",
    keeping((before, given) =>
      isOld(before, { ...given, seq: given.seq + 1 }) ? undefined : complete(given, of(before)),
    ),
  ),
  sharing(
    "takes a missing segment for an empty one",
    "checkpoints > a segment that is missing, where there is no checkpoint: false, and nothing happens",
    keeping((before, given) => {
      if (isOld(before, given)) return undefined;
      const known = of(before);
      const segments = given.segments.map(({ hash, bytes }) => ({
        hash,
        bytes: bytes ?? known.get(hash) ?? new Uint8Array(),
      }));
      return complete({ ...given, segments }, known);
    }),
  ),
  sharing(
    "leaves a missing segment out",
    "checkpoints > a segment that is missing, where there is a checkpoint: false, and nothing happens",
    keeping((before, given) => {
      if (isOld(before, given)) return undefined;
      const known = of(before);
      const segments = given.segments.filter(
        ({ hash, bytes }) => bytes !== undefined || known.has(hash),
      );
      return complete({ ...given, segments }, known);
    }),
  ),
  sharing(
    "wants all segments anew",
    "checkpoints > a segment without bytes is the one that is there",
    keeping((before, given) => (isOld(before, given) ? undefined : complete(given, new Map()))),
  ),
  sharing(
    "keeps segments for ever",
    "checkpoints > segments that the next one does not list are gone",
    keeping((before, given, heap) => (isOld(before, given) ? undefined : complete(given, heap))),
  ),
  sharing(
    "keeps the segments of a deleted checkpoint",
    "checkpoints > a deleted checkpoint is gone, with its segments",
    keeping((before, given, heap) => (isOld(before, given) ? undefined : complete(given, heap))),
  ),
  sharing(
    "shares segments between repositories",
    "checkpoints > checkpoints of another id are its own",
    keeping((before, given, heap) => (isOld(before, given) ? undefined : complete(given, heap))),
  ),
  sharing(
    "keeps one checkpoint a workspace",
    "checkpoints > checkpoints of another id are its own",
    keeping(
      (before, given) => (isOld(before, given) ? undefined : complete(given, of(before))),
      ({ workspace }) => workspace,
    ),
  ),
  sharing(
    "keeps one checkpoint for an id in all workspaces",
    "checkpoints > checkpoints of another workspace are its own",
    keeping(
      (before, given) => (isOld(before, given) ? undefined : complete(given, of(before))),
      ({ id }) => id,
    ),
  ),
  sharing(
    "keeps the checkpoint of a deleted repository",
    "createRepository, findRepository > made again under another incarnation, a repository is empty and can be written",
    keeping(
      (before, given) => (isOld(before, given) ? undefined : complete(given, of(before))),
      nameOf,
    ),
  ),
  sharing(
    "keeps segments of a refused checkpoint",
    "checkpoints > an older checkpoint is refused, and nothing happens",
    keeping((before, given, heap) => {
      for (const { hash, bytes } of given.segments) if (bytes !== undefined) heap.set(hash, bytes);
      return isOld(before, given) ? undefined : complete(given, heap);
    }),
  ),
  mutant(
    "orders segments by hash",
    "checkpoints > segments come in the order of the newest checkpoint",
    showing((found) => ({
      ...found,
      segments: [...found.segments].sort((a, b) => (a.hash < b.hash ? -1 : 1)),
    })),
  ),
  mutant(
    "forgets the last segment",
    "checkpoints > a checkpoint is read as it was written",
    showing((found) => ({ ...found, segments: found.segments.slice(0, -1) })),
  ),
  mutant(
    "has no checkpoint without segments",
    "checkpoints > a checkpoint may have no segments",
    showing((found) => (found.segments.length === 0 ? undefined : found)),
  ),
  mutant(
    "loses empty segments",
    "checkpoints > an empty segment is kept byte for byte",
    showing((found) => ({
      ...found,
      segments: found.segments.filter(({ bytes }) => bytes.length > 0),
    })),
  ),
  mutant(
    "keeps the manifest as text",
    "checkpoints > a manifest that is not UTF-8 is kept byte for byte",
    showing((found) => ({
      ...found,
      manifest: new TextEncoder().encode(new TextDecoder().decode(found.manifest)),
    })),
  ),
  mutant(
    "refuses formats that it does not know",
    "checkpoints > a manifest of a format that nobody knows is kept byte for byte",
    showing((found) =>
      new TextDecoder().decode(found.manifest).includes('"format":99') ? undefined : found,
    ),
  ),
  mutant(
    "cuts segments at 65,536 bytes",
    "checkpoints > a segment of 262,144 bytes is kept byte for byte",
    showing((found) => ({
      ...found,
      segments: found.segments.map(({ hash, bytes }) => ({ hash, bytes: bytes.slice(0, 65_536) })),
    })),
  ),
  mutant(
    "never deletes",
    "checkpoints > a deleted checkpoint is gone, with its segments",
    (inner) => ({
      async deleteCheckpoint(key, options) {
        await inner.readCheckpoint(key, options);
      },
    }),
  ),
  mutant(
    "fails to delete what is not there",
    "checkpoints > deleting where there is none is no error",
    (inner) => ({
      async deleteCheckpoint(key, options) {
        if ((await inner.readCheckpoint(key, options)) === undefined)
          throw new Error("no checkpoint");
        await inner.deleteCheckpoint(key, options);
      },
    }),
  ),
  mutant(
    "deletes the checkpoint with the next entry",
    "checkpoints > entries written later leave the checkpoint",
    (inner) => ({
      async write(...args) {
        const result = await inner.write(...args);
        if (result.conflict === undefined) await inner.deleteCheckpoint(args[0]);
        return result;
      },
    }),
  ),
  mutant(
    "keeps segments among the objects",
    "checkpoints > an object with the hash of a segment is a thing of its own",
    (inner) => ({
      async writeCheckpoint(key, given, options) {
        const segments = [];
        for (const { hash, bytes } of given.segments) {
          const [found] = await inner.readObjects(key, [hash], options);
          segments.push({ hash, bytes: bytes ?? found ?? undefined });
        }
        return inner.writeCheckpoint(key, { ...given, segments }, options);
      },
    }),
  ),
  mutant(
    "deletes a segment with the object of its hash",
    "checkpoints > deleting an object leaves a segment of its hash",
    (inner) => ({
      async write(key, batch, options) {
        const result = await inner.write(key, batch, options);
        const { segments = [] } = (await inner.readCheckpoint(key)) ?? {};
        if (segments.some(({ hash }) => batch.deleteObjects.includes(hash)))
          await inner.deleteCheckpoint(key);
        return result;
      },
    }),
  ),
  mutant(
    "hands out its own bytes",
    "checkpoints > what was given or read may be changed",
    (inner) => {
      let kept: StoredCheckpoint | undefined;
      return {
        async readCheckpoint(...args) {
          kept ??= await inner.readCheckpoint(...args);
          return kept;
        },
      };
    },
  ),
  mutant(
    "moves updatedAt with a checkpoint",
    "listRepositories > checkpoints and reads leave updatedAt as it is",
    (inner) => {
      let later = 0;
      return {
        async writeCheckpoint(...args) {
          later++;
          return inner.writeCheckpoint(...args);
        },
        async listRepositories(...args) {
          const page = await inner.listRepositories(...args);
          const repositories = page.repositories.map((row) => ({
            ...row,
            updatedAt: row.updatedAt + later,
          }));
          return { ...page, repositories };
        },
      };
    },
  ),
];
