import type { StorageAdapter } from "../../../../js/src/types/storage.js";
import { ALL, type AnyCall, around } from "./calls.js";
import { type Mutant, mutant, sharing, textOf } from "./support.js";

/** A handle that remembers what it read. */
const remembering =
  (name: "findRepository" | "readJournal" | "readCheckpoint") => (inner: StorageAdapter) => {
    const known = new Map<string, unknown>();
    return {
      async [name](...args: unknown[]) {
        const text = JSON.stringify(args);
        const found = known.get(text) ?? (await (inner[name] as AnyCall)(...args));
        known.set(text, found);
        return found;
      },
    } as Partial<StorageAdapter>;
  };

export const RACING: readonly Mutant[] = [
  mutant(
    "looks first and writes then",
    "write > of writers at one number exactly one wins, and the others hear of it",
    (inner) => ({
      async write(key, batch, options) {
        const { seq } = batch.entry;
        const found = await inner.readJournal(key, { after: seq - 1, limit: 99 }, options);
        const { conflict } = await inner.write(key, batch, options);
        return conflict !== undefined && found.length > 0 ? { conflict } : {};
      },
    }),
  ),
  sharing(
    "lets two handles win",
    "many calls at once > of two handles at one number exactly one wins, 30 times",
    () => {
      return (inner) => {
        const seen = new Set<string>();
        return {
          async write(key, batch, options) {
            const { conflict } = await inner.write(key, batch, options);
            const name = `${textOf(key)} ${batch.entry.seq}`;
            const isFirst = !seen.has(name);
            seen.add(name);
            return conflict === undefined || isFirst ? {} : { conflict };
          },
        };
      };
    },
  ),
  mutant(
    "remembers the journal in the handle",
    "many calls at once > a handle sees at once what another wrote",
    remembering("readJournal"),
  ),
  mutant(
    "remembers checkpoints in the handle",
    "many calls at once > a checkpoint of one handle is read by another",
    remembering("readCheckpoint"),
  ),
  mutant(
    "remembers what it found in the handle",
    "deleteRepository > a handle sees that another deleted",
    (inner) => {
      const changed = remembering("findRepository")(inner);
      return {
        ...changed,
        readJournal: async (...args) => {
          await changed.findRepository?.(args[0]);
          return inner.readJournal(...args);
        },
      };
    },
  ),
  mutant(
    "shows an entry before its objects",
    "many calls at once > who sees an entry sees its objects and rows, if batches are atomic",
    (inner) => {
      let late: readonly string[] = [];
      return {
        async write(key, batch, options) {
          late = batch.objects.map(({ hash }) => hash);
          const result = await inner.write(key, batch, options);
          for (let turn = 0; turn < 50; turn++) await Promise.resolve();
          late = [];
          return result;
        },
        async readObjects(key, hashes, options) {
          const found = await inner.readObjects(key, hashes, options);
          return found.map((bytes, n) => (late.includes(hashes[n] ?? "") ? null : bytes));
        },
      };
    },
  ),
  mutant(
    "takes one call at a time, and fails the others",
    "many calls at once > 32 reads and writes of one handle at once",
    (inner) => {
      let busy = false;
      return around(inner, ALL, async (call) => {
        if (busy) throw new Error("database is locked");
        busy = true;
        try {
          await Promise.resolve();
          return await call();
        } finally {
          busy = false;
        }
      });
    },
  ),
  mutant(
    "watches without a way to stop",
    "many calls at once > watch, where the store has it, tells how to stop",
    () => ({
      watch: () => undefined as never,
    }),
  ),

  mutant("has no name", "capabilities > the name is a text that is not empty", () => ({
    name: "",
  })),
  mutant(
    "has a durability of its own",
    "capabilities > durability is memory, relaxed or strict",
    (inner) => ({
      capabilities: { ...inner.capabilities, durability: "eventual" as never },
    }),
  ),
  mutant(
    "says 1 for true",
    "capabilities > multiWriter, multiKeyAtomic and projects are true or false",
    (inner) => ({
      capabilities: { ...inner.capabilities, multiKeyAtomic: 1 as never },
    }),
  ),
  mutant(
    "has no largest object",
    "capabilities > maxObjectBytes is a whole number, not negative",
    (inner) => ({
      capabilities: { ...inner.capabilities, maxObjectBytes: Number.POSITIVE_INFINITY },
    }),
  ),
  mutant("changes its capabilities", "capabilities > capabilities do not change", (inner) => {
    let calls = 0;
    return {
      async createRepository(...args) {
        calls++;
        return inner.createRepository(...args);
      },
      get capabilities() {
        return { ...inner.capabilities, multiWriter: calls === 0 };
      },
    };
  }),
  mutant(
    "has a watch that cannot be called",
    "capabilities > watch, where the store has it, is a function",
    () => ({
      watch: true as never,
    }),
  ),
  mutant(
    "empties what it migrates",
    "capabilities > migrate, where the store has it, can be called again and leaves what is there",
    (inner) => ({
      async migrate() {
        const incarnation = await inner.findRepository({ workspace: "acme", id: "chat" });
        if (incarnation !== undefined)
          await inner.deleteRepository({ workspace: "acme", id: "chat", incarnation });
      },
    }),
  ),
  mutant(
    "has other capabilities than it was said to have",
    "the kit > was told the capabilities that the store has",
    (inner) => ({
      capabilities: { ...inner.capabilities, multiWriter: false },
    }),
  ),

  mutant(
    "wants a value in every column",
    "projections > a projection with null wherever there may be rides with a write",
    (inner) => ({
      async write(key, batch, options) {
        if (batch.projection?.commits.some(({ role }) => role === null))
          throw new Error("role is not null");
        return inner.write(key, batch, options);
      },
    }),
    { projects: true },
  ),
  sharing(
    "has one table of commits without the repository",
    "projections > two repositories have the same commits",
    () => {
      const rows = new Set<string>();
      return (inner) => ({
        async write(key, batch, options) {
          for (const { hash } of batch.projection?.commits ?? []) {
            if (rows.has(hash)) throw new Error("duplicate key");
            rows.add(hash);
          }
          return inner.write(key, batch, options);
        },
      });
    },
    { projects: true },
  ),
  sharing(
    "projects a batch that lost",
    "projections > a batch that lost leaves its projection out, so that the winner's next one fits",
    () => {
      const rows = new Set<string>();
      return (inner) => ({
        async write(key, batch, options) {
          const result = await inner.write(key, batch, options);
          const projected = (batch.projection?.commits ?? []).map(
            ({ hash }) => `${textOf(key)} ${hash}`,
          );
          if (result.conflict === undefined && projected.some((row) => rows.has(row)))
            throw new Error("duplicate key");
          for (const row of projected) rows.add(row);
          return result;
        },
      });
    },
    { projects: true },
  ),
  mutant(
    "takes nothing again that it projected",
    "projections > reproject, where the store has it, takes what is there already, from the start and not",
    () => ({
      async reproject() {
        throw new Error("duplicate key");
      },
    }),
    { projects: true },
  ),
];
