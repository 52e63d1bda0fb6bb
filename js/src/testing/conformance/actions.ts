// What most cases do with a store.
import type {
  LogPage,
  LogQuery,
  RepositoryKey,
  RepositoryQuery,
  RepositoryRow,
  StorageAdapter,
  StoredEntry,
  WriteBatch,
} from "../../types/storage.js";
import { equal, fail, holds } from "./assert.js";
import { AT, type BatchParts, batch } from "./samples.js";
import { show } from "./show.js";

/** More than there ever is. */
export const ALL = 1_000_000;

/** Names of a repository to make. */
export interface Names {
  readonly workspace?: string;
  readonly id?: string;
  readonly incarnation?: string;
  readonly at?: number;
}

/** The incarnation of repositories that ask for no other. */
export const FIRST = "00000000000000a1";
/** Another one. */
export const SECOND = "ffffffffffffffb2";

/** Makes a repository. */
export async function create(
  store: StorageAdapter,
  { workspace = "acme", id = "chat", incarnation = FIRST, at = AT }: Names = {},
): Promise<RepositoryKey> {
  const made = await store.createRepository({ workspace, id }, incarnation, at);
  equal(made, incarnation, "the incarnation of a new repository");
  return { workspace, id, incarnation };
}

/** Writes a batch, which must not be a conflict. */
export async function write(
  store: StorageAdapter,
  key: RepositoryKey,
  written: WriteBatch,
): Promise<void> {
  const { conflict } = await store.write(key, written);
  if (conflict !== undefined) {
    fail(`entry ${written.entry.seq} is new, but its write gave the conflict ${show(conflict)}`);
  }
}

/** Writes the entries `from` to `to`. */
export async function fill(
  store: StorageAdapter,
  key: RepositoryKey,
  from: number,
  to: number,
  parts: (seq: number) => BatchParts = () => ({}),
): Promise<void> {
  for (let seq = from; seq <= to; seq++) await write(store, key, batch(seq, parts(seq)));
}

/** Makes a repository with `count` entries. */
export async function filled(
  store: StorageAdapter,
  count: number,
  parts?: (seq: number) => BatchParts,
  names?: Names,
): Promise<RepositoryKey> {
  const key = await create(store, names);
  await fill(store, key, 1, count, parts);
  return key;
}

/** Writes a batch, which must be a conflict; checks that it tells `there`'s entries from the batch's on. */
export async function conflicts(
  store: StorageAdapter,
  key: RepositoryKey,
  refused: WriteBatch,
  there: readonly StoredEntry[],
): Promise<void> {
  const { conflict } = await store.write(key, refused);
  const { seq } = refused.entry;
  if (conflict === undefined) fail(`entry ${seq} was there, but it was written once more`);
  holds(
    conflict.length > 0,
    `the conflict at entry ${seq} tells no entry; it must tell at least one`,
  );
  const behind = there.filter((entry) => entry.seq >= seq);
  equal(conflict, behind.slice(0, conflict.length), `the entries of the conflict at entry ${seq}`);
}

/** All entries. */
export async function journalOf(
  store: StorageAdapter,
  key: RepositoryKey,
): Promise<readonly StoredEntry[]> {
  return store.readJournal(key, { after: 0, limit: ALL });
}

/** One object; null where it is not there. */
export async function objectOf(
  store: StorageAdapter,
  key: RepositoryKey,
  hash: string,
): Promise<Uint8Array | null> {
  const found = await store.readObjects(key, [hash]);
  equal(found.length, 1, "how many answers readObjects gave for one hash");
  return found[0] ?? null;
}

/** All rows of a log, page by page. */
export async function rowsOf(
  store: StorageAdapter,
  key: RepositoryKey,
  log = "calls",
  query: Partial<LogQuery> = {},
): Promise<LogPage["rows"]> {
  const limit = query.limit ?? ALL;
  return pages((cursor) => store.readLog(key, log, { ...query, limit, cursor }), "rows", limit);
}

/** What the rows of a log hold. */
export async function fieldsOf(
  store: StorageAdapter,
  key: RepositoryKey,
  log?: string,
  query?: Partial<LogQuery>,
): Promise<unknown[]> {
  return (await rowsOf(store, key, log, query)).map(({ fields }) => JSON.parse(fields) as unknown);
}

/** All repositories of a workspace, page by page. */
export async function listOf(
  store: StorageAdapter,
  query: Partial<RepositoryQuery> = {},
  workspace = "acme",
): Promise<readonly RepositoryRow[]> {
  const limit = query.limit ?? ALL;
  return pages(
    (cursor) => store.listRepositories(workspace, { ...query, limit, cursor }),
    "repositories",
    limit,
  );
}

/** Their ids. */
export async function idsOf(
  store: StorageAdapter,
  query?: Partial<RepositoryQuery>,
  workspace?: string,
): Promise<string[]> {
  return (await listOf(store, query, workspace)).map(({ id }) => id);
}

type Page<Name extends string, Row> = { readonly [N in Name]: readonly Row[] } & {
  readonly cursor?: string | undefined;
};

async function pages<Name extends string, Row>(
  read: (cursor: string | undefined) => Page<Name, Row> | Promise<Page<Name, Row>>,
  name: Name,
  limit: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const page = await read(cursor);
    holds(page[name].length <= limit, `a page of at most ${limit} has ${page[name].length} rows`);
    rows.push(...page[name]);
    if (page.cursor === undefined) return rows;
    if (seen.has(page.cursor)) fail(`the cursor ${show(page.cursor)} came twice: pages never end`);
    seen.add(page.cursor);
    cursor = page.cursor;
  }
}

/** All that a repository holds, to be compared. */
export async function contentsOf(store: StorageAdapter, key: RepositoryKey): Promise<object> {
  const objects = await store.listObjects(key, { limit: ALL });
  const hashes = objects.map(({ hash }) => hash);
  return {
    journal: await journalOf(store, key),
    objects,
    bytes: await store.readObjects(key, hashes),
    calls: await rowsOf(store, key),
    checkpoint: await store.readCheckpoint(key),
    listed: (await listOf(store, {}, key.workspace)).find(({ id }) => id === key.id),
  };
}

/** Fails unless the repository holds afterwards what it held before. */
export async function leavesAsItWas(
  store: StorageAdapter,
  key: RepositoryKey,
  what: string,
  run: () => Promise<void>,
): Promise<void> {
  const before = await contentsOf(store, key);
  await run();
  equal(await contentsOf(store, key), before, `the repository after ${what}`);
}
