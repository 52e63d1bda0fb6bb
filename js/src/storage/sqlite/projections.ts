// The tables that people query: what the journal says, as rows.
import type { ProjectedCommit, Projection, RepositoryKey } from "../../types/storage.js";
import { bytesOf } from "../hex.js";
import type { Database } from "./database.js";
import type { SqliteDriver, SqlStatement, SqlValue } from "./driver.js";
import { projectionSql } from "./projection-sql.js";
import { goneError, type Keys } from "./repositories.js";
import { jsonRows } from "./sizes.js";

/** What a commit says of itself, in the order of `COMMIT_COLUMNS`. */
function columnsOf(commit: ProjectedCommit): SqlValue[] {
  return [
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
  { tables }: Database,
  key: number,
  projection: Projection,
  { remote }: SqliteDriver,
): SqlStatement[] {
  const { seq, defaultBranch, policyConfig, commits, refs, annotations, compacted } = projection;
  const sql = projectionSql(tables);
  const statements: SqlStatement[] = [];
  const all = <T>(sql: string, items: readonly T[], rowOf: (item: T) => unknown[]): void => {
    for (const list of jsonRows(items.map(rowOf)))
      statements.push({ sql, values: [key, seq, list] });
  };
  if (!remote || commits.length === 1) {
    for (const commit of commits) {
      const { number, hash, contentHash } = commit;
      const content = contentHash && bytesOf(contentHash);
      const payload = [key, content, content, key, content];
      const values = [key, number, seq, bytesOf(hash), ...payload, ...columnsOf(commit)];
      statements.push({ sql: sql.commit, values });
    }
  } else {
    all(sql.commits, commits, (commit) => [
      commit.number,
      commit.hash,
      commit.contentHash,
      ...columnsOf(commit),
    ]);
  }
  all(sql.compacted, compacted, ({ number, at, into, version }) => [number, at, into, version]);
  const [ref, ...rest] = refs;
  if (ref !== undefined && rest.length === 0) {
    const { kind, name, commit } = ref;
    statements.push({ sql: sql.ref, values: [key, seq, kind, name, commit && bytesOf(commit)] });
  } else {
    all(sql.refs, refs, ({ kind, name, commit }) => [kind, name, commit]);
  }
  all(sql.annotations, annotations, (a) => [
    a.hash,
    a.entry,
    a.priority,
    a.reason,
    a.authorKind,
    a.authorName,
    a.createdAt,
  ]);
  if (defaultBranch !== undefined) {
    statements.push({ sql: sql.defaultBranch, values: [defaultBranch, seq, key, seq] });
  }
  if (policyConfig !== undefined) {
    const config = policyConfig === null ? null : JSON.stringify(policyConfig);
    statements.push({ sql: sql.policyConfig, values: [config, seq, key, seq] });
  }
  return statements;
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
  const driver = await database.driver();
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
    ...projections.flatMap((projection) => insertProjection(database, key, projection, driver)),
  ]);
  if (result.changes !== undefined) return;
  keys.forget(repository);
  throw goneError(repository);
}
