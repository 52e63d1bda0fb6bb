// Faults of making and deleting repositories.
import { storageError } from "../../../../js/src/storage/errors.js";
import type {
  RepositoryKey,
  StorageAdapter,
  StoredEntry,
} from "../../../../js/src/types/storage.js";
import { type AnyCall, answering, type Method, ON } from "./calls.js";
import { type Mutant, mutant, nameOf, sharing, textOf } from "./support.js";

const EMPTY: Partial<Record<Method, unknown>> = {
  readJournal: [],
  readObjects: [null],
  listObjects: [],
  readLog: { rows: [] },
  readCheckpoint: undefined,
  writeCheckpoint: false,
  deleteCheckpoint: undefined,
  write: {},
};

/** Keys that lead to the incarnation that is there. */
const anyIncarnation = (names: readonly Method[]) => (inner: StorageAdapter) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      async (key: RepositoryKey, ...rest: unknown[]) => {
        const { workspace, id } = key;
        const incarnation = (await inner.findRepository({ workspace, id })) ?? key.incarnation;
        return (inner[name] as AnyCall)({ workspace, id, incarnation }, ...rest);
      },
    ]),
  ) as Partial<StorageAdapter>;

const gone = (name: Method, what = "a repository that was deleted") =>
  `deleteRepository > ${name} on ${what} fails with Closed`;
const MADE_AGAIN = "a repository that was made again under another incarnation";

const LATER = "createRepository, findRepository >";

