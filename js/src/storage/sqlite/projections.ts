// The tables that people query: what the journal says, as rows. Every row knows the entry it is from, and
// an older one never overwrites it, so rows can be made again while others write.
import type { ProjectedCommit, Projection, RepositoryKey } from "../../types/storage.js";
import type { Database } from "./database.js";
import type { SqlStatement } from "./driver.js";
import { goneError, type Keys } from "./repositories.js";
import { jsonRows } from "./sizes.js";

/** The columns of a commit that are what its projection says, in the order of `rowOf`. */
const COMMIT_COLUMNS = [
  "operation",
  "entry",
  "content_type",
  "role",
  "parent",
  "second_parent",
  "height",
  "token_count",
  "cumulative_tokens",
  "author_kind",
  "author_name",
  "turn",
  "created_at",
] as const;

function rowOf(commit: ProjectedCommit): unknown[] {
  return [
    commit.number,
    commit.hash,
    commit.contentHash,
    commit.operation,
    commit.entry,
    commit.contentType,
    commit.role,
    commit.parent,
    commit.secondParent,
    commit.height,
    commit.tokenCount,
    commit.cumulativeTokens,
    commit.authorKind,
    commit.authorName,
    commit.turn,
    commit.createdAt,
  ];
}

/** Inserts or replaces the rows of one entry. */
export function insertProjection(
  { tables: t }: Database,
  key: number,
  projection: Projection,
): SqlStatement[] {
  const { seq, defaultBranch, policyConfig, commits, refs, annotations, compacted } = projection;
  const from = (sql: string, rows: unknown[][]): SqlStatement[] =>
    jsonRows(rows).map((list) => ({ sql, values: [key, seq, list] }));
  const each =
    "FROM (SELECT ? AS repository, ? AS seq, ? AS list) p CROSS JOIN json_each(p.list) w";
  // WHERE true: without it SQLite takes ON for that of a join.
  const columns = COMMIT_COLUMNS.map((name, i) => ({ name, value: `w.value ->> ${i + 3}` }));
  const commitSql = `INSERT INTO ${t.commits}
(repository, number, seq, hash, blob, content_hash, ${columns.map(({ name }) => name).join(", ")})
SELECT p.repository, w.value ->> 0, p.seq, unhex(w.value ->> 1), b.key,
  CASE WHEN b.key IS NULL THEN unhex(w.value ->> 2) END, ${columns.map(({ value }) => value).join(", ")}
${each}
LEFT JOIN ${t.blobs} b ON b.repository = p.repository AND b.hash = unhex(w.value ->> 2)
WHERE true
ON CONFLICT (repository, number) DO UPDATE SET
  seq = excluded.seq, hash = excluded.hash, blob = excluded.blob, content_hash = excluded.content_hash,
  ${columns.map(({ name }) => `${name} = excluded.${name}`).join(", ")}
WHERE excluded.seq >= ${t.commits}.seq`;
  const compactedSql = `INSERT INTO ${t.commits}
(repository, number, seq, compacted_seq, compacted_at, compacted_into, compacted_into_version)
SELECT p.repository, w.value ->> 0, 0, p.seq, w.value ->> 1, w.value ->> 2, w.value ->> 3 ${each} WHERE true
ON CONFLICT (repository, number) DO UPDATE SET
  compacted_seq = excluded.compacted_seq, compacted_at = excluded.compacted_at,
  compacted_into = excluded.compacted_into, compacted_into_version = excluded.compacted_into_version
WHERE excluded.compacted_seq >= coalesce(${t.commits}.compacted_seq, 0)`;
  const refSql = `INSERT INTO ${t.refs} (repository, seq, kind, name, commit_hash)
SELECT p.repository, p.seq, w.value ->> 0, w.value ->> 1, unhex(w.value ->> 2) ${each} WHERE true
ON CONFLICT (repository, kind, name) DO UPDATE SET seq = excluded.seq, commit_hash = excluded.commit_hash
WHERE excluded.seq >= ${t.refs}.seq`;
  const annotationSql = `INSERT INTO ${t.annotations}
(repository, seq, hash, entry, priority, reason, author_kind, author_name, created_at)
SELECT p.repository, p.seq, unhex(w.value ->> 0), w.value ->> 1, w.value ->> 2, w.value ->> 3,
  w.value ->> 4, w.value ->> 5, w.value ->> 6 ${each} WHERE true
ON CONFLICT (repository, hash) DO UPDATE SET
  seq = excluded.seq, entry = excluded.entry, priority = excluded.priority, reason = excluded.reason,
  author_kind = excluded.author_kind, author_name = excluded.author_name, created_at = excluded.created_at
WHERE excluded.seq >= ${t.annotations}.seq`;
  const branch = {
    sql: `UPDATE ${t.repositories} SET default_branch = ?, default_branch_seq = ?
WHERE key = ? AND coalesce(default_branch_seq, 0) <= ?`,
    values: [defaultBranch ?? null, seq, key, seq],
  };
  const config = {
    sql: `UPDATE ${t.repositories} SET policy_config = ?, policy_config_seq = ?
WHERE key = ? AND coalesce(policy_config_seq, 0) <= ?`,
    values: [policyConfig == null ? null : JSON.stringify(policyConfig), seq, key, seq],
  };
  return [
    ...from(commitSql, commits.map(rowOf)),
    ...from(
      compactedSql,
      compacted.map(({ number, at, into, version }) => [number, at, into, version]),
    ),
    ...from(
      refSql,
      refs.map(({ kind, name, commit }) => [kind, name, commit]),
    ),
    ...from(
      annotationSql,
      annotations.map((a) => [
        a.hash,
        a.entry,
        a.priority,
        a.reason,
        a.authorKind,
        a.authorName,
        a.createdAt,
      ]),
    ),
    ...(defaultBranch === undefined ? [] : [branch]),
    ...(policyConfig === undefined ? [] : [config]),
  ];
}

/** See `StorageAdapter.reproject`. */
export async function reproject(
  database: Database,
  keys: Keys,
  repository: RepositoryKey,
  projections: readonly Projection[],
  start: boolean,
): Promise<void> {
  const key = await keys.of(repository);
  const t = database.tables;
  // Aborts all of it where the repository is gone: NULL where none is allowed.
  const there = {
    sql: `INSERT INTO ${t.meta} (name, value)
SELECT 'gone', NULL WHERE NOT EXISTS (SELECT 1 FROM ${t.repositories} WHERE key = ?)`,
    values: [key],
  };
  const clear = [
    ...[t.commits, t.refs, t.annotations].map(
      (table) => `DELETE FROM ${table} WHERE repository = ?`,
    ),
    `UPDATE ${t.repositories} SET default_branch = NULL, default_branch_seq = NULL,
policy_config = NULL, policy_config_seq = NULL WHERE key = ?`,
  ].map((sql) => ({ sql, values: [key] }));
  const result = await database.batch([
    there,
    ...(start ? clear : []),
    ...projections.flatMap((projection) => insertProjection(database, key, projection)),
  ]);
  if (result.changes !== undefined) return;
  keys.forget(repository);
  throw goneError(repository);
}
