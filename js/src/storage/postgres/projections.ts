// The tables that people query: commits, refs, annotations, and a repository's default branch. Rows
// remember the journal entry they are from, and one of an older entry never takes the place of a newer.
import type { JsonObject } from "../../types/json.js";
import type {
  CallOptions,
  ProjectedAnnotation,
  ProjectedCommit,
  Projection,
  RepositoryKey,
} from "../../types/storage.js";
import type { Connection } from "./connection.js";
import { deleted } from "./errors.js";
import { encodeText } from "./names.js";
import { bind, int, join, raw, type Sql, sql, time } from "./sql.js";
import { alive, isRepository, type Key, keyColumns, keyOf, owned, type Tables } from "./tables.js";

type Compaction = Projection["compacted"][number];
type Ref = Projection["refs"][number];

/** What projections come to: every row once, as the last of them says. */
export interface Folded {
  readonly commits: ReadonlyMap<number, { seq: number; commit: ProjectedCommit }>;
  readonly compacted: ReadonlyMap<number, { seq: number; compaction: Compaction }>;
  readonly refs: ReadonlyMap<string, { seq: number; ref: Ref }>;
  readonly annotations: ReadonlyMap<string, { seq: number; annotation: ProjectedAnnotation }>;
  readonly defaultBranch: { readonly seq: number; readonly name: string } | undefined;
  readonly policyConfig: { readonly seq: number; readonly config: JsonObject | null } | undefined;
}

/** Folds projections, given in the order of the journal. */
export function fold(projections: readonly Projection[]): Folded {
  const commits: Map<number, { seq: number; commit: ProjectedCommit }> = new Map();
  const compacted: Map<number, { seq: number; compaction: Compaction }> = new Map();
  const refs: Map<string, { seq: number; ref: Ref }> = new Map();
  const annotations: Map<string, { seq: number; annotation: ProjectedAnnotation }> = new Map();
  let defaultBranch: Folded["defaultBranch"];
  let policyConfig: Folded["policyConfig"];
  for (const { seq, ...projection } of projections) {
    for (const commit of projection.commits) commits.set(commit.number, { seq, commit });
    for (const compaction of projection.compacted) {
      compacted.set(compaction.number, { seq, compaction });
    }
    for (const ref of projection.refs) refs.set(`${ref.kind} ${ref.name}`, { seq, ref });
    for (const annotation of projection.annotations) {
      annotations.set(annotation.hash, { seq, annotation });
    }
    const name = projection.defaultBranch;
    if (name !== undefined) defaultBranch = { seq, name };
    const config = projection.policyConfig;
    if (config !== undefined) policyConfig = { seq, config };
  }
  return { commits, compacted, refs, annotations, defaultBranch, policyConfig };
}

/** Parts of a `WITH` that store rows if `gate` is true; not the default branch. */
export function projectionParts(tables: Tables, key: Key, folded: Folded, gate: Sql): Sql[] {
  const { commits, compacted, refs, annotations } = folded;
  const parts: Sql[] = [];
  const others = [...compacted.values()].filter(
    ({ compaction }) => !commits.has(compaction.number),
  );
  if (commits.size > 0) parts.push(upsertCommits(tables, key, folded, gate));
  if (others.length > 0) parts.push(markCompacted(tables, key, others, gate));
  if (refs.size > 0) parts.push(upsertRefs(tables, key, refs, gate));
  if (annotations.size > 0) parts.push(upsertAnnotations(tables, key, annotations, gate));
  return parts;
}

/** The assignments that set a repository's default branch, of this entry. */
export function defaultBranch(name: string, seq: Sql): Sql[] {
  return [sql`default_branch = ${bind(encodeText(name))}`, sql`default_branch_seq = ${seq}`];
}

/** The assignments that set what a repository's owner says of compression, of this entry. */
export function policyConfig(config: JsonObject | null, seq: Sql): Sql[] {
  const value = config === null ? sql`NULL` : sql`${bind(JSON.stringify(config))}::jsonb`;
  return [sql`policy_config = ${value}`, sql`policy_config_seq = ${seq}`];
}

/** The most journal entries whose rows go into one statement. */
const AT_ONCE = 500;

