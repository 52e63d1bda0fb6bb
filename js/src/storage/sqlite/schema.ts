// The tables, as a list of migrations: what is appended to it brings older databases up to date. A
// migration that was released never changes.
//
// Hashes are 32 bytes, repositories small numbers, parents the numbers of commits, a commit's payload the
// number of its blob: the views give all of these in full. Blobs are kept in the order they come, so
// writing appends. There is no index but what a call of the store needs.
import { type Tables, tablesOf } from "./tables.js";

/** The statements of one version. */
export type Migration = (tables: Tables) => readonly string[];

const first: Migration = (t) => [
  `CREATE TABLE ${t.repositories} (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  default_branch TEXT,
  default_branch_seq INTEGER,
  policy_config TEXT,
  policy_config_seq INTEGER,
  summary TEXT,
  UNIQUE (workspace, id)
)`,
  `CREATE TABLE ${t.journal} (
  repository INTEGER NOT NULL REFERENCES ${t.repositories} (key),
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (repository, seq)
) WITHOUT ROWID`,
  `CREATE TABLE ${t.blobs} (
  key INTEGER PRIMARY KEY,
  repository INTEGER NOT NULL REFERENCES ${t.repositories} (key),
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,
  byte_size INTEGER GENERATED ALWAYS AS (length(bytes)) VIRTUAL
)`,
  `CREATE UNIQUE INDEX ${t.blobsByHash} ON ${t.blobs} (repository, hash)`,
  `CREATE TABLE ${t.logs} (
  repository INTEGER NOT NULL REFERENCES ${t.repositories} (key),
  log TEXT NOT NULL,
  seq INTEGER NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (repository, log, seq, position)
) WITHOUT ROWID`,
  `CREATE TABLE ${t.checkpoints} (
  repository INTEGER NOT NULL REFERENCES ${t.repositories} (key),
  seq INTEGER NOT NULL,
  segments TEXT NOT NULL,
  manifest BLOB NOT NULL,
  PRIMARY KEY (repository)
) WITHOUT ROWID`,
  `CREATE TABLE ${t.segments} (
  repository INTEGER NOT NULL REFERENCES ${t.repositories} (key),
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (repository, hash)
) WITHOUT ROWID`,
  // A row without a hash holds what was said of a commit that the table does not have yet.
  `CREATE TABLE ${t.commits} (
  repository INTEGER NOT NULL REFERENCES ${t.repositories} (key),
  number INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB,
  operation TEXT,
  entry TEXT,
  blob INTEGER,
  content_hash BLOB,
  content_type TEXT,
  role TEXT,
  parent INTEGER,
  second_parent INTEGER,
  height INTEGER,
  token_count INTEGER,
  cumulative_tokens INTEGER,
  author_kind TEXT,
  author_name TEXT,
  turn TEXT,
  created_at INTEGER,
  compacted_at INTEGER,
  compacted_into TEXT,
  compacted_into_version INTEGER,
  compacted_seq INTEGER,
  PRIMARY KEY (repository, number)
) WITHOUT ROWID`,
  // A row without a commit is a reference that is gone: it keeps older rows from coming back.
  `CREATE TABLE ${t.refs} (
  repository INTEGER NOT NULL REFERENCES ${t.repositories} (key),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  seq INTEGER NOT NULL,
  commit_hash BLOB,
  PRIMARY KEY (repository, kind, name)
) WITHOUT ROWID`,
  `CREATE TABLE ${t.annotations} (
  repository INTEGER NOT NULL REFERENCES ${t.repositories} (key),
  hash BLOB NOT NULL,
  seq INTEGER NOT NULL,
  entry TEXT NOT NULL,
  priority TEXT NOT NULL,
  reason TEXT,
  author_kind TEXT,
  author_name TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (repository, hash)
) WITHOUT ROWID`,
  `CREATE VIEW ${t.commitView} AS
SELECT r.workspace, r.id AS repository, c.number, lower(hex(c.hash)) AS hash, c.operation, c.entry,
  lower(hex(coalesce(b.hash, c.content_hash))) AS content_hash, c.content_type, c.role,
  b.byte_size, b.bytes, c.parent, c.second_parent, c.height, c.token_count, c.cumulative_tokens,
  c.author_kind, c.author_name, c.turn, c.created_at,
  c.compacted_at, c.compacted_into, c.compacted_into_version
FROM ${t.commits} c
JOIN ${t.repositories} r ON r.key = c.repository
LEFT JOIN ${t.blobs} b ON b.key = c.blob
WHERE c.hash IS NOT NULL`,
  `CREATE VIEW ${t.blobView} AS
SELECT r.workspace, r.id AS repository, lower(hex(b.hash)) AS hash, b.byte_size, b.bytes
FROM ${t.blobs} b
JOIN ${t.repositories} r ON r.key = b.repository`,
  `CREATE VIEW ${t.refView} AS
SELECT r.workspace, r.id AS repository, f.kind, f.name, lower(hex(f.commit_hash)) AS commit_hash
FROM ${t.refs} f
JOIN ${t.repositories} r ON r.key = f.repository
WHERE f.commit_hash IS NOT NULL`,
  `CREATE VIEW ${t.annotationView} AS
SELECT r.workspace, r.id AS repository, lower(hex(a.hash)) AS hash, a.entry, a.priority, a.reason,
  a.author_kind, a.author_name, a.created_at
FROM ${t.annotations} a
JOIN ${t.repositories} r ON r.key = a.repository`,
];

/** Version 1, 2, 3 … of the tables, as what each adds to the one before. */
export const MIGRATIONS: readonly Migration[] = [first];

/** The table that tells the version. */
export function metaTable(t: Tables): string {
  return `CREATE TABLE IF NOT EXISTS ${t.meta} (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`;
}

/**
 * The statements that `migrate` runs, as one script, for those who run migrations themselves, as one does
 * for Cloudflare D1. `from`: the version that is there; default 0, none.
 */
export function sqliteSchema({
  tablePrefix,
  from = 0,
}: {
  readonly tablePrefix?: string | undefined;
  readonly from?: number | undefined;
} = {}): string {
  const tables = tablesOf(tablePrefix);
  const wanted = MIGRATIONS.slice(from).flatMap((migration) => migration(tables));
  if (wanted.length === 0) return "";
  const version =
    from === 0
      ? `INSERT INTO ${tables.meta} (name, value) VALUES ('schema', ${MIGRATIONS.length})`
      : `UPDATE ${tables.meta} SET value = ${MIGRATIONS.length} WHERE name = 'schema'`;
  return [metaTable(tables), ...wanted, version].map((sql) => `${sql};\n`).join("\n");
}