export const LIFE: readonly Mutant[] = [
  mutant(
    "tells the incarnation that it was given",
    `${LATER} creating what is there tells the incarnation that is there`,
    (inner) => ({
      async createRepository(address, incarnation, at, options) {
        await inner.createRepository(address, incarnation, at, options);
        return incarnation;
      },
    }),
  ),
  mutant(
    "makes a repository anew that is there",
    `${LATER} creating under another incarnation leaves what is there as it is`,
    (inner) => ({
      async createRepository(address, incarnation, at, options) {
        const there = await inner.findRepository(address, options);
        if (there !== undefined)
          await inner.deleteRepository({ ...address, incarnation: there }, options);
        return inner.createRepository(address, incarnation, at, options);
      },
    }),
  ),
  mutant(
    "refuses to make what is there",
    `${LATER} creating again under the same incarnation tells it`,
    (inner) => ({
      async createRepository(address, ...rest) {
        if ((await inner.findRepository(address)) !== undefined)
          throw storageError("Corrupt", "is there");
        return inner.createRepository(address, ...rest);
      },
    }),
  ),
  mutant(
    "looks first and makes then",
    `${LATER} of many that create at once under names of their own, all hear the same`,
    (inner) => ({
      async createRepository(address, incarnation, at, options) {
        const there = await inner.findRepository(address, options);
        await inner.createRepository(address, incarnation, at, options);
        return there ?? incarnation;
      },
    }),
  ),
  mutant(
    "finds null where nothing is",
    `${LATER} finding a repository that nobody made gives undefined`,
    (inner) => ({
      findRepository: async (...args) => (await inner.findRepository(...args)) ?? (null as never),
    }),
  ),
  mutant("makes what it looks for", `${LATER} finding does not create`, (inner) => ({
    async findRepository(address, options) {
      const found = await inner.findRepository(address, options);
      await inner.createRepository(address, "00000000000000a1", 0, options);
      return found;
    },
  })),
  mutant(
    "keeps incarnations as numbers",
    `${LATER} incarnations are told apart to the last digit`,
    (inner) => ({
      async findRepository(...args) {
        const found = await inner.findRepository(...args);
        return (
          found &&
          BigInt(Number(`0x${found}`))
            .toString(16)
            .padStart(16, "0")
        );
      },
    }),
  ),
  mutant(
    "keeps the time of creation in 32 bits",
    `${LATER} a repository may be created at 8640000000000000`,
    (inner) => ({
      createRepository: (address, incarnation, at, options) =>
        inner.createRepository(address, incarnation, at > 2 ** 50 ? at % 2 ** 32 : at, options),
    }),
  ),
  sharing(
    "keeps one journal for one incarnation",
    `${LATER} two repositories may have the same incarnation`,
    () => {
      const entries: StoredEntry[] = [];
      return (inner) => ({
        async write(key, batch, options) {
          const result = await inner.write(key, batch, options);
          if (result.conflict === undefined) entries.push(batch.entry);
          return result;
        },
        readJournal: async (_, { after, limit }) => entries.slice(after, after + limit),
      });
    },
  ),

  mutant(
    "tells true whatever it deleted",
    "deleteRepository > deleting tells true, and false the second time",
    (inner) => ({
      async deleteRepository(...args) {
        await inner.deleteRepository(...args);
        return true;
      },
    }),
  ),
  mutant("deletes nothing", "deleteRepository > what was deleted is not listed", (inner) => ({
    deleteRepository: async (key, options) =>
      (await inner.findRepository(key, options)) === key.incarnation,
  })),
  mutant(
    "deletes any incarnation",
    "deleteRepository > deleting another incarnation tells false and deletes nothing",
    anyIncarnation(["deleteRepository"]),
  ),
  mutant(
    "deletes what begins with the name",
    "deleteRepository > deleting leaves an id that begins with it",
    (inner) => ({
      async deleteRepository(key, options) {
        const page = await inner.listRepositories(
          key.workspace,
          { prefix: key.id, limit: 99 },
          options,
        );
        const deleted = await inner.deleteRepository(key, options);
        for (const row of page.repositories)
          await inner.deleteRepository({ ...key, ...row }, options);
        return deleted;
      },
    }),
  ),
  mutant(
    "deletes the id of every workspace",
    "deleteRepository > deleting leaves the same id in another workspace",
    (inner) => ({
      async deleteRepository(key, options) {
        const deleted = await inner.deleteRepository(key, options);
        await inner.deleteRepository({ ...key, workspace: "other" }, options);
        return deleted;
      },
    }),
  ),
  mutant("lists what was deleted", "deleteRepository > what was deleted is not listed", (inner) => {
    const rows = new Map<
      string,
      { id: string; incarnation: string; createdAt: number; updatedAt: number }
    >();
    return {
      async listRepositories(...args) {
        return {
          repositories: [...rows.values(), ...(await inner.listRepositories(...args)).repositories],
        };
      },
      async deleteRepository(key, options) {
        const page = await inner.listRepositories(key.workspace, { limit: 99 }, options);
        for (const row of page.repositories) if (row.id === key.id) rows.set(nameOf(key), row);
        return inner.deleteRepository(key, options);
      },
    };
  }),
  sharing(
    "keeps the journal of a deleted repository",
    `${LATER} made again under the same incarnation, a repository is empty and can be written`,
    () => {
      const kept = new Map<string, readonly StoredEntry[]>();
      return (inner) => ({
        async deleteRepository(key, options) {
          kept.set(textOf(key), await inner.readJournal(key, { after: 0, limit: 99 }));
          return inner.deleteRepository(key, options);
        },
        async readJournal(key, query, options) {
          const found = await inner.readJournal(key, query, options);
          return found.length > 0 ? found : (kept.get(textOf(key)) ?? []);
        },
      });
    },
  ),
  sharing(
    "keeps the objects of a deleted repository",
    "deleteRepository > a large repository is deleted whole",
    () => {
      const kept = new Map<string, readonly { hash: string; byteSize: number }[]>();
      return (inner) => ({
        async deleteRepository(key, options) {
          kept.set(nameOf(key), await inner.listObjects(key, { limit: 999 }));
          return inner.deleteRepository(key, options);
        },
        async listObjects(key, query, options) {
          const found = await inner.listObjects(key, query, options);
          return found.length > 0 ? found : (kept.get(nameOf(key)) ?? []);
        },
      });
    },
  ),
  ...ON.filter((name) => name !== "write").map((name) =>
    mutant(
      `answers ${name} on what was deleted as if it were empty`,
      gone(name),
      answering([name], "Closed", () => EMPTY[name]),
    ),
  ),
  mutant(
    "swallows writes to what was deleted",
    gone("write"),
    answering(["write"], "Closed", () => ({})),
  ),
  ...ON.map((name) =>
    mutant(
      `lets old keys into the repository made since, in ${name}`,
      gone(name, MADE_AGAIN),
      anyIncarnation([name]),
    ),
  ),
  mutant(
    "takes any incarnation",
    "deleteRepository > write on another incarnation than the one that is there fails with Closed",
    anyIncarnation(ON),
  ),
  mutant(
    "makes a repository that nobody made with its first write",
    gone("write", "a repository that nobody made"),
    (inner) => ({
      async write(key, batch, options) {
        await inner.createRepository(key, key.incarnation, batch.at, options);
        return inner.write(key, batch, options);
      },
    }),
  ),
  mutant(
    "tells what was deleted as Unavailable",
    gone("readObjects"),
    answering(ON, "Closed", () => Promise.reject(storageError("Unavailable", "no such table"))),
  ),
  mutant(
    "tells what was deleted with any error",
    gone("readLog"),
    answering(ON, "Closed", () => Promise.reject(new Error("no such row"))),
  ),
  mutant(
    "scrubs what was deleted",
    "deleteRepository > scrub, where the store has it, on a repository that was deleted fails with Closed",
    () => ({
      async scrub() {},
    }),
  ),
];
