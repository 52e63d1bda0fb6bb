// The tables that people query: what is in the views, and that older rows never come back.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type NodeDatabase, sqlite } from "../../../../js/src/storage/sqlite.js";
import type {
  ProjectedCommit,
  Projection,
  RepositoryKey,
  StorageAdapter,
} from "../../../../js/src/types/storage.js";
import { batchOf, hashOf, newRepository, temporaryFolder } from "./support.js";

const { DatabaseSync } = process.getBuiltinModule("node:sqlite" as never) as unknown as {
  DatabaseSync: new (path: string) => NodeDatabase;
};

let folder: ReturnType<typeof temporaryFolder>;
let database: NodeDatabase;
let store: StorageAdapter;
let repository: RepositoryKey;
beforeEach(async () => {
  folder = temporaryFolder();
  database = new DatabaseSync(join(folder.path, "store.db"));
  store = sqlite(database);
  repository = await newRepository(store);
});
afterEach(() => {
  database.close();
  folder.remove();
});

function query(sql: string): unknown[] {
  const rows = (database.prepare(sql) as { all(): object[] }).all();
  return rows.map((row) => ({ ...row }));
}

function commitOf(number: number, parts: Partial<ProjectedCommit> = {}): ProjectedCommit {
  return {
    number,
    hash: hashOf(`commit ${number}`),
    operation: "append",
    entry: `e${number}`,
    contentHash: hashOf(`content ${number}`),
    contentType: "dialogue",
    role: number % 2 === 0 ? "user" : "assistant",
    parent: number === 0 ? null : number - 1,
    secondParent: null,
    height: number + 1,
    tokenCount: 10 * (number + 1),
    cumulativeTokens: 100,
    authorKind: null,
    authorName: null,
    turn: null,
    createdAt: 1000 + number,
    ...parts,
  };
}

function projectionOf(seq: number, parts: Partial<Projection> = {}): Projection {
  return { seq, at: seq, commits: [], refs: [], annotations: [], compacted: [], ...parts };
}

const contentOf = (number: number, size = 5) => ({
  hash: hashOf(`content ${number}`),
  bytes: new Uint8Array(size),
});

const main = (commit: string | null) => [{ kind: "branch", name: "main", commit } as const];

test("commits are joined with their payloads, roles and repositories", async () => {
  const commits = [commitOf(0), commitOf(1), commitOf(2)];
  const objects = [contentOf(0), contentOf(1, 20_000), contentOf(2)];
  const refs = main(commitOf(2).hash);
  const projection = projectionOf(1, { commits, refs, defaultBranch: "main" });
  await store.write(repository, batchOf(1, { objects, projection }));

  const tokens = `SELECT workspace, repository, role, sum(token_count) AS tokens FROM varve_commit_view
    WHERE created_at >= 1000 GROUP BY workspace, repository, role ORDER BY role`;
  expect(query(tokens)).toEqual([
    { workspace: "acme", repository: "chat", role: "assistant", tokens: 20 },
    { workspace: "acme", repository: "chat", role: "user", tokens: 40 },
  ]);
  const large = `SELECT repository, hash, content_hash, byte_size FROM varve_commit_view
    WHERE workspace = 'acme' AND byte_size > 10240`;
  expect(query(large)).toEqual([
    {
      repository: "chat",
      hash: commitOf(1).hash,
      content_hash: hashOf("content 1"),
      byte_size: 20_000,
    },
  ]);
  expect(query("SELECT kind, name, commit_hash FROM varve_ref_view")).toEqual([
    { kind: "branch", name: "main", commit_hash: commitOf(2).hash },
  ]);
  expect(query("SELECT default_branch FROM varve_repositories")).toEqual([
    { default_branch: "main" },
  ]);
});

