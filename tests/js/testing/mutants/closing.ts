// Faults of closing, of signals, and of what is there after reopening.
import { storageError } from "../../../../js/src/storage/errors.js";
import type {
  CallOptions,
  RepositoryKey,
  StorageAdapter,
} from "../../../../js/src/types/storage.js";
import { ALL, type AnyCall, answering, around, type Method } from "./calls.js";
import { type Mutant, mutant, sharing } from "./support.js";

const withoutSignal = (names: readonly Method[]) => (inner: StorageAdapter) =>
  around(inner, names, (_, args, name) => {
    const isOption = (value: unknown) => (value as CallOptions | undefined)?.signal !== undefined;
    return (inner[name] as AnyCall)(...args.filter((each) => !isOption(each)));
  });

export const CLOSING: readonly Mutant[] = [
  ...(["write", "findRepository", "listRepositories", "deleteRepository"] as const).map((name) =>
    sharing(
      `answers ${name} after it was closed`,
      `close > ${name} after close fails with Closed`,
      () => {
        return (inner) => {
          return {
            close: async () => {},
            ...around(
              inner,
              ALL.filter((each) => each !== name),
              (call) => call(),
            ),
          };
        };
      },
    ),
  ),
  mutant(
    "fails with any error after it was closed",
    "close > readJournal after close fails with Closed",
    answering(ALL, "Closed", () => Promise.reject(new Error("SQLITE_MISUSE"))),
  ),
  mutant("fails when it is closed again", "close > a handle may be closed twice", (inner) => {
    let closed = false;
    return {
      async close() {
        if (closed) throw new Error("is closed");
        closed = true;
        await inner.close();
      },
    };
  }),
  sharing(
    "closes all handles with one",
    "close > closing a handle leaves the others working",
    () => {
      const handles: StorageAdapter[] = [];
      return (inner) => {
        handles.push(inner);
        return { close: async () => void (await Promise.all(handles.map((each) => each.close()))) };
      };
    },
  ),
  mutant(
    "opens again when it is used after close",
    "close > a handle that was never used may be closed, and stays closed",
    () => ({
      close: async () => {},
    }),
  ),
  mutant(
    "fails calls that are under way when it is closed",
    "close > calls that are under way when the handle is closed end, well or with Closed",
    (inner) => ({
      async readJournal(...args) {
        await Promise.resolve();
        try {
          return await inner.readJournal(...args);
        } catch {
          throw new Error("the connection was closed");
        }
      },
    }),
  ),

  ...ALL.map((name) =>
    mutant(
      `ignores the signal of ${name}`,
      `signals > ${name} with an aborted signal fails with its reason and does nothing`,
      withoutSignal([name]),
    ),
  ),
  mutant(
    "gives an error of its own for the signal's reason",
    "signals > readJournal with an aborted signal fails with its reason and does nothing",
    (inner) =>
      around(inner, ALL, async (call, args) => {
        const aborted = args.some((each) => (each as CallOptions | undefined)?.signal?.aborted);
        if (aborted) throw storageError("Unavailable", "cancelled");
        return call();
      }),
  ),
  mutant(
    "writes, and then looks at the signal",
    "signals > a cancelled write writes nothing",
    (inner) => ({
      async write(key, batch, options) {
        const result = await inner.write(key, batch);
        options?.signal?.throwIfAborted();
        return result;
      },
    }),
  ),
  mutant(
    "makes a repository, and then looks at the signal",
    "signals > a cancelled creation makes nothing",
    (inner) => ({
      async createRepository(address, incarnation, at, options) {
        const made = await inner.createRepository(address, incarnation, at);
        options?.signal?.throwIfAborted();
        return made;
      },
    }),
  ),
  mutant(
    "leaves half a batch when it is aborted meanwhile",
    "signals > a write that is aborted meanwhile happens whole or not at all",
    (inner) => ({
      async write(key, batch, options) {
        options?.signal?.throwIfAborted();
        await Promise.resolve();
        if (!options?.signal?.aborted) return inner.write(key, batch);
        await inner.write(key, { ...batch, objects: [], logs: [] });
        throw options.signal.reason;
      },
    }),
  ),
  sharing("aborts all calls with one", "signals > cancelling one call leaves the others", () => {
    let aborted: AbortSignal | undefined;
    return (inner) => ({
      async readJournal(key, query, options) {
        aborted = options?.signal ?? aborted;
        await Promise.resolve();
        aborted?.throwIfAborted();
        return inner.readJournal(key, query);
      },
    });
  }),
  mutant(
    "fails a call that is over when its signal is aborted",
    "signals > readLog, aborted meanwhile, ends well or with the reason",
    (inner) => ({
      async readLog(key, log, query, options) {
        await Promise.resolve();
        if (options?.signal?.aborted) throw new Error("AbortError");
        return inner.readLog(key, log, query);
      },
    }),
  ),

  mutant(
    "forgets logs when it is closed",
    "reopening > everything is there, byte for byte",
    (inner) => {
      let mine = false;
      return {
        async write(...args) {
          mine = true;
          return inner.write(...args);
        },
        readLog: async (...args) => (mine ? inner.readLog(...args) : { rows: [] }),
      };
    },
  ),
  mutant(
    "forgets repositories without entries",
    "reopening > an empty repository is there",
    (inner) => {
      const mine = new Set<string>();
      return {
        async createRepository(address, ...rest) {
          mine.add(address.id);
          return inner.createRepository(address, ...rest);
        },
        async listRepositories(...args) {
          const { repositories } = await inner.listRepositories(...args);
          return {
            repositories: repositories.filter(
              (row) => mine.has(row.id) || row.updatedAt > row.createdAt,
            ),
          };
        },
      };
    },
  ),
  mutant(
    "writes the last entry when the next one comes",
    "reopening > a single write is there",
    (inner) => {
      let waiting: (() => unknown) | undefined;
      return {
        async write(...args) {
          if (waiting === undefined) {
            waiting = () => inner.write(...args);
            return {};
          }
          await waiting();
          return inner.write(...args);
        },
      };
    },
  ),
  mutant(
    "keeps cursors in the handle",
    "reopening > a cursor goes on with another handle",
    (inner) => {
      const cursors = new Set<string>();
      return {
        async listRepositories(workspace, query, options) {
          if (query.cursor !== undefined && !cursors.has(query.cursor))
            throw storageError("Corrupt", "unknown cursor");
          const page = await inner.listRepositories(workspace, query, options);
          if (page.cursor !== undefined) cursors.add(page.cursor);
          return page;
        },
      };
    },
  ),
  sharing("brings back what was deleted", "reopening > what was deleted stays deleted", () => {
    const deleted: RepositoryKey[] = [];
    return (inner) => ({
      async deleteRepository(key, options) {
        deleted.push(key);
        return inner.deleteRepository(key, options);
      },
      async findRepository(address, options) {
        return (await inner.findRepository(address, options)) ?? deleted[0]?.incarnation;
      },
    });
  }),
];
