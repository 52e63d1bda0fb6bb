// The tables, version by version. What a version did is never changed: the next one adds to it, with
// columns that may be null and are not filled in, so that older writers go on working meanwhile.
//
// Every key begins with the workspace, so that tables can be distributed by it. Names are ordered by
// their bytes. Rows belong to a repository by foreign key and go with it.

/** Statements of one version. `s` is the schema, quoted. */
export type Migration = (s: string) => string;

const KEY = `
      workspace text COLLATE "C" NOT NULL,
      repository text COLLATE "C" NOT NULL,
      incarnation bytea NOT NULL`;

const belongs = (s: string) => `
      FOREIGN KEY (workspace, repository, incarnation)
        REFERENCES ${s}.repositories (workspace, id, incarnation) ON DELETE CASCADE`;

/** What the contract of stores needs. */
const first: Migration = (s) => `
    CREATE TABLE ${s}.repositories (
      workspace text COLLATE "C" NOT NULL CHECK (workspace <> ''),
      id text COLLATE "C" NOT NULL CHECK (id <> ''),
      incarnation bytea NOT NULL,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (workspace, id),
      UNIQUE (workspace, id, incarnation)
    ) WITH (fillfactor = 80);
    CREATE INDEX repositories_by_creation ON ${s}.repositories (workspace, created_at DESC, id);
    CREATE INDEX repositories_by_update ON ${s}.repositories (workspace, updated_at DESC, id);

    CREATE TABLE ${s}.journal (${KEY},
      seq bigint NOT NULL CHECK (seq > 0),
      hash bytea NOT NULL,
      bytes bytea NOT NULL,
      at timestamptz NOT NULL,
      PRIMARY KEY (workspace, repository, incarnation, seq),${belongs(s)}
    );

    CREATE TABLE ${s}.blobs (${KEY},
      hash bytea NOT NULL,
      bytes bytea NOT NULL,
      byte_size bigint NOT NULL GENERATED ALWAYS AS (octet_length(bytes)) STORED,
      PRIMARY KEY (workspace, repository, incarnation, hash),${belongs(s)}
    );

    CREATE TABLE ${s}.logs (${KEY},
      log text COLLATE "C" NOT NULL,
      seq bigint NOT NULL,
      position bigint NOT NULL,
      at timestamptz NOT NULL,
      fields json NOT NULL,
      members jsonb NOT NULL,
      PRIMARY KEY (workspace, repository, incarnation, log, seq, position),${belongs(s)}
    );
    CREATE INDEX logs_by_time ON ${s}.logs (workspace, repository, incarnation, log, at);

    CREATE TABLE ${s}.checkpoints (${KEY},
      seq bigint NOT NULL,
      manifest bytea NOT NULL,
      segments bytea[] NOT NULL,
      PRIMARY KEY (workspace, repository, incarnation),${belongs(s)}
    );

    CREATE TABLE ${s}.segments (${KEY},
      hash bytea NOT NULL,
      bytes bytea NOT NULL,
      PRIMARY KEY (workspace, repository, incarnation, hash),${belongs(s)}
    );

    CREATE FUNCTION ${s}.scoped(workspace text, statement text, params text[])
      RETURNS SETOF record LANGUAGE plpgsql VOLATILE SECURITY INVOKER
    AS $scoped$
    DECLARE
      before text := current_setting('varve.workspace', true);
    BEGIN
      PERFORM set_config('varve.workspace', workspace, true);
      RETURN QUERY EXECUTE statement USING params;
      PERFORM set_config('varve.workspace', coalesce(before, ''), true);
    END
    $scoped$;
    COMMENT ON FUNCTION ${s}.scoped IS
      'Runs a statement with varve.workspace set, which the policies ask for. With the rights of the caller.';
`;

/** What lists show, and the tables that people query. */
const second: Migration = (s) => `
    ALTER TABLE ${s}.repositories
      ADD COLUMN summary json,
      ADD COLUMN policy_config jsonb,
      ADD COLUMN policy_config_seq bigint,
      ADD COLUMN default_branch text COLLATE "C",
      ADD COLUMN default_branch_seq bigint;

    CREATE TABLE ${s}.commits (${KEY},
      number bigint NOT NULL,
      hash bytea NOT NULL,
      operation text NOT NULL,
      entry text COLLATE "C",
      content_hash bytea,
      content_type text,
      role text,
      parent bigint,
      second_parent bigint,
      height bigint NOT NULL,
      token_count bigint NOT NULL,
      cumulative_tokens bigint NOT NULL,
      author_kind text,
      author_name text,
      turn text COLLATE "C",
      created_at timestamptz NOT NULL,
      compacted_at timestamptz,
      compacted_into text COLLATE "C",
      compacted_into_version bigint,
      compacted_seq bigint,
      seq bigint NOT NULL,
      PRIMARY KEY (workspace, repository, incarnation, number),${belongs(s)}
    );
    CREATE INDEX commits_by_hash ON ${s}.commits (workspace, repository, incarnation, hash);
    CREATE INDEX commits_by_time ON ${s}.commits (workspace, created_at);

    CREATE TABLE ${s}.refs (${KEY},
      kind text NOT NULL,
      name text COLLATE "C" NOT NULL,
      commit_hash bytea,
      seq bigint NOT NULL,
      PRIMARY KEY (workspace, repository, incarnation, kind, name),${belongs(s)}
    );
    COMMENT ON COLUMN ${s}.refs.commit_hash IS
      'Null: it was deleted, or has no commits. The row stays, to tell what is older.';

    CREATE TABLE ${s}.annotations (${KEY},
      hash bytea NOT NULL,
      entry text COLLATE "C" NOT NULL,
      priority text NOT NULL,
      reason text,
      author_kind text,
      author_name text,
      created_at timestamptz NOT NULL,
      seq bigint NOT NULL,
      PRIMARY KEY (workspace, repository, incarnation, hash),${belongs(s)}
    );
    CREATE INDEX annotations_by_entry ON ${s}.annotations (workspace, repository, incarnation, entry);

    CREATE VIEW ${s}.readable_repositories WITH (security_invoker = true) AS
      SELECT workspace, id, encode(incarnation, 'hex') AS incarnation, created_at, updated_at,
        default_branch, summary, policy_config
      FROM ${s}.repositories;
    CREATE VIEW ${s}.readable_commits WITH (security_invoker = true) AS
      SELECT workspace, repository, number, encode(hash, 'hex') AS hash, operation, entry,
        encode(content_hash, 'hex') AS content_hash, content_type, role, parent, second_parent, height,
        token_count, cumulative_tokens, author_kind, author_name, turn, created_at, compacted_at,
        compacted_into, compacted_into_version
      FROM ${s}.commits;
    CREATE VIEW ${s}.readable_refs WITH (security_invoker = true) AS
      SELECT workspace, repository, kind, name, encode(commit_hash, 'hex') AS commit_hash
      FROM ${s}.refs WHERE commit_hash IS NOT NULL;
    CREATE VIEW ${s}.readable_annotations WITH (security_invoker = true) AS
      SELECT workspace, repository, encode(hash, 'hex') AS hash, entry, priority, reason, author_kind,
        author_name, created_at
      FROM ${s}.annotations;
`;

/** Versions 1, 2 … */
export const MIGRATIONS: readonly Migration[] = [first, second];
