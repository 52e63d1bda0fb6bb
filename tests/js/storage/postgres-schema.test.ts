// Tables on a real server: how they come about and change, who sees which rows, and what erasure leaves.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrationTo, SCHEMA_VERSION } from "../../../js/src/storage/postgres/migrations.js";
import { TENANT_TABLES } from "../../../js/src/storage/postgres/tables.js";
import {
  type PostgresStorage,
  postgres,
  postgresSchema,
} from "../../../js/src/storage/postgres.js";
import {
  append,
  batch,
  bytesOf,
  commit,
  hashOf,
  made,
  object,
  poolOf,
  projection,
} from "./postgres-support.js";
import { noPooler, startPgBouncer } from "./server/pgbouncer.js";
import { missing, type PostgresServer, startPostgres } from "./server/postgres.js";

describe.skipIf(missing)("the tables in PostgreSQL", () => {
  let server: PostgresServer;
  let pool: pg.Pool;
  const query = async (text: string) => (await pool.query(text)).rows;
  const notices: string[] = [];
  const onNotice = (message: string) => notices.push(message);

  beforeAll(async () => {
    server = await startPostgres();
    pool = poolOf({ connectionString: server.url() });
  }, 60_000);

  afterAll(async () => {
    await pool?.end();
    await server?.stop();
  }, 60_000);

  describe("migrations", () => {
    const versions = (schema: string) =>
      query(`SELECT version FROM ${schema}.schema_versions ORDER BY version`);

    test("by many at once do everything once", async () => {
      const at_once = Array.from({ length: 8 }, () => postgres(pool, { schema: "many" }));
      await Promise.all(at_once.map((storage) => storage.migrate()));
      expect(await versions("many")).toEqual([{ version: 1 }, { version: 2 }]);
    });

    test("leave alone what is up to date", async () => {
      const storage = postgres(pool, { schema: "idle", rowLevelSecurity: true, onNotice });
      await storage.migrate();
      const xmin =
        "SELECT relname, xmin FROM pg_class WHERE relnamespace = 'idle'::regnamespace ORDER BY 1";
      const before = await query(xmin);
      await storage.migrate();
      expect(await query(xmin)).toEqual(before);
    });

    test("can be printed, and run by another tool", async () => {
      await pool.query(postgresSchema({ schema: "printed" }));
      expect(await versions("printed")).toHaveLength(SCHEMA_VERSION);
      const storage = postgres(pool, { schema: "printed", migrate: "manual" });
      expect(await append(storage, await made(storage), ["one"])).toBe(1);
    });

    test("take populated tables of version 1 along, also while old writers go on", async () => {
      await pool.query(migrationTo(1, { schema: "older" }));
      // As version 1 wrote it.
      await pool.query(`INSERT INTO older.repositories VALUES
        ('w', 'r', '\\x0123456789abcdef', 'epoch', 'epoch')`);
      const entry = (seq: number) =>
        pool.query(
          `INSERT INTO older.journal VALUES ('w', 'r', '\\x0123456789abcdef', $1, $2, $3, 'epoch')`,
          [seq, Buffer.from(hashOf(`entry ${seq}`), "hex"), Buffer.from(bytesOf(`entry ${seq}`))],
        );
      await entry(1);
      const manual = postgres(pool, { schema: "older", migrate: "manual" });
      const address = { workspace: "w", id: "r" };
      await expect(manual.findRepository(address)).rejects.toMatchObject({ code: "Blocked" });
      await pool.query(postgresSchema({ schema: "older", from: 1 }));
      expect(await versions("older")).toEqual([{ version: 1 }, { version: 2 }]);
      await entry(2);
      const key = { ...address, incarnation: "0123456789abcdef" };
      expect(await manual.findRepository(address)).toBe(key.incarnation);
      expect(await append(manual, key, ["entry 3"], 2)).toBe(3);
      const { repositories } = await manual.listRepositories("w", { limit: 1 });
      expect(repositories).toEqual([
        { id: "r", incarnation: key.incarnation, createdAt: 0, updatedAt: 3 },
      ]);
      const nullable = await query(`SELECT count(*)::int AS filled FROM older.repositories
        WHERE summary IS NOT NULL OR policy_config IS NOT NULL OR default_branch IS NOT NULL`);
      expect(nullable).toEqual([{ filled: 0 }]);
    });

    test("refuse tables of a newer version, and so does every call", async () => {
      const storage = postgres(pool, { schema: "newer" });
      await storage.migrate();
      await query(`INSERT INTO newer.schema_versions (version) VALUES (${SCHEMA_VERSION + 1})`);
      const tooNew = {
        code: "VersionTooNew",
        details: { found: SCHEMA_VERSION + 1, supported: SCHEMA_VERSION },
      };
      await expect(storage.migrate()).rejects.toMatchObject(tooNew);
      const found = postgres(pool, { schema: "newer" }).findRepository({ workspace: "w", id: "r" });
      await expect(found).rejects.toMatchObject(tooNew);
    });

    test("that are missing are named", async () => {
      const storage = postgres(pool, { schema: "missing", migrate: "manual" });
      const call = storage.findRepository({ workspace: "w", id: "r" });
      const message = expect.stringContaining("call migrate()");
      await expect(call).rejects.toMatchObject({ code: "Blocked", message });
    });
  });

  describe("row-level security", () => {
    let owner: pg.Pool;
    let app: pg.Pool;
    let storage: PostgresStorage;

    beforeAll(async () => {
      await query(`CREATE ROLE tenants_owner LOGIN; CREATE ROLE tenants_app LOGIN;
        GRANT CREATE ON DATABASE postgres TO tenants_owner`);
      owner = poolOf({ connectionString: server.url({ role: "tenants_owner" }) });
      app = poolOf({ connectionString: server.url({ role: "tenants_app" }), max: 2 });
      const options = { schema: "tenants", rowLevelSecurity: true, onNotice };
      await postgres(owner, options).migrate();
      await owner.query(`GRANT USAGE ON SCHEMA tenants TO tenants_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA tenants TO tenants_app`);
      storage = postgres(app, { ...options, migrate: "manual" });
    }, 60_000);

    afterAll(async () => {
      await owner?.end();
      await app?.end();
    }, 60_000);

    test("lets every call of the store through, in the right workspace", async () => {
      const key = await made(storage, "r", "acme \0");
      expect(await append(storage, key, ["one", "two"])).toBe(2);
      const full = batch(3, "three", {
        objects: [object("three")],
        deleteObjects: [hashOf("one")],
        logs: [{ log: "l", at: 3, fields: '{"a":"\\"{}\\\\"}' }],
        summary: '{"title":"x"}',
        projection: projection(3, {
          commits: [commit(0)],
          defaultBranch: "main",
          refs: [{ kind: "branch", name: "main", commit: commit(0).hash }],
        }),
      });
      expect(await storage.write(key, full)).toEqual({});
      expect((await storage.write(key, full)).conflict).toHaveLength(1);
      const there = await storage.readObjects(key, [hashOf("one"), hashOf("three")]);
      expect(there).toEqual([null, bytesOf("three")]);
      const rows = await storage.readLog(key, "l", { where: { a: '"{}\\' }, limit: 1 });
      expect(rows.rows).toHaveLength(1);
      const checkpoint = { seq: 3, manifest: bytesOf("m"), segments: [object("s")] };
      expect(await storage.writeCheckpoint(key, checkpoint)).toBe(true);
      expect(await storage.readCheckpoint(key)).toEqual(checkpoint);
      await storage.reproject(key, [projection(1, { commits: [commit(0)] })], true);
      await storage.deleteCheckpoint(key);
      expect((await storage.listRepositories("acme \0", { limit: 9 })).repositories).toHaveLength(
        1,
      );
      expect(await storage.deleteRepository(key)).toBe(true);
      expect(await query("SELECT 1 FROM tenants.journal WHERE workspace LIKE 'acme%'")).toEqual([]);
    });

    /** Tables and views that have rows of workspaces, as the server knows them. */
    const relations = async (kinds: string) => {
      const rows = await query(`SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'tenants'::regnamespace AND relkind IN (${kinds})
        AND relname <> 'schema_versions' ORDER BY 1`);
      return rows.map(({ name }) => name as string);
    };

    /** What can be written of a table, but for the workspace. */
    const columnsOf = async (table: string) => {
      const rows = await query(`SELECT string_agg(attname, ', ') AS columns FROM pg_attribute
        WHERE attrelid = 'tenants.${table}'::regclass AND attnum > 0 AND attgenerated = ''
        AND attidentity = '' AND attname <> 'workspace'`);
      return rows[0]?.columns as string;
    };

    /** A repository with a row in each of them. */
    async function furnished(workspace: string): Promise<void> {
      const key = await made(storage, "secret", workspace);
      const { hash } = commit(0);
      const author = { authorKind: null, authorName: null, createdAt: 1 };
      const annotation = { hash: hashOf("pin"), entry: "e", priority: "pinned", reason: "secret" };
      const rows = projection(1, {
        commits: [commit(0)],
        refs: [{ kind: "branch", name: "main", commit: hash }],
        annotations: [{ ...annotation, ...author }],
      });
      const log = { log: "l", at: 1, fields: '{"a":"secret"}' };
      const more = { objects: [object("secret")], logs: [log], summary: "{}", projection: rows };
      await storage.write(key, batch(1, "secret", more));
      const checkpoint = { seq: 1, manifest: bytesOf("secret"), segments: [object("secret")] };
      expect(await storage.writeCheckpoint(key, checkpoint)).toBe(true);
    }

    test("hides other workspaces from any query of any table, and refuses to write into them", async () => {
      await furnished("acme");
      const tables = await relations("'r'");
      const views = await relations("'v'");
      expect(tables).toEqual([...TENANT_TABLES].sort());
      expect(views).toHaveLength(4);
      for (const role of [app, owner]) {
        const client = await role.connect();
        const count = async (text: string) => (await client.query(text)).rowCount;
        try {
          for (const name of [...tables, ...views]) {
            const seen = () => count(`SELECT 1 FROM tenants.${name}`);
            expect(await seen(), `${name}, no workspace`).toBe(0);
            await client.query("SET varve.workspace = 'other'");
            expect(await seen(), `${name}, another workspace`).toBe(0);
            await client.query("SET varve.workspace = 'acme'");
            expect(await seen(), `${name}, its workspace`).toBe(1);
            await client.query("RESET varve.workspace");
          }
          for (const name of tables) {
            await client.query("SET varve.workspace = 'other'");
            expect(await count(`UPDATE tenants.${name} SET workspace = 'other'`), name).toBe(0);
            expect(await count(`DELETE FROM tenants.${name}`), name).toBe(0);
            await client.query("SET varve.workspace = 'acme'");
            const given = client.query(`UPDATE tenants.${name} SET workspace = 'other'`);
            await expect(given, name).rejects.toMatchObject({ code: "42501" });
            const columns = await columnsOf(name);
            const copied = client.query(`INSERT INTO tenants.${name} (workspace, ${columns})
              SELECT 'other', ${columns} FROM tenants.${name}`);
            await expect(copied, name).rejects.toMatchObject({ code: "42501" });
          }
        } finally {
          client.release(true);
        }
      }
      expect(await query("SELECT 1 FROM tenants.journal WHERE workspace = 'acme'")).toHaveLength(1);
    });

    test("leaves no workspace behind on the connection", async () => {
      const one = poolOf({ connectionString: server.url({ role: "tenants_app" }), max: 1 });
      try {
        const own = postgres(one, { schema: "tenants", migrate: "manual" });
        expect(await own.findRepository({ workspace: "acme", id: "secret" })).toBeDefined();
        const setting =
          "SELECT coalesce(current_setting('varve.workspace', true), '') AS workspace";
        expect((await one.query(setting)).rows).toEqual([{ workspace: "" }]);
        await one.query("BEGIN");
        await own.findRepository({ workspace: "acme", id: "secret" });
        expect((await one.query(setting)).rows).toEqual([{ workspace: "" }]);
        await one.query("ROLLBACK");
      } finally {
        await one.end();
      }
    });

    if (noPooler) console.warn(`left out: policies behind a transaction pooler: ${noPooler}`);
    test.skipIf(noPooler)("keeps workspaces apart behind a transaction pooler", async () => {
      const pooler = await startPgBouncer(server.port, ["tenants_app"]);
      const url = server.url({ role: "tenants_app", port: pooler.port });
      const pooled = poolOf({ connectionString: url, max: 8 });
      try {
        const own = postgres(pooled, { schema: "tenants", migrate: "manual" });
        const workspaces = Array.from({ length: 8 }, (_, i) => `pooled ${i}`);
        const counts = workspaces.map(async (workspace, i) => {
          const key = await made(own, "r", workspace);
          const texts = Array.from({ length: i + 1 }, (_, n) => `${workspace} ${n}`);
          await append(own, key, texts);
          const entries = await own.readJournal(key, { after: 0, limit: 99 });
          expect(entries.map(({ bytes }) => new TextDecoder().decode(bytes))).toEqual(texts);
          return entries.length;
        });
        expect(await Promise.all(counts)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
        for (const name of [...(await relations("'r'")), ...(await relations("'v'"))]) {
          const { rowCount } = await pooled.query(`SELECT 1 FROM tenants.${name}`);
          expect(rowCount, name).toBe(0);
        }
      } finally {
        await pooled.end();
        await pooler.stop();
      }
    });

    test("is obeyed also by a store that was not told of it", async () => {
      const plain = postgres(app, { schema: "tenants" });
      const key = await made(plain, "plain", "acme");
      expect(await append(plain, key, ["one"])).toBe(1);
    });

    test("reports the roles that it does not hold for", async () => {
      await query("CREATE ROLE tenants_sees_all LOGIN BYPASSRLS");
      const reported = await storage.bypassingRoles();
      expect(reported).toContainEqual({ role: "postgres", reason: "superuser" });
      expect(reported).toContainEqual({ role: "tenants_sees_all", reason: "bypassrls" });
      expect(reported.map(({ role }) => role)).not.toContain("tenants_owner");
      expect(notices.join()).toContain("role postgres sees the rows of every workspace");
      await query("ALTER TABLE tenants.journal NO FORCE ROW LEVEL SECURITY");
      expect(await storage.bypassingRoles()).toContainEqual({
        role: "tenants_owner",
        reason: "owner",
      });
      await postgres(owner, { schema: "tenants", rowLevelSecurity: true, onNotice }).migrate();
      expect((await storage.bypassingRoles()).map(({ role }) => role)).not.toContain(
        "tenants_owner",
      );
    });
  });

  describe("projections", () => {
    let storage: PostgresStorage;
    beforeAll(() => {
      storage = postgres(pool);
    });

    test("can be joined as they are", async () => {
      const key = await made(storage, "joined");
      const commits = [commit(0), commit(1, { role: "assistant", tokenCount: 7 }), commit(2)];
      const more = { projection: projection(1, { commits, defaultBranch: "main" }) };
      await storage.write(key, batch(1, "one", more));
      const mark = { number: 0, at: 1500, into: "summary", version: 4 };
      const removed = { kind: "branch" as const, name: "gone", commit: null };
      const kept = { kind: "branch" as const, name: "main", commit: commit(2).hash };
      const later = projection(2, { compacted: [mark], refs: [removed, kept] });
      await storage.write(key, batch(2, "two", { projection: later }));
      const sums =
        await query(`SELECT repository, default_branch, role, sum(token_count)::int AS tokens
        FROM varve.commits JOIN varve.repositories USING (workspace)
        WHERE repositories.id = commits.repository AND repository = 'joined' AND compacted_at IS NULL
        GROUP BY 1, 2, 3 ORDER BY role`);
      expect(sums).toEqual([
        { repository: "joined", default_branch: "main", role: "assistant", tokens: 7 },
        { repository: "joined", default_branch: "main", role: "user", tokens: 10 },
      ]);
      const readable =
        await query(`SELECT r.name, c.hash, c.created_at FROM varve.readable_refs AS r
        JOIN varve.readable_commits AS c ON c.hash = r.commit_hash AND c.repository = r.repository
        WHERE r.repository = 'joined'`);
      expect(readable).toEqual([{ name: "main", hash: commit(2).hash, created_at: new Date(2) }]);
      const marked = await query(`SELECT compacted_at, compacted_into, compacted_into_version::int
        FROM varve.commits WHERE repository = 'joined' AND number = 0`);
      expect(marked).toEqual([
        { compacted_at: new Date(1500), compacted_into: "summary", compacted_into_version: 4 },
      ]);
    });

    test("made again never take the place of newer ones", async () => {
      const key = await made(storage, "again");
      const ref = (hash: string | null) => ({
        kind: "branch" as const,
        name: "main",
        commit: hash,
      });
      const note = (reason: string) => ({
        ...{ hash: hashOf("note"), entry: "e", priority: "pinned", reason },
        ...{ authorKind: null, authorName: null, createdAt: 1 },
      });
      const mark = (at: number | null) => ({ number: 0, at, into: null, version: null });
      const first = projection(1, {
        commits: [commit(0)],
        refs: [ref(commit(0).hash)],
        compacted: [mark(1000)],
        annotations: [note("old")],
        defaultBranch: "old",
        policyConfig: { threshold: 0.5 },
      });
      const second = projection(2, {
        refs: [ref(null)],
        compacted: [mark(null)],
        annotations: [note("new")],
        defaultBranch: "new",
        policyConfig: { threshold: 0.9 },
      });
      await storage.write(key, batch(1, "one", { projection: first }));
      await storage.write(key, batch(2, "two", { projection: second }));
      const rows = () =>
        query(`SELECT (SELECT commit_hash FROM varve.refs WHERE repository = 'again'),
          (SELECT compacted_at FROM varve.commits WHERE repository = 'again'),
          (SELECT reason FROM varve.annotations WHERE repository = 'again'),
          (SELECT default_branch FROM varve.repositories WHERE id = 'again'),
          (SELECT policy_config FROM varve.repositories WHERE id = 'again')`);
      const newest = [
        {
          commit_hash: null,
          compacted_at: null,
          reason: "new",
          default_branch: "new",
          policy_config: { threshold: 0.9 },
        },
      ];
      await storage.reproject(key, [first], false);
      expect(await rows()).toEqual(newest);
      await storage.reproject(key, [], true);
      const none = newest.map((row) =>
        Object.fromEntries(Object.keys(row).map((name) => [name, null])),
      );
      expect(await rows()).toEqual(none);
      await storage.reproject(key, [first, second], false);
      expect(await rows()).toEqual(newest);
      await storage.reproject(key, [first], true);
      expect(await rows()).toMatchObject([
        { reason: "old", compacted_at: new Date(1000), policy_config: { threshold: 0.5 } },
      ]);
    });
  });

  describe("erasure", () => {
    const SECRET = "the very secret text that must go ";
    /** Whether a file of a table or of what belongs to it holds the secret. */
    const found = async (table: string) => {
      await query("CHECKPOINT");
      const [row] = await query(`SELECT pg_relation_filepath('${table}') AS heap,
        pg_relation_filepath(reltoastrelid) AS toast FROM pg_class WHERE oid = '${table}'::regclass`);
      return [row.heap, row.toast].some((path: string) => {
        const folder = join(server.dataDirectory, path, "..");
        const name = path.split("/").at(-1) ?? "";
        const files = readdirSync(folder).filter((file) => file.startsWith(name));
        return files.some((file) => readFileSync(join(folder, file)).includes(SECRET));
      });
    };

    test("takes the rows, and with VACUUM FULL every byte of the tables' files", async () => {
      const storage = postgres(pool, { schema: "erasure", scrub: "vacuum full" });
      const key = await made(storage);
      const secret = object(SECRET.repeat(30));
      await storage.write(key, batch(1, "one", { objects: [secret, object("stays")] }));
      expect(await found("erasure.blobs")).toBe(true);
      await storage.write(key, batch(2, "two", { deleteObjects: [secret.hash] }));
      await storage.scrub(key);
      expect(await storage.readObjects(key, [secret.hash, hashOf("stays")])).toEqual([
        null,
        bytesOf("stays"),
      ]);
      expect(await found("erasure.blobs")).toBe(false);
    });

    test("by a role that may not VACUUM is reported", async () => {
      const storage = postgres(pool, { schema: "reported" });
      const key = await made(storage);
      await query(`CREATE ROLE erasure_app LOGIN;
        GRANT USAGE ON SCHEMA reported TO erasure_app;
        GRANT SELECT ON ALL TABLES IN SCHEMA reported TO erasure_app`);
      const app = poolOf({ connectionString: server.url({ role: "erasure_app" }) });
      const heard: string[] = [];
      const options = { schema: "reported", onNotice: (message: string) => heard.push(message) };
      try {
        await storage.scrub(key);
        await postgres(app, options).scrub(key);
        expect(heard).toEqual([expect.stringContaining("role erasure_app does not own")]);
      } finally {
        await app.end();
      }
    });

    test("with VACUUM gives the space to new rows, and leaves bytes in it until then", async () => {
      const storage = postgres(pool, { schema: "vacuumed" });
      const key = await made(storage);
      const secret = object(SECRET.repeat(30));
      await storage.write(key, batch(1, "one", { objects: [secret, object("stays")] }));
      await storage.write(key, batch(2, "two", { deleteObjects: [secret.hash] }));
      await storage.scrub(key);
      const [row] =
        await query(`SELECT n_dead_tup::int AS dead, last_vacuum FROM pg_stat_user_tables
        WHERE schemaname = 'vacuumed' AND relname = 'blobs'`);
      expect(row.last_vacuum).not.toBeNull();
      expect(row.dead).toBe(0);
      expect(await found("vacuumed.blobs")).toBe(true); // what the documentation says
    });
  });
});
