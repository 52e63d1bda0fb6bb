// The PostgreSQL adapter on a real server: what only several connections can show.
import { randomBytes } from "node:crypto";
import type pg from "pg";
import postgresJs from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresStorage, postgres } from "../../../js/src/storage/postgres.js";
import { postgresPage } from "../docs/postgres.js";
import {
  append,
  batch,
  bytesOf,
  commit,
  hashOf,
  incarnation,
  made,
  object,
  poolOf,
  projection,
} from "./postgres-support.js";
import { noPooler, startPgBouncer } from "./server/pgbouncer.js";
import { missing, type PostgresServer, startPostgres } from "./server/postgres.js";
import { startProxy, type WireProxy } from "./server/proxy.js";

describe.skipIf(missing)("PostgreSQL", () => {
  let server: PostgresServer;
  let proxy: WireProxy;
  let pool: pg.Pool;
  let storage: PostgresStorage;
  const query = async (text: string) => (await pool.query(text)).rows;

  beforeAll(async () => {
    server = await startPostgres();
    proxy = await startProxy(server.port);
    pool = poolOf({ connectionString: server.url(), max: 20 });
    storage = postgres(pool);
    await storage.migrate();
  }, 60_000);

  afterAll(async () => {
    await pool?.end();
    await proxy?.stop();
    await server?.stop();
  }, 60_000);

  test("the code and the statements of docs/postgres.md run, and give rows", async () => {
    await query("CREATE DATABASE docs");
    expect(await postgresPage(server.url({ database: "docs" }))).toMatchObject([
      [{ operation: "append", role: "user" }],
      [{ repository: "chat", role: "user" }],
    ]);
  }, 120_000);

  test("a taken number is a conflict with what is there, and nothing of the batch is written", async () => {
    const key = await made(storage, "conflict");
    await append(storage, key, ["one", "two"]);
    const lost = batch(1, "other", {
      objects: [object("lost")],
      deleteObjects: [hashOf("one")],
      logs: [{ log: "l", at: 1, fields: "{}" }],
      summary: '"lost"',
      projection: projection(1, { commits: [commit(0)], defaultBranch: "lost" }),
    });
    const { conflict } = await storage.write(key, lost);
    expect(conflict?.map(({ seq, bytes }) => [seq, bytes])).toEqual([
      [1, bytesOf("one")],
      [2, bytesOf("two")],
    ]);
    const there = await storage.readObjects(key, [hashOf("lost"), hashOf("one")]);
    expect(there).toEqual([null, bytesOf("one")]);
    expect(await storage.readLog(key, "l", { limit: 1 })).toEqual({ rows: [] });
    const { repositories } = await storage.listRepositories("w", { prefix: "conflict", limit: 1 });
    expect(repositories[0]).not.toHaveProperty("summary");
    expect(await query("SELECT * FROM varve.commits WHERE repository = 'conflict'")).toEqual([]);
  });

  test("an entry whose predecessor is missing is refused, and nothing is written", async () => {
    const key = await made(storage, "gap");
    await append(storage, key, ["one"]);
    const written = storage.write(key, batch(3, "three", { objects: [object("three")] }));
    await expect(written).rejects.toMatchObject({ code: "Corrupt" });
    expect(await storage.readJournal(key, { after: 0, limit: 9 })).toHaveLength(1);
    expect(await storage.listObjects(key, { limit: 9 })).toHaveLength(1);
  });

  test("of a deleted repository nothing is left, and a stale writer cannot bring it back", async () => {
    const key = await made(storage, "deleted");
    await append(storage, key, ["one"]);
    await storage.writeCheckpoint(key, { seq: 1, manifest: bytesOf("m"), segments: [object("s")] });
    await storage.reproject(key, [projection(1, { commits: [commit(0)] })], false);
    expect(await storage.deleteRepository(key)).toBe(true);
    expect(await storage.deleteRepository(key)).toBe(false);
    const again = await made(storage, "deleted");
    const closed = { code: "Closed" };
    await expect(storage.write(key, batch(2))).rejects.toMatchObject(closed);
    await expect(storage.readJournal(key, { after: 0, limit: 1 })).rejects.toMatchObject(closed);
    await expect(storage.readObjects(key, [])).rejects.toMatchObject(closed);
    await expect(storage.readCheckpoint(key)).rejects.toMatchObject(closed);
    await expect(storage.reproject(key, [], true)).rejects.toMatchObject(closed);
    await expect(storage.scrub(key)).rejects.toMatchObject(closed);
    expect(await storage.readJournal(again, { after: 0, limit: 9 })).toEqual([]);
    for (const table of ["journal", "blobs", "logs", "checkpoints", "segments", "commits"]) {
      const rows = await query(`SELECT 1 FROM varve.${table} WHERE repository = 'deleted'`);
      expect(rows, table).toEqual([]);
    }
  });

  test("writers and deleters at once leave whole repositories or nothing", async () => {
    for (let round = 0; round < 25; round++) {
      const key = await made(storage, "contested");
      const writing = Array.from({ length: 4 }, (_, i) =>
        append(storage, key, [`${i} a`, `${i} b`, `${i} c`]).catch((error) => error.code),
      );
      const deleting = new Promise((resolve) => setTimeout(resolve, round % 5)).then(() =>
        storage.deleteRepository(key),
      );
      const ended = await Promise.all(writing);
      expect(await deleting).toBe(true);
      for (const end of ended) expect(end === "Closed" || end >= 3).toBe(true);
      const left = await query(`SELECT
        (SELECT count(*) FROM varve.journal WHERE repository = 'contested')::int AS entries,
        (SELECT count(*) FROM varve.blobs WHERE repository = 'contested')::int AS objects`);
      expect(left).toEqual([{ entries: 0, objects: 0 }]);
    }
  });

  test("of many who make a repository at once, one decides the incarnation", async () => {
    for (let round = 0; round < 10; round++) {
      const address = { workspace: "w", id: `made ${round}` };
      const makers = Array.from({ length: 8 }, () =>
        storage.createRepository(address, incarnation(), 1),
      );
      expect(new Set(await Promise.all(makers)).size).toBe(1);
    }
  });

  test("eight pools that write fifty entries each lose none", async () => {
    const key = await made(storage, "raced");
    const pools = Array.from({ length: 8 }, () =>
      poolOf({ connectionString: server.url(), max: 2 }),
    );
    const texts = (writer: number) => Array.from({ length: 50 }, (_, i) => `${writer}.${i}`);
    try {
      await Promise.all(pools.map((own, i) => append(postgres(own), key, texts(i))));
    } finally {
      await Promise.all(pools.map((own) => own.end()));
    }
    const entries = await storage.readJournal(key, { after: 0, limit: 1000 });
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    const written = entries.map(({ bytes }) => new TextDecoder().decode(bytes));
    expect(new Set(written)).toEqual(new Set(pools.flatMap((_, i) => texts(i))));
    expect(await storage.listObjects(key, { limit: 1000 })).toHaveLength(400);
  }, 60_000);

  test("checkpoints at once end with the newest, whole", async () => {
    for (let round = 0; round < 20; round++) {
      const key = await made(storage, `checkpoints ${round}`);
      const shared = { hash: hashOf("shared"), bytes: bytesOf("shared") };
      await storage.writeCheckpoint(key, { seq: 1, manifest: bytesOf("1"), segments: [shared] });
      const written = await Promise.all([
        storage.writeCheckpoint(key, { seq: 2, manifest: bytesOf("2"), segments: [object("own")] }),
        storage.writeCheckpoint(key, {
          seq: 3,
          manifest: bytesOf("3"),
          segments: [{ hash: shared.hash }, object("third")],
        }),
      ]);
      const seq = written[1] ? 3 : 2;
      const found = await storage.readCheckpoint(key);
      expect(found?.seq).toBe(seq);
      expect(found?.segments).toEqual(seq === 3 ? [shared, object("third")] : [object("own")]);
    }
  });

  test("a commit is one round trip", async () => {
    const through = poolOf({ connectionString: server.url({ port: proxy.port }), max: 1 });
    const own = postgres(through);
    try {
      const key = await made(own, "round trips");
      proxy.roundTrips();
      await own.write(
        key,
        batch(1, "one", {
          objects: [object("a"), object("b")],
          deleteObjects: [hashOf("c")],
          logs: [{ log: "l", at: 1, fields: "{}" }],
          summary: "{}",
          projection: projection(1, {
            commits: [commit(0)],
            refs: [{ kind: "branch", name: "main", commit: commit(0).hash }],
          }),
        }),
      );
      expect(proxy.roundTrips()).toBe(1);
      await own.readJournal(key, { after: 0, limit: 10 });
      expect(proxy.roundTrips()).toBe(1);
      await own.readObjects(key, [hashOf("a"), hashOf("b")]);
      expect(proxy.roundTrips()).toBe(1);
    } finally {
      await through.end();
    }
  });

  test("postgres.js asks for types first, but not of statements that it may prepare", async () => {
    const url = server.url({ port: proxy.port });
    const sql = postgresJs(url, { max: 1, fetch_types: false, onnotice: () => {} });
    try {
      const key = await made(postgres(sql), "round trips of postgres.js");
      const plain = postgres(sql);
      await append(plain, key, ["one"]);
      proxy.roundTrips();
      await append(plain, key, ["two"], 1);
      expect(proxy.roundTrips()).toBe(2);
      const prepared = postgres(sql, { prepare: true });
      await append(prepared, key, ["three"], 2);
      proxy.roundTrips();
      await append(prepared, key, ["four"], 3);
      expect(proxy.roundTrips()).toBe(1);
    } finally {
      await sql.end();
    }
  });

  test.each(["request", "answer"] as const)(
    "a connection lost at the %s is Unavailable, and the repetition tells what happened",
    async (side) => {
      const through = poolOf({ connectionString: server.url({ port: proxy.port }), max: 1 });
      const own = postgres(through);
      try {
        const key = await made(own, `lost ${side}`);
        await append(own, key, ["one"]);
        const next = batch(2, "two", { objects: [object("two")] });
        proxy.cutOn(side);
        await expect(own.write(key, next)).rejects.toMatchObject({ code: "Unavailable" });
        const again = await own.write(key, next);
        const hashes = again.conflict?.map(({ hash }) => hash);
        expect(hashes).toEqual(side === "answer" ? [next.entry.hash] : undefined);
        expect(await own.readJournal(key, { after: 0, limit: 9 })).toHaveLength(2);
        expect(await own.readObjects(key, [hashOf("two")])).toEqual([bytesOf("two")]);
      } finally {
        await through.end();
      }
    },
  );

  test("a backend that is ended while it writes leaves nothing, and the batch can be repeated", async () => {
    const victim = poolOf({
      connectionString: `${server.url()}?application_name=victim`,
      max: 1,
    });
    const own = postgres(victim);
    const blocker = await pool.connect();
    try {
      const key = await made(own, "ended");
      await blocker.query("BEGIN");
      await blocker.query("SELECT FROM varve.repositories WHERE id = 'ended' FOR UPDATE");
      const writing = own.write(key, batch(1, "one", { objects: [object("one")] }));
      const lost = expect(writing).rejects.toMatchObject({ code: "Unavailable" });
      const waits =
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'victim' AND wait_event_type = 'Lock'";
      await expect.poll(async () => (await query(waits)).length, { timeout: 10_000 }).toBe(1);
      await query(`SELECT pg_terminate_backend(pid) FROM (${waits}) AS waiting`);
      await lost;
      await blocker.query("ROLLBACK");
      expect(await storage.listObjects(key, { limit: 9 })).toEqual([]);
      expect(await own.write(key, batch(1, "one", { objects: [object("one")] }))).toEqual({});
    } finally {
      blocker.release();
      await victim.end();
    }
  });

  test("deadlocks with other transactions are tried again", async () => {
    const key = await made(storage, "deadlock");
    await append(storage, key, ["one"]);
    const other = await pool.connect();
    try {
      // The other holds an object, and then wants the repository: the writer has them the other way.
      await other.query("BEGIN; SET LOCAL deadlock_timeout = '10s'");
      await other.query("SELECT FROM varve.blobs WHERE repository = 'deadlock' FOR UPDATE");
      const writing = storage.write(key, batch(2, "two", { deleteObjects: [hashOf("one")] }));
      const waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
      await expect.poll(async () => (await query(waits)).length, { timeout: 10_000 }).toBe(1);
      await other.query("UPDATE varve.repositories SET updated_at = now() WHERE id = 'deadlock'");
      await other.query("COMMIT");
      expect(await writing).toEqual({});
      expect(await storage.readJournal(key, { after: 1, limit: 9 })).toHaveLength(1);
    } finally {
      other.release();
    }
  });

  test("names of any Unicode keep their order by bytes, NUL included", async () => {
    const ids = [
      "a",
      "a\0",
      "a\0b",
      "a\u0001",
      "a\u0001\u0002",
      "a ",
      "ab",
      "é",
      "z",
      "\uE000",
      "\u{10FFFF}",
      "\u{1F600}",
      "日本",
    ];
    for (const id of ids) await made(storage, id, "names \0");
    await made(storage, "elsewhere", "names ");
    const byBytes = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await storage.listRepositories("names \0", { limit: 4, cursor });
      listed.push(...page.repositories.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(listed).toEqual(byBytes);
    for (const prefix of ["a", "a\0", "a\u0001", "\u{10FFFF}", "\uD7FF", "é"]) {
      const { repositories } = await storage.listRepositories("names \0", { prefix, limit: 99 });
      expect(repositories.map(({ id }) => id)).toEqual(
        byBytes.filter((id) => id.startsWith(prefix)),
      );
    }
  });

  test("members of logs are found whatever they hold", async () => {
    const key = await made(storage, "members");
    const fields = [
      '{"a\\u0000":"x\\u0000y","n":1}',
      '{"a\\u0000":"x\\u0001y","n":1.0}',
      '{"s":"\\ud800","n":-0.5e1}',
      '{"s":"\\ud801","n":null}',
      '{"__proto__":"p","o":{"n":1},"n":true}',
      '{ "n" : "1" }',
    ];
    const logs = fields.map((text, at) => ({ log: "l\0", at, fields: text }));
    await storage.write(key, batch(1, "one", { logs }));
    const found = async (where: Record<string, string | number | boolean | null>) => {
      const { rows } = await storage.readLog(key, "l\0", { where, limit: 9 });
      return rows.map((row) => row.fields);
    };
    expect(await found({})).toEqual(fields);
    expect(await found({ "a\0": "x\0y" })).toEqual([fields[0]]);
    expect(await found({ n: 1 })).toEqual([fields[0], fields[1]]);
    expect(await found({ s: "\ud800" })).toEqual([fields[2]]);
    expect(await found({ n: -5 })).toEqual([fields[2]]);
    expect(await found({ n: null })).toEqual([fields[3]]);
    expect(await found({ n: true, ["__proto__"]: "p" })).toEqual([fields[4]]);
    expect(await found({ o: "x" })).toEqual([]);
    expect(await found({ n: "1" })).toEqual([fields[5]]);
  });

  test("ten megabytes come back, and more objects than one answer holds", async () => {
    const key = await made(storage, "large");
    const objects = Array.from({ length: 4 }, (_, i) => ({
      hash: hashOf(`large ${i}`),
      bytes: new Uint8Array(randomBytes(10 * 1024 * 1024)),
    }));
    for (const [i, large] of objects.entries()) {
      const entry = { seq: i + 1, hash: large.hash, bytes: large.bytes };
      await storage.write(key, { ...batch(i + 1), entry, objects: [large] });
    }
    const read = await storage.readObjects(
      key,
      objects.map(({ hash }) => hash),
    );
    const same = (a: Uint8Array | null | undefined, b: Uint8Array | undefined) =>
      a instanceof Uint8Array && b !== undefined && Buffer.compare(a, b) === 0;
    expect(objects.every(({ bytes }, i) => same(read[i], bytes))).toBe(true);
    const entries = await storage.readJournal(key, { after: 0, limit: 10 });
    expect(objects.every(({ bytes }, i) => same(entries[i]?.bytes, bytes))).toBe(true);
    const small = postgres(pool, { maxObjectBytes: 10 });
    const refused = small.write(key, batch(5, "more than ten bytes"));
    await expect(refused).rejects.toMatchObject({ code: "TooLarge", details: { limit: 10 } });
  }, 60_000);

  test("opens a URL with what is installed, and closes it", async () => {
    const own = postgres(server.url());
    const key = await made(own, "by URL");
    expect(await storage.findRepository(key)).toBe(key.incarnation);
    await own.close();
    await own.close();
    await expect(own.findRepository(key)).rejects.toMatchObject({ code: "Closed" });
    const lent = postgres(pool);
    await lent.findRepository(key);
    await lent.close();
    expect(await storage.findRepository(key)).toBe(key.incarnation);
  });

  test("a server that is not there is Unavailable", async () => {
    const nowhere = postgres("postgres://postgres@127.0.0.1:1/postgres");
    const found = nowhere.findRepository({ workspace: "w", id: "r" });
    await expect(found).rejects.toMatchObject({ code: "Unavailable", retryable: true });
    await nowhere.close();
  });

  test("works where every statement gets another connection", async () => {
    const one = () => poolOf({ connectionString: server.url(), max: 1 });
    const pools = [one(), one(), one()];
    let next = 0;
    const scattered = postgres({
      driver: {
        query: async (text, params) =>
          (await (pools[next++ % pools.length] as pg.Pool).query(text, [...params])).rows,
      },
    });
    try {
      const key = await made(scattered, "scattered");
      expect(await append(scattered, key, ["one", "two", "three", "four"])).toBe(4);
      expect(await scattered.readJournal(key, { after: 0, limit: 9 })).toHaveLength(4);
    } finally {
      await Promise.all(pools.map((own) => own.end()));
    }
  });

  if (noPooler) console.warn(`left out: transaction pooler: ${noPooler}`);
  test.skipIf(noPooler)(
    "works behind a transaction pooler, with pg and with postgres.js",
    async () => {
      const pooler = await startPgBouncer(server.port);
      const url = server.url({ port: pooler.port });
      const own = poolOf({ connectionString: url, max: 8 });
      const sql = postgresJs(url, { max: 8, prepare: false });
      try {
        const key = await made(postgres(own), "pooled");
        await Promise.all([
          ...[1, 2, 3, 4].map((i) => append(postgres(own), key, [`${i} a`, `${i} b`])),
          ...[5, 6, 7, 8].map((i) => append(postgres(sql), key, [`${i} a`, `${i} b`])),
        ]);
        expect(await storage.readJournal(key, { after: 0, limit: 99 })).toHaveLength(16);
      } finally {
        await own.end();
        await sql.end();
        await pooler.stop();
      }
    },
  );
});
