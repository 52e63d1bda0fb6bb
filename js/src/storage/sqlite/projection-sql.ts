// Statements that write the tables that people query. Every row knows the entry it is from, and an older one
// never overwrites it, so rows can be made again while others write.
//
// Most entries bring one commit and move one branch: such a row is bound as it is. More rows of one kind come as one
// text of JSON, one statement however many they are. Commits do so only where a statement costs a round trip: SQLite takes
// three times as long to take a row out of JSON as to be given it.
import { onceFor, type Tables } from "./tables.js";

/** The columns of a commit that are what its projection says, in the order of `rowOf`. */
export const COMMIT_COLUMNS = [
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

/** The statements, by what they write. Those of one row say what they are given, in order. */
export interface ProjectionSql {
  /**
   * Repository, number, seq, hash; repository, hash of the content; hash of the content, repository, hash of the content; the
   * columns.
   */
  readonly commit: string;
  readonly commits: string;
  readonly compacted: string;
  /** Repository, seq, kind, name, hash of the commit. */
  readonly ref: string;
  readonly refs: string;
  readonly annotations: string;
  /** Name, seq, repository, seq. */
  readonly defaultBranch: string;
  /** JSON, seq, repository, seq. */
  readonly policyConfig: string;
}

/** The statements for tables of these names. */
export const projectionSql: (tables: Tables) => ProjectionSql = onceFor((t) => {
  const list =
    "FROM (SELECT ? AS repository, ? AS seq, ? AS list) p CROSS JOIN json_each(p.list) w";
  const columns = COMMIT_COLUMNS.join(", ");
  const into = `INSERT INTO ${t.commits}
(repository, number, seq, hash, blob, content_hash, ${columns})`;
  const orReplace = `ON CONFLICT (repository, number) DO UPDATE SET
  seq = excluded.seq, hash = excluded.hash, blob = excluded.blob, content_hash = excluded.content_hash,
  ${COMMIT_COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}
WHERE excluded.seq >= ${t.commits}.seq`;
  const blob = `FROM ${t.blobs} b WHERE b.repository = ? AND b.hash = ?`;
  const intoRefs = `INSERT INTO ${t.refs} (repository, seq, kind, name, commit_hash)`;
  const orMove = `ON CONFLICT (repository, kind, name) DO UPDATE SET seq = excluded.seq, commit_hash = excluded.commit_hash
WHERE excluded.seq >= ${t.refs}.seq`;
  // WHERE true: without it SQLite takes ON for that of a join.
  return {
    commit: `${into}
VALUES (?, ?, ?, ?, (SELECT b.key ${blob}), (SELECT ? WHERE NOT EXISTS (SELECT 1 ${blob})),
  ${COMMIT_COLUMNS.map(() => "?").join(", ")})
${orReplace}`,
    commits: `${into}
SELECT p.repository, w.value ->> 0, p.seq, unhex(w.value ->> 1), b.key,
  CASE WHEN b.key IS NULL THEN unhex(w.value ->> 2) END,
  ${COMMIT_COLUMNS.map((_, i) => `w.value ->> ${i + 3}`).join(", ")}
${list}
LEFT JOIN ${t.blobs} b ON b.repository = p.repository AND b.hash = unhex(w.value ->> 2)
WHERE true
${orReplace}`,
    compacted: `INSERT INTO ${t.commits}
(repository, number, seq, compacted_seq, compacted_at, compacted_into, compacted_into_version)
SELECT p.repository, w.value ->> 0, 0, p.seq, w.value ->> 1, w.value ->> 2, w.value ->> 3 ${list} WHERE true
ON CONFLICT (repository, number) DO UPDATE SET
  compacted_seq = excluded.compacted_seq, compacted_at = excluded.compacted_at,
  compacted_into = excluded.compacted_into, compacted_into_version = excluded.compacted_into_version
WHERE excluded.compacted_seq >= coalesce(${t.commits}.compacted_seq, 0)`,
    ref: `${intoRefs} VALUES (?, ?, ?, ?, ?)
${orMove}`,
    refs: `${intoRefs}
SELECT p.repository, p.seq, w.value ->> 0, w.value ->> 1, unhex(w.value ->> 2) ${list} WHERE true
${orMove}`,
    annotations: `INSERT INTO ${t.annotations}
(repository, seq, hash, entry, priority, reason, author_kind, author_name, created_at)
SELECT p.repository, p.seq, unhex(w.value ->> 0), w.value ->> 1, w.value ->> 2, w.value ->> 3,
  w.value ->> 4, w.value ->> 5, w.value ->> 6 ${list} WHERE true
ON CONFLICT (repository, hash) DO UPDATE SET
  seq = excluded.seq, entry = excluded.entry, priority = excluded.priority, reason = excluded.reason,
  author_kind = excluded.author_kind, author_name = excluded.author_name, created_at = excluded.created_at
WHERE excluded.seq >= ${t.annotations}.seq`,
    defaultBranch: `UPDATE ${t.repositories} SET default_branch = ?, default_branch_seq = ?
WHERE key = ? AND coalesce(default_branch_seq, 0) <= ?`,
    policyConfig: `UPDATE ${t.repositories} SET policy_config = ?, policy_config_seq = ?
WHERE key = ? AND coalesce(policy_config_seq, 0) <= ?`,
  };
});