test("what a repository's owner says of compression is a column, and no older word comes back", async () => {
  const config = (seq: number, threshold?: number) =>
    projectionOf(seq, { policyConfig: threshold === undefined ? null : { threshold } });
  const column = () => query("SELECT policy_config ->> 'threshold' AS it FROM varve_repositories");
  await store.write(repository, batchOf(1, { projection: config(1, 0.5) }));
  await store.write(repository, batchOf(2, { projection: config(2, 0.9) }));
  expect(column()).toEqual([{ it: 0.9 }]);
  await store.reproject?.(repository, [config(1, 0.5)], false);
  expect(column()).toEqual([{ it: 0.9 }]);
  await store.reproject?.(repository, [config(1, 0.5), config(2, 0.9)], true);
  expect(column()).toEqual([{ it: 0.9 }]);
  await store.write(repository, batchOf(3, { projection: config(3) }));
  expect(column()).toEqual([{ it: null }]);
});

test("the queries of docs/sqlite.md give rows", async () => {
  const recent = commitOf(0, { createdAt: Date.now() });
  const projection = projectionOf(1, { commits: [recent] });
  await store.write(repository, batchOf(1, { objects: [contentOf(0, 20_000)], projection }));
  database.exec("CREATE TABLE customers (id TEXT, name TEXT)");
  database.exec("INSERT INTO customers VALUES ('acme', 'Acme')");
  const page = readFileSync("docs/sqlite.md", "utf8");
  const queries = [...page.matchAll(/```sql\n([^`]*)```/g)].map(([, sql]) => sql as string);
  expect(queries.map(query)).toEqual([
    [{ repository: "chat", role: "user", tokens: 10 }],
    [{ name: "Acme", repository: "chat", entry: "e0", byte_size: 20_000 }],
  ]);
});

test("a commit keeps the hash of a payload that was erased, and gets no other payload", async () => {
  const first = projectionOf(1, { commits: [commitOf(0)] });
  await store.write(repository, batchOf(1, { objects: [contentOf(0)], projection: first }));
  const deleteObjects = [contentOf(0).hash];
  await store.write(repository, batchOf(2, { deleteObjects }));
  const second = projectionOf(3, { commits: [commitOf(1)] });
  await store.write(repository, batchOf(3, { objects: [contentOf(1, 7)], projection: second }));
  const rows = "SELECT number, content_hash, byte_size FROM varve_commit_view ORDER BY number";
  expect(query(rows)).toEqual([
    { number: 0, content_hash: hashOf("content 0"), byte_size: null },
    { number: 1, content_hash: hashOf("content 1"), byte_size: 7 },
  ]);
  await store.reproject?.(repository, [first, second], true);
  expect(query(rows)).toHaveLength(2);
  expect(query(rows)[0]).toEqual({
    number: 0,
    content_hash: hashOf("content 0"),
    byte_size: null,
  });
});

test("rows that are made again never overwrite newer ones", async () => {
  const annotation = {
    ...{ hash: hashOf("annotation"), entry: "e0", reason: null },
    ...{ authorKind: null, authorName: null, createdAt: 5 },
  };
  const old = projectionOf(1, {
    commits: [commitOf(0, { role: "old" })],
    refs: main(hashOf("old")),
    annotations: [{ ...annotation, priority: "old" }],
    compacted: [{ number: 0, at: null, into: null, version: null }],
    defaultBranch: "old",
  });
  const young = projectionOf(2, {
    commits: [commitOf(0, { role: "new" })],
    refs: main(hashOf("new")),
    annotations: [{ ...annotation, priority: "new" }],
    compacted: [{ number: 0, at: 9, into: "summary", version: 3 }],
    defaultBranch: "new",
  });
  const sql = `SELECT c.role, c.compacted_into, c.compacted_into_version, f.commit_hash, a.priority,
      r.default_branch
    FROM varve_commit_view c JOIN varve_ref_view f USING (workspace, repository)
    JOIN varve_annotation_view a USING (workspace, repository)
    JOIN varve_repositories r ON r.id = c.repository`;
  const wanted = [
    {
      role: "new",
      compacted_into: "summary",
      compacted_into_version: 3,
      commit_hash: hashOf("new"),
      priority: "new",
      default_branch: "new",
    },
  ];
  for (const order of [
    [young, old],
    [old, young],
    [young, old, young],
  ]) {
    await store.reproject?.(repository, [], true);
    expect(query("SELECT * FROM varve_commits")).toEqual([]);
    for (const projection of order) await store.reproject?.(repository, [projection], false);
    expect(query(sql)).toEqual(wanted);
  }
});

test("a row is the same whether it comes by itself or with others, and older ones overwrite neither", async () => {
  const commits = [
    commitOf(0),
    commitOf(1, { contentHash: null, contentType: null, role: null, entry: null }),
    commitOf(2, {
      authorKind: "human",
      authorName: "O'Hara \u{1f600}",
      turn: "t",
      secondParent: 0,
    }),
  ];
  const refs = [
    ...main(commitOf(2).hash),
    { kind: "tag", name: "v1", commit: commitOf(0).hash },
    { kind: "branch", name: "gone", commit: null },
  ] as const;
  const together = [projectionOf(2, { commits, refs })];
  const apart = [0, 1, 2].map((i) =>
    projectionOf(2, { commits: commits.slice(i, i + 1), refs: refs.slice(i, i + 1) }),
  );
  const rows = () => [
    ...query(`SELECT *, typeof(number) AS a, typeof(hash) AS b, typeof(token_count) AS c, typeof(created_at) AS d
      FROM varve_commits ORDER BY number`),
    ...query("SELECT *, typeof(commit_hash) AS a FROM varve_refs ORDER BY kind, name"),
  ];
  const older = commits.map((commit) => ({ ...commit, role: "older" }));
  const found = [];
  for (const projections of [together, apart]) {
    await store.write(repository, batchOf(found.length + 1, { objects: [contentOf(0)] }));
    await store.reproject?.(repository, projections, true);
    await store.reproject?.(
      repository,
      [projectionOf(1, { commits: older, refs: main(null) })],
      false,
    );
    found.push(rows());
  }
  expect(found[0]).toHaveLength(6);
  expect(found[1]).toEqual(found[0]);
  expect(JSON.stringify(found)).not.toContain("older");
});

test("a compaction that comes before its commit is kept, and shown with it", async () => {
  const compacted = [{ number: 0, at: 9, into: "summary", version: 3 }];
  await store.reproject?.(repository, [projectionOf(5, { compacted })], true);
  const sql = "SELECT number, compacted_at FROM varve_commit_view";
  expect(query(sql)).toEqual([]);
  await store.reproject?.(repository, [projectionOf(1, { commits: [commitOf(0)] })], false);
  expect(query(sql)).toEqual([{ number: 0, compacted_at: 9 }]);
});

test("a branch that is gone stays gone when older rows are made again", async () => {
  await store.reproject?.(repository, [projectionOf(2, { refs: main(null) })], true);
  await store.reproject?.(repository, [projectionOf(1, { refs: main(hashOf("x")) })], false);
  expect(query("SELECT * FROM varve_ref_view")).toEqual([]);
});

test("deleting a repository leaves no row of it in any table", async () => {
  const projection = projectionOf(1, {
    commits: [commitOf(0)],
    refs: main(commitOf(0).hash),
    annotations: [
      {
        ...{ hash: hashOf("a"), entry: "e0", priority: "pinned", reason: "why" },
        ...{ authorKind: null, authorName: null, createdAt: 5 },
      },
    ],
  });
  const logs = [{ log: "calls", at: 1, fields: "{}" }];
  await store.write(repository, batchOf(1, { objects: [contentOf(0)], logs, projection }));
  const segments = [{ hash: hashOf("s"), bytes: new Uint8Array(3) }];
  await store.writeCheckpoint(repository, { seq: 1, manifest: new Uint8Array(1), segments });
  const tables = query(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'varve%' AND name <> 'varve_meta'",
  ) as { name: string }[];
  const counts = () =>
    tables.map(({ name }) => (query(`SELECT count(*) AS n FROM ${name}`)[0] as { n: number }).n);
  expect(counts()).toEqual(tables.map(() => 1));
  expect(await store.deleteRepository(repository)).toBe(true);
  expect(counts()).toEqual(tables.map(() => 0));
});
