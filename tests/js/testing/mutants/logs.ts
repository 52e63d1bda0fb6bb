// Faults of logs.
import type {
  LogPage,
  LogQuery,
  LogRow,
  StorageAdapter,
} from "../../../../js/src/types/storage.js";
import { type Mutant, mutant, nameOf, sharing } from "./support.js";

type Row = LogPage["rows"][number];

const asking =
  (change: (query: LogQuery) => LogQuery) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    readLog: (key, log, query, options) => inner.readLog(key, log, change(query), options),
  });

const showing =
  (change: (rows: readonly Row[], query: LogQuery) => readonly Row[]) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async readLog(key, log, query, options) {
      const page = await inner.readLog(key, log, query, options);
      return { ...page, rows: change(page.rows, query) };
    },
  });

/** Rows that fit by another rule, in one page. */
const where =
  (fits: (fields: Record<string, unknown>, name: string, value: unknown) => boolean, all = true) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    async readLog(key, log, { where: conditions = {}, ...query }, options) {
      const page = await inner.readLog(key, log, query, options);
      const entries = Object.entries(conditions);
      const rows = page.rows.filter(({ fields }) => {
        const object = JSON.parse(fields) as Record<string, unknown>;
        const fit = ([name, value]: [string, unknown]) => fits(object, name, value);
        return all || entries.length === 0 ? entries.every(fit) : entries.some(fit);
      });
      return { ...page, rows };
    },
  });

const has = (fields: object, name: string) => Object.hasOwn(fields, name);
const member = (value: unknown) => `logs > where: a member equal to ${JSON.stringify(value)}`;
const called = (name: string) => `logs > where: a member called ${JSON.stringify(name)}`;

/** Pages by counting from the end that the query begins with. */
const counting = (inner: StorageAdapter): Partial<StorageAdapter> => ({
  async readLog(key, log, { cursor = "0", limit, ...query }, options) {
    const { rows } = await inner.readLog(key, log, { ...query, limit: 1e6 }, options);
    const end = Number(cursor) + limit;
    return {
      rows: rows.slice(end - limit, end),
      cursor: end < rows.length ? String(end) : undefined,
    };
  },
});

/** A member by a path, as SQL has it. */
function byPath(fields: Record<string, unknown>, path: string): unknown {
  let value: unknown = fields;
  for (const name of path.split(".")) value = (value as Record<string, unknown> | null)?.[name];
  return value;
}

const writing =
  (change: (logs: readonly LogRow[]) => readonly LogRow[]) =>
  (inner: StorageAdapter): Partial<StorageAdapter> => ({
    write: (key, batch, options) =>
      inner.write(key, { ...batch, logs: change(batch.logs) }, options),
  });

const reencoded = (fields: string, change: (name: string, value: unknown) => unknown) =>
  JSON.stringify(JSON.parse(fields), (name, value) => change(name, value));

