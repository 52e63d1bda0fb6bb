// Stores that confuse names: workspaces and ids go through a function that is not one to one.
import type {
  RepositoryAddress,
  RepositoryKey,
  StorageAdapter,
} from "../../../../js/src/types/storage.js";
import { type Mutant, mutant, nameOf, sharing } from "./support.js";

/** A store that knows repositories by a changed name, and lists them by the first name it was given. */
function renaming(change: (address: RepositoryAddress) => RepositoryAddress) {
  return () => {
    const first = new Map<string, string>();
    return (inner: StorageAdapter): Partial<StorageAdapter> => {
      const keyOf = ({ incarnation, ...address }: RepositoryKey) => ({
        ...change(address),
        incarnation,
      });
      const on =
        <A extends unknown[], R>(call: (key: RepositoryKey, ...rest: A) => R) =>
        (key: RepositoryKey, ...rest: A) =>
          call(keyOf(key), ...rest);
      return {
        createRepository(address, ...rest) {
          const changed = change(address);
          if (!first.has(nameOf(changed))) first.set(nameOf(changed), address.id);
          return inner.createRepository(changed, ...rest);
        },
        findRepository: ({ workspace, id }, options) =>
          inner.findRepository(change({ workspace, id }), options),
        deleteRepository: on(inner.deleteRepository),
        async listRepositories(workspace, query, options) {
          const changed = change({ workspace, id: "" }).workspace;
          const page = await inner.listRepositories(changed, query, options);
          const repositories = page.repositories.map((row) => ({
            ...row,
            id: first.get(nameOf({ workspace: changed, id: row.id })) ?? row.id,
          }));
          return { ...page, repositories };
        },
        write: on(inner.write),
        readJournal: on(inner.readJournal),
        readObjects: on(inner.readObjects),
        listObjects: on(inner.listObjects),
        readLog: on(inner.readLog),
        readCheckpoint: on(inner.readCheckpoint),
        writeCheckpoint: on(inner.writeCheckpoint),
        deleteCheckpoint: on(inner.deleteCheckpoint),
      };
    };
  };
}

const ids = (change: (id: string) => string) =>
  renaming(({ workspace, id }) => ({ workspace, id: change(id) }));
const workspaces = (change: (workspace: string) => string) =>
  renaming(({ workspace, id }) => ({ workspace: change(workspace), id }));
const two = (what: string) => `names > ids that differ by this are two: ${what}`;
const twoWorkspaces = (what: string) => `names > workspaces that differ by this are two: ${what}`;

/** Logs under a changed name. */
const logs =
  (change: (log: string) => string) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    write(key, batch, options) {
      const rows = batch.logs.map((row) => ({ ...row, log: change(row.log) }));
      return inner.write(key, { ...batch, logs: rows }, options);
    },
    readLog: (key, log, query, options) => inner.readLog(key, change(log), query, options),
  });

export const NAMES: readonly Mutant[] = [
  sharing(
    "takes ids in any case",
    two("upper and lower case"),
    ids((id) => id.toLowerCase()),
  ),
  sharing(
    "composes letters",
    two("composed and decomposed letters"),
    ids((id) => id.normalize("NFC")),
  ),
  sharing(
    "takes compatible characters",
    two("compatible characters"),
    ids((id) => id.normalize("NFKC")),
  ),
  sharing(
    "takes letters without their accents",
    two("letters with and without accents"),
    ids((id) => id.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC")),
  ),
  sharing(
    "ends ids at a NUL",
    two("with and without a trailing NUL"),
    ids((id) => id.split("\0")[0] ?? ""),
  ),
  sharing(
    "trims ids at the end",
    two("with and without a trailing blank"),
    ids((id) => id.trimEnd()),
  ),
  sharing(
    "trims ids at the start",
    two("with and without a leading blank"),
    ids((id) => id.trimStart()),
  ),
  sharing(
    "cuts ids at 255 characters",
    two("long texts that differ in the last character"),
    ids((id) => id.slice(0, 255)),
  ),
  sharing(
    "takes ids for numbers",
    two("numbers of the same value"),
    ids((id) => (/^\d+$/.test(id) ? String(Number(id)) : id)),
  ),
  sharing(
    "takes ids for paths",
    two("with and without a trailing slash"),
    ids((id) => id.replace(/\/$/, "")),
  ),
  sharing(
    "decodes ids",
    two("escaped and not"),
    ids((id) => (/^[\w%]+$/.test(id) ? decodeURIComponent(id) : id)),
  ),
  sharing(
    "drops characters of no width",
    two("with and without a zero-width space"),
    ids((id) => id.replace(/\u200b/g, "")),
  ),
  sharing("escapes quotes twice", "names > an id may be single quotes", () => (inner) => ({
    async listRepositories(workspace, query, options) {
      const page = await inner.listRepositories(workspace, query, options);
      const repositories = page.repositories.map((row) => ({
        ...row,
        id: row.id.replace(/'/g, "''"),
      }));
      return { ...page, repositories };
    },
  })),
  sharing(
    "takes workspaces in any case",
    twoWorkspaces("upper and lower case"),
    workspaces((name) => name.toLowerCase()),
  ),
  sharing(
    "trims workspaces",
    twoWorkspaces("with and without a trailing blank"),
    workspaces((name) => name.trimEnd()),
  ),
  sharing(
    "knows one workspace only",
    "createRepository, findRepository > the same id and incarnation in two workspaces are two repositories",
    renaming(({ id }) => ({ workspace: "all", id })),
  ),
  sharing(
    "puts names together with a slash",
    'names > {"workspace":"a","id":"b/c"} and {"workspace":"a/b","id":"c"} are two',
    renaming(({ workspace, id }) => ({ workspace: "all", id: `${workspace}/${id}` })),
  ),
  sharing(
    "puts names together with a NUL",
    'names > {"workspace":"a","id":"b\\u0000c"} and {"workspace":"a\\u0000b","id":"c"} are two',
    renaming(({ workspace, id }) => ({ workspace: "all", id: `${workspace}\0${id}` })),
  ),
  sharing(
    "puts names together as they are",
    'names > {"workspace":"a","id":"bc"} and {"workspace":"ab","id":"c"} are two',
    renaming(({ workspace, id }) => ({ workspace: "all", id: workspace + id })),
  ),
  mutant(
    "takes names of logs in any case",
    "names > logs whose names differ by any of this are two",
    logs((log) => log.toLowerCase()),
  ),
  mutant(
    "keeps one log only",
    "logs > logs of one batch are kept apart",
    logs(() => "all"),
  ),
  mutant(
    "ends names of logs at a NUL",
    "names > logs whose names differ by any of this are two",
    logs((log) => log.split("\0")[0] ?? ""),
  ),
];
