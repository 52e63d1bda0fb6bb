// Faults of lists of repositories.
import { byUtf8 } from "../../../../js/src/testing/queries.js";
import type {
  RepositoryPage,
  RepositoryQuery,
  RepositoryRow,
  StorageAdapter,
} from "../../../../js/src/types/storage.js";
import { type Mutant, mutant } from "./support.js";

type Rows = readonly RepositoryRow[];

/** Lists made otherwise, from all rows by id. */
const from =
  (list: (all: Rows, query: RepositoryQuery) => RepositoryPage | Rows) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async listRepositories(workspace, query, options) {
      const { repositories } = await inner.listRepositories(workspace, { limit: 1e6 }, options);
      const made = list(repositories, query);
      return "repositories" in made ? made : { repositories: made };
    },
  });

/** Queries changed on the way in. */
const asking =
  (change: (query: RepositoryQuery) => RepositoryQuery) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    listRepositories: (workspace, query, options) =>
      inner.listRepositories(workspace, change(query), options),
  });

/** Rows changed on the way out. */
const showing =
  (change: (row: RepositoryRow) => Partial<RepositoryRow>) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async listRepositories(workspace, query, options) {
      const page = await inner.listRepositories(workspace, query, options);
      return {
        ...page,
        repositories: page.repositories.map((row) => ({ ...row, ...change(row) })),
      };
    },
  });

/** Rows, in order, whose ids fit. */
function ordered(all: Rows, { prefix = "", orderBy = "id" }: RepositoryQuery): RepositoryRow[] {
  const rows = all.filter(({ id }) => id.startsWith(prefix));
  if (orderBy === "id") return rows;
  return rows.sort((a, b) => b[orderBy] - a[orderBy] || byUtf8(a.id, b.id));
}

/** Ids that fit a pattern made of the prefix. */
const fitting = (pattern: (prefix: string) => RegExp) =>
  from((all, { prefix }) => {
    if (prefix === undefined) return all;
    const expression = pattern(prefix);
    return all.filter(({ id }) => expression.test(id));
  });

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
const like = (prefix: string) =>
  new RegExp(`^${escaped(prefix).replace(/%/g, ".*").replace(/_/g, ".")}`, "su");

/** Pages by counting rows. */
const byCounting = from((all, query) => {
  const rows = ordered(all, query);
  const end = Number(query.cursor ?? 0) + query.limit;
  const repositories = rows.slice(end - query.limit, end);
  return { repositories, cursor: end < rows.length ? String(end) : undefined };
});

/** Pages by what is behind the last row. */
const behind = (isBehind: (row: RepositoryRow, last: RepositoryRow) => boolean) =>
  from((all, query) => {
    const last = query.cursor === undefined ? undefined : JSON.parse(query.cursor);
    const rows = ordered(all, query).filter((row) => last === undefined || isBehind(row, last));
    const repositories = rows.slice(0, query.limit);
    const end = repositories.at(-1);
    return {
      repositories,
      cursor: repositories.length < rows.length ? JSON.stringify(end) : undefined,
    };
  });

const PAGES = "listRepositories > pages of 2 of 13 by";
const ADDED = "rows that stay are seen once while others are added";