/** Takes rows again that were written before; with `start`, all that are there go first. */
export async function reproject(
  { change }: Connection,
  tables: Tables,
  repository: RepositoryKey,
  projections: readonly Projection[],
  start: boolean,
  options?: CallOptions,
): Promise<void> {
  const key = keyOf(repository);
  const there = alive(tables, key, "KEY SHARE");
  const send = async (parts: readonly Sql[]) => {
    const statement = sql`WITH ${join([there, ...parts], ", ")} SELECT id FROM alive`;
    const rows = await change(key.workspace.value as string, statement, ["id"], options);
    if (rows.length === 0) throw deleted();
  };
  if (start) await send(clearing(tables, key));
  for (let i = 0; i < projections.length; i += AT_ONCE) {
    const folded = fold(projections.slice(i, i + AT_ONCE));
    const gate = sql`EXISTS (SELECT FROM alive)`;
    const parts = projectionParts(tables, key, folded, gate);
    if (folded.defaultBranch) {
      const { name, seq } = folded.defaultBranch;
      parts.push(sql`branched AS (
        UPDATE ${tables.repositories} AS r SET ${join(defaultBranch(name, int(seq)), ", ")}
        WHERE ${isRepository("r", key)} AND ${gate} AND coalesce(r.default_branch_seq, 0) <= ${int(seq)}
      )`);
    }
    await send(parts);
    if (folded.policyConfig === undefined) continue;
    // By itself: one statement changes a row once.
    const { config, seq } = folded.policyConfig;
    await send([
      sql`configured AS (
        UPDATE ${tables.repositories} AS r SET ${join(policyConfig(config, int(seq)), ", ")}
        WHERE ${isRepository("r", key)} AND ${gate} AND coalesce(r.policy_config_seq, 0) <= ${int(seq)}
      )`,
    ]);
  }
}

function clearing(tables: Tables, key: Key): Sql[] {
  const emptied = (["commits", "refs", "annotations"] as const).map(
    (name) =>
      sql`${raw(`no_${name}`)} AS (DELETE FROM ${tables[name]} AS p WHERE ${owned("p", key)})`,
  );
  const branch = sql`no_branch AS (
    UPDATE ${tables.repositories} AS r SET default_branch = NULL, default_branch_seq = NULL,
      policy_config = NULL, policy_config_seq = NULL
    WHERE ${isRepository("r", key)}
  )`;
  return [...emptied, branch];
}

/** A column: what it is called here, its type in JSON, and what it becomes. */
type Column = readonly [name: string, type: "text" | "bigint", value?: (given: Sql) => Sql];

const hash = (given: Sql) => sql`decode(${given}, 'hex')`;

const COMMIT: readonly Column[] = [
  ["seq", "bigint"],
  ["number", "bigint"],
  ["hash", "text", hash],
  ["operation", "text"],
  ["entry", "text"],
  ["content_hash", "text", hash],
  ["content_type", "text"],
  ["role", "text"],
  ["parent", "bigint"],
  ["second_parent", "bigint"],
  ["height", "bigint"],
  ["token_count", "bigint"],
  ["cumulative_tokens", "bigint"],
  ["author_kind", "text"],
  ["author_name", "text"],
  ["turn", "text"],
  ["created_at", "bigint", time],
];
const COMPACTION: readonly Column[] = [
  ["compacted_at", "bigint", time],
  ["compacted_into", "text"],
  ["compacted_into_version", "bigint"],
  ["compacted_seq", "bigint"],
];
const REF: readonly Column[] = [
  ["seq", "bigint"],
  ["kind", "text"],
  ["name", "text"],
  ["commit_hash", "text", hash],
];
const ANNOTATION: readonly Column[] = [
  ["seq", "bigint"],
  ["hash", "text", hash],
  ["entry", "text"],
  ["priority", "text"],
  ["reason", "text"],
  ["author_kind", "text"],
  ["author_name", "text"],
  ["created_at", "bigint", time],
];

/** Rows as JSON: members are in the order of the columns. */
type Row = readonly (string | number | null)[];

/** `FROM json_to_recordset(…) AS x (…)` of rows. */
function recordset(columns: readonly Column[], rows: readonly Row[]): Sql {
  const plain = (value: string | number | null) =>
    typeof value === "string" ? encodeText(value) : value;
  const records = rows.map((row) =>
    Object.fromEntries(columns.map(([name], i) => [name, plain(row[i] ?? null)])),
  );
  const types = columns.map(([name, type]) => `${name} ${type}`).join(", ");
  return sql`json_to_recordset(${bind(JSON.stringify(records))}::json) AS x (${raw(types)})`;
}