export const LOGS: readonly Mutant[] = [
  mutant(
    "does not include since",
    "logs > times: since is included",
    asking((query) => (query.since === undefined ? query : { ...query, since: query.since + 1 })),
  ),
  mutant(
    "includes until",
    "logs > times: until is not included",
    asking((query) => (query.until === undefined ? query : { ...query, until: query.until + 1 })),
  ),
  mutant(
    "takes until 0 for no until",
    "logs > times: until 0",
    asking((query) => ({ ...query, until: query.until || undefined })),
  ),
  mutant(
    "ignores until where there is since",
    "logs > times: since and until together",
    asking((query) => (query.since === undefined ? query : { ...query, until: undefined })),
  ),
  mutant(
    "orders rows by time",
    "logs > rows are not ordered by time",
    showing((rows, { reverse }) => [...rows].sort((a, b) => (reverse ? b.at - a.at : a.at - b.at))),
  ),
  mutant(
    "ignores reverse",
    "logs > times: everything, reversed",
    asking(({ reverse: _, ...query }) => query),
  ),
  mutant(
    "takes any reverse for true",
    "logs > times: reverse false is not reversed",
    asking((query) => ("reverse" in query ? { ...query, reverse: true } : query)),
  ),
  mutant(
    "reverses the page, not the log",
    "logs > a limit takes the first rows, reversed the last",
    (inner) => ({
      async readLog(key, log, { reverse, ...query }, options) {
        const page = await inner.readLog(key, log, query, options);
        return reverse ? { ...page, rows: [...page.rows].reverse() } : page;
      },
    }),
  ),
  mutant(
    "ignores the limit",
    "logs > a limit takes the first rows, reversed the last",
    asking((query) => ({ ...query, limit: 1e6 })),
  ),
  mutant("gives no cursor", "logs > pages of 3 of 10 give every row once, in order", (inner) => ({
    async readLog(...args) {
      return { rows: (await inner.readLog(...args)).rows };
    },
  })),
  mutant("always gives a cursor", "logs > the page that holds the rest has no cursor", (inner) => ({
    async readLog(...args) {
      return { cursor: "0", ...(await inner.readLog(...args)) };
    },
  })),
  mutant(
    "forgets the cursor",
    "logs > pages of 3 of 10 give every row once, in order",
    asking(({ cursor: _, ...query }) => query),
  ),
  mutant(
    "begins a page with the last row of the one before",
    "logs > pages of 3 of 10, reversed give every row once, in order",
    asking((query) =>
      query.cursor === undefined
        ? query
        : { ...query, cursor: String(Number(query.cursor) + (query.reverse ? 1 : -1)) },
    ),
  ),
  mutant(
    "pages by counting",
    "logs > reversed, rows added between two pages are not seen, and none comes twice",
    counting,
  ),
  mutant(
    "selects after it counted the rows of a page",
    "logs > where, times and pages go together",
    (inner) => ({
      async readLog(key, log, { where: conditions = {}, ...query }, options) {
        const { rows } = await inner.readLog(key, log, query, options);
        const fits = ({ fields }: Row) =>
          Object.entries(conditions).every(([name, value]) => JSON.parse(fields)[name] === value);
        return { rows: rows.filter(fits) };
      },
    }),
  ),
  mutant(
    "ignores where",
    "logs > where: all members that are named must be equal",
    asking(({ where: _, ...query }) => query),
  ),
  mutant(
    "takes rows that have one of the members",
    "logs > where: all members that are named must be equal",
    where((fields, name, value) => has(fields, name) && fields[name] === value, false),
  ),
  mutant(
    "compares as texts",
    member("1"),
    where((fields, name, value) => has(fields, name) && String(fields[name]) === String(value)),
  ),
  mutant(
    "compares as JavaScript's ==",
    member(0),
    // biome-ignore lint/suspicious/noDoubleEquals: this is the fault
    where((fields, name, value) => has(fields, name) && fields[name] == value),
  ),
  mutant(
    "compares as SQL does: true is 1",
    member(true),
    where((fields, name, value) => {
      const number = (any: unknown) => (typeof any === "boolean" ? Number(any) : any);
      return has(fields, name) && number(fields[name]) === number(value);
    }),
  ),
  mutant(
    "compares as SQL does: nothing is null",
    member(null),
    where((fields, name, value) => value !== null && has(fields, name) && fields[name] === value),
  ),
  mutant(
    "takes what is absent for null",
    "logs > where: a member that is absent is not null",
    where((fields, name, value) => (fields[name] ?? null) === value),
  ),
  mutant(
    "compares texts in any case",
    member("a"),
    where((fields, name, value) => {
      const low = (any: unknown) => (typeof any === "string" ? any.toLowerCase() : any);
      return has(fields, name) && low(fields[name]) === low(value);
    }),
  ),
  mutant(
    "compares texts as patterns",
    member("%"),
    where(
      (fields, name, value) =>
        has(fields, name) &&
        (value === "%" ? typeof fields[name] === "string" : fields[name] === value),
    ),
  ),
  mutant(
    "compares texts to the first NUL",
    member("\0"),
    where((fields, name, value) => {
      const cut = (any: unknown) => (typeof any === "string" ? any.split("\0")[0] : any);
      return has(fields, name) && cut(fields[name]) === cut(value);
    }),
  ),
  mutant(
    "takes lists for their texts",
    member("[]"),
    where((fields, name, value) => {
      const text = (any: unknown) =>
        typeof any === "object" && any !== null ? JSON.stringify(any) : any;
      return has(fields, name) && text(fields[name]) === value;
    }),
  ),
  mutant(
    "rounds numbers",
    member(0.1),
    where((fields, name, value) => {
      const round = (any: unknown) => (typeof any === "number" ? Math.trunc(any) : any);
      return has(fields, name) && round(fields[name]) === round(value);
    }),
  ),
  mutant(
    "takes names of members for paths",
    called("a.b"),
    where((fields, name, value) => byPath(fields, name) === value),
  ),
  mutant(
    "knows no empty name",
    called(""),
    where((fields, name, value) => name === "" || fields[name] === value),
  ),
  mutant(
    "reads members of the prototype",
    called("__proto__"),
    where((fields, name, value) => {
      const copy: Record<string, unknown> = {};
      for (const [each, content] of Object.entries(fields)) copy[each] = content;
      return copy[name] === value;
    }),
  ),
  mutant(
    "takes names of members in any case",
    called("a"),
    where((fields, name, value) =>
      Object.entries(fields).some(
        ([each, content]) =>
          each.toLowerCase() === name.toLowerCase() &&
          String(content).toLowerCase() === String(value).toLowerCase(),
      ),
    ),
  ),
  mutant(
    "leaves out equal rows",
    "logs > equal rows are all kept",
    showing((rows) => [...new Map(rows.map((row) => [row.fields, row])).values()]),
  ),
  mutant(
    "writes the rows of a batch newest first",
    "logs > rows come in the order in which they were written",
    writing((rows) => [...rows].reverse()),
  ),
  mutant(
    "writes 500 rows of a batch",
    "logs > 1,000 rows are written in one batch",
    writing((rows) => rows.slice(0, 500)),
  ),
  mutant(
    "leaves out members that are null",
    "logs > a row tells its time and fields",
    showing((rows) =>
      rows.map((row) => ({
        ...row,
        fields: reencoded(row.fields, (_, value) => value ?? undefined),
      })),
    ),
  ),
  mutant(
    "drops NULs",
    "logs > fields of any text come back",
    showing((rows) => rows.map((row) => ({ ...row, fields: row.fields.replace(/\\u0000/g, "") }))),
  ),
  mutant(
    "gives fields as objects",
    "logs > rows come in the order in which they were written",
    showing((rows) => rows.map((row) => ({ ...row, fields: JSON.parse(row.fields) as never }))),
  ),
  mutant(
    "gives times as texts",
    "logs > a row tells its time and fields",
    showing((rows) => rows.map((row) => ({ ...row, at: String(row.at) as never }))),
  ),
  mutant("gives the time of the batch", "logs > a row tells its time and fields", (inner) => ({
    write: (key, batch, options) =>
      inner.write(
        key,
        { ...batch, logs: batch.logs.map((row) => ({ ...row, at: batch.at })) },
        options,
      ),
  })),
  sharing(
    "keeps the logs of all repositories together",
    "logs > logs of two repositories are kept apart",
    () => {
      const rows: LogRow[] = [];
      return (inner) => ({
        async write(key, batch, options) {
          const result = await inner.write(key, batch, options);
          if (result.conflict === undefined) rows.push(...batch.logs);
          return result;
        },
        async readLog(key, log, query, options) {
          await inner.readLog(key, log, query, options);
          return { rows: rows.filter((row) => row.log === log) };
        },
      });
    },
  ),
  sharing(
    "keeps logs after a deletion",
    "createRepository, findRepository > made again under the same incarnation, a repository is empty and can be written",
    () => {
      const all = new Map<string, Row[]>();
      return (inner) => ({
        async write(key, batch, options) {
          const result = await inner.write(key, batch, options);
          all.set(nameOf(key), [...(all.get(nameOf(key)) ?? []), ...batch.logs]);
          return result;
        },
        async readLog(key, log, query, options) {
          const page = await inner.readLog(key, log, query, options);
          return { ...page, rows: all.get(nameOf(key)) ?? [] };
        },
      });
    },
  ),
  mutant(
    "fails on a log that nobody wrote",
    "logs > a log that nobody wrote is empty",
    (inner) => ({
      async readLog(...args) {
        const page = await inner.readLog(...args);
        if (page.rows.length === 0) throw new Error("no such log");
        return page;
      },
    }),
  ),
];