export const LISTING: readonly Mutant[] = [
  mutant(
    "takes prefixes as patterns of SQL",
    'listRepositories > the prefix "_" means itself',
    fitting(like),
  ),
  mutant(
    "takes prefixes as patterns of SQL, escaped wrongly",
    'listRepositories > the prefix "%" means itself',
    fitting((prefix) => new RegExp(`^${escaped(prefix).replace(/%/g, ".*")}`, "su")),
  ),
  mutant(
    "takes prefixes as globs",
    'listRepositories > the prefix "*" means itself',
    fitting(
      (prefix) =>
        new RegExp(`^${escaped(prefix).replace(/\\\*/g, ".*").replace(/\\\?/g, ".")}`, "su"),
    ),
  ),
  mutant(
    "takes prefixes in any case",
    "listRepositories > a prefix selects the ids that begin with it, itself too",
    fitting((prefix) => new RegExp(`^${escaped(prefix)}`, "isu")),
  ),
  mutant(
    "finds prefixes in the middle",
    "listRepositories > a prefix selects the ids that begin with it, itself too",
    from((all, { prefix = "" }) => all.filter(({ id }) => id.includes(prefix))),
  ),
  mutant(
    "leaves out the id that is the prefix",
    "listRepositories > a prefix selects the ids that begin with it, itself too",
    from((all, { prefix = "" }) => all.filter(({ id }) => id.startsWith(prefix) && id !== prefix)),
  ),
  mutant(
    "ends the range of a prefix at U+FFFF",
    'listRepositories > the prefix "é" selects by characters, not by letters',
    from((all, { prefix = "" }) =>
      all.filter(({ id }) => id >= prefix && id < `${prefix}\uffff` && !id.includes("\u{10ffff}")),
    ),
  ),
  mutant(
    "ignores the prefix in orders by time",
    "listRepositories > a prefix and pages go together with the order by createdAt",
    asking((query) => (query.orderBy === "createdAt" ? { ...query, prefix: "" } : query)),
  ),
  mutant(
    "takes an empty prefix for none that fits",
    "listRepositories > an empty prefix selects all",
    from((all, { prefix }) => (prefix === "" ? [] : all)),
  ),
  mutant(
    "orders ids by UTF-16",
    "listRepositories > rows are ordered by the UTF-8 bytes of their ids, if nothing else is asked for",
    from((all) => [...all].sort((a, b) => (a.id < b.id ? -1 : 1))),
  ),
  mutant(
    "orders ids as people do",
    "listRepositories > rows are ordered by the UTF-8 bytes of their ids, if nothing else is asked for",
    from((all) => [...all].sort((a, b) => a.id.localeCompare(b.id, "en"))),
  ),
  mutant(
    "ignores the order",
    "listRepositories > by updatedAt the newest come first, and of those of one time the lowest id",
    asking(({ orderBy: _, ...query }) => query),
  ),
  mutant(
    "shows the oldest first",
    "listRepositories > by createdAt the newest come first, and of those of one time the lowest id",
    from((all, query) =>
      query.orderBy === "createdAt" ? ordered(all, query).reverse() : ordered(all, query),
    ),
  ),
  mutant(
    "orders by createdAt where updatedAt is asked for",
    "listRepositories > by updatedAt the newest come first, and of those of one time the lowest id",
    asking((query) => (query.orderBy === "updatedAt" ? { ...query, orderBy: "createdAt" } : query)),
  ),
  mutant(
    "ignores the limit",
    `${PAGES} id give every row once, in order`,
    asking((query) => ({ ...query, limit: 1e6 })),
  ),
  mutant(
    "gives one row more",
    "listRepositories > pages of 1 of 13 by id give every row once, in order",
    asking((query) => ({ ...query, limit: query.limit + 1 })),
  ),
  mutant(
    "forgets the cursor",
    `${PAGES} id give every row once, in order`,
    asking(({ cursor: _, ...query }) => query),
  ),
  mutant(
    "gives no cursor",
    `${PAGES} id give every row once, in order`,
    from((all, query) => ordered(all, query).slice(0, query.limit)),
  ),
  mutant(
    "always gives a cursor",
    "listRepositories > by id, the page that holds the rest has no cursor",
    from((all, query) => ({
      repositories: ordered(all, query).slice(0, query.limit),
      cursor: "more",
    })),
  ),
  mutant(
    "repeats the last row of a page",
    `${PAGES} id give every row once, in order`,
    behind((row, last) => byUtf8(row.id, last.id) >= 0),
  ),
  mutant(
    "skips rows of one time",
    "listRepositories > by updatedAt, rows of one time are told apart by their ids in pages",
    behind((row, last) => row.updatedAt < last.updatedAt),
  ),
  mutant(
    "repeats rows of one time",
    "listRepositories > by createdAt, rows of one time are told apart by their ids in pages",
    behind((row, last) => row.createdAt <= last.createdAt),
  ),
  mutant("pages by counting, by id", `listRepositories > by id, ${ADDED}`, byCounting),
  mutant("pages by counting, by time", `listRepositories > by updatedAt, ${ADDED}`, byCounting),
  mutant(
    "loses its place where a row was deleted",
    "listRepositories > by id, paging goes on where the last row given was deleted",
    from((all, query) => {
      const rows = ordered(all, query);
      const place =
        query.cursor === undefined ? 0 : rows.findIndex(({ id }) => id === query.cursor) + 1;
      const repositories = rows.slice(place, place + query.limit);
      return {
        repositories,
        cursor: place + query.limit < rows.length ? repositories.at(-1)?.id : undefined,
      };
    }),
  ),
  mutant(
    "shows the time of creation as that of the last batch",
    "listRepositories > updatedAt is the time of the last batch, createdAt stays",
    showing(({ createdAt }) => ({ updatedAt: createdAt })),
  ),
  mutant(
    "shows the time of the last batch as that of creation",
    "listRepositories > updatedAt is the time of the last batch, createdAt stays",
    showing(({ updatedAt }) => ({ createdAt: updatedAt })),
  ),
  mutant(
    "shows seconds",
    "listRepositories > updatedAt is the time of the last batch, createdAt stays",
    showing(({ updatedAt }) => ({ updatedAt: Math.trunc(updatedAt / 1000) })),
  ),
  mutant(
    "shows dates",
    "createRepository, findRepository > a repository may be created at 1",
    showing(({ createdAt }) => ({ createdAt: new Date(createdAt) as never })),
  ),
  mutant(
    "shows an empty summary where there is none",
    "listRepositories > a row tells id, incarnation and times; before the first batch updatedAt is createdAt",
    showing(({ summary = "" }) => ({ summary })),
  ),
  mutant(
    "forgets the summary with the next batch",
    "listRepositories > the summary is that of the last batch that had one",
    (inner) => ({
      write: (key, batch, options) =>
        inner.write(key, { ...batch, summary: batch.summary ?? "null" }, options),
    }),
  ),
  mutant(
    "keeps the first summary",
    "listRepositories > the summary is that of the last batch that had one",
    (inner) => ({
      write: (key, { summary, ...batch }, options) =>
        inner.write(key, batch.entry.seq > 2 ? batch : { ...batch, summary }, options),
    }),
  ),
  mutant(
    "cuts summaries",
    "listRepositories > a summary of any text comes back",
    showing(({ summary }) => ({ summary: summary?.slice(0, 4096) })),
  ),
  mutant(
    "shows the incarnation in another form",
    "listRepositories > a row tells id, incarnation and times; before the first batch updatedAt is createdAt",
    showing(({ incarnation }) => ({ incarnation: String(BigInt(`0x${incarnation}`)) })),
  ),
];