/** `INSERT … SELECT …` of rows, up to what is to happen on conflict. */
function inserting(
  table: Sql,
  key: Key,
  columns: readonly Column[],
  rows: readonly Row[],
  gate: Sql,
) {
  const names = raw(columns.map(([name]) => name).join(", "));
  const values = columns.map(([name, , value]) => {
    const given = raw(`x.${name}`);
    return value ? value(given) : given;
  });
  return sql`INSERT INTO ${table} AS t (workspace, repository, incarnation, ${names})
    SELECT ${keyColumns(key)}, ${join(values, ", ")} FROM ${recordset(columns, rows)} WHERE ${gate}`;
}

/** `a = excluded.a, b = excluded.b …` */
function replaced(columns: readonly Column[]): Sql {
  return raw(columns.map(([name]) => `${name} = excluded.${name}`).join(", "));
}

function upsertCommits(tables: Tables, key: Key, { commits, compacted }: Folded, gate: Sql): Sql {
  const rows = Array.from(commits.values(), ({ seq, commit: c }) => {
    const mark = compacted.get(c.number);
    const own = [
      ...[seq, c.number, c.hash, c.operation, c.entry, c.contentHash, c.contentType, c.role],
      ...[c.parent, c.secondParent, c.height, c.tokenCount, c.cumulativeTokens],
      ...[c.authorKind, c.authorName, c.turn, c.createdAt],
    ];
    return [...own, ...(mark ? marks(mark) : [null, null, null, null])];
  });
  const kept = COMPACTION.map(
    ([name]) =>
      `${name} = CASE WHEN excluded.compacted_seq >= coalesce(t.compacted_seq, 0) THEN excluded.${name} ELSE t.${name} END`,
  );
  return sql`committed AS (
    ${inserting(tables.commits, key, [...COMMIT, ...COMPACTION], rows, gate)}
    ON CONFLICT (workspace, repository, incarnation, number) DO UPDATE
      SET ${replaced(COMMIT)}, ${raw(kept.join(", "))} WHERE t.seq <= excluded.seq
  )`;
}

function marks({
  seq,
  compaction: { at, into, version },
}: {
  seq: number;
  compaction: Compaction;
}) {
  return [at, into, version, seq];
}

function markCompacted(
  tables: Tables,
  key: Key,
  others: readonly { seq: number; compaction: Compaction }[],
  gate: Sql,
): Sql {
  const rows = others.map((mark) => [mark.compaction.number, ...marks(mark)]);
  const columns: readonly Column[] = [["number", "bigint"], ...COMPACTION];
  return sql`compacted AS (
    UPDATE ${tables.commits} AS t SET compacted_at = ${time(raw("x.compacted_at"))},
      compacted_into = x.compacted_into, compacted_into_version = x.compacted_into_version,
      compacted_seq = x.compacted_seq
    FROM ${recordset(columns, rows)}
    WHERE ${owned("t", key)} AND t.number = x.number
      AND coalesce(t.compacted_seq, 0) <= x.compacted_seq AND ${gate}
  )`;
}

function upsertRefs(tables: Tables, key: Key, refs: Folded["refs"], gate: Sql): Sql {
  const rows = Array.from(refs.values(), ({ seq, ref }) => [seq, ref.kind, ref.name, ref.commit]);
  return sql`pointed AS (
    ${inserting(tables.refs, key, REF, rows, gate)}
    ON CONFLICT (workspace, repository, incarnation, kind, name) DO UPDATE
      SET ${replaced(REF)} WHERE t.seq <= excluded.seq
  )`;
}

function upsertAnnotations(
  tables: Tables,
  key: Key,
  annotations: Folded["annotations"],
  gate: Sql,
): Sql {
  const rows = Array.from(annotations.values(), ({ seq, annotation: a }) => [
    ...[seq, a.hash, a.entry, a.priority, a.reason, a.authorKind, a.authorName, a.createdAt],
  ]);
  return sql`annotated AS (
    ${inserting(tables.annotations, key, ANNOTATION, rows, gate)}
    ON CONFLICT (workspace, repository, incarnation, hash) DO UPDATE
      SET ${replaced(ANNOTATION)} WHERE t.seq <= excluded.seq
  )`;
}
