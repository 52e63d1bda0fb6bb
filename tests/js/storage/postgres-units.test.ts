// The PostgreSQL adapter without a server: names, statements, drivers by their shape, errors.
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fromBase64, toBase64 } from "../../../js/src/storage/postgres/bytes.js";
import { decodeText, encodeText, successor } from "../../../js/src/storage/postgres/names.js";
import { fold } from "../../../js/src/storage/postgres/projections.js";
import { arrayLiteral, bind, render, sql } from "../../../js/src/storage/postgres/sql.js";
import { type PostgresDriver, postgres, postgresSchema } from "../../../js/src/storage/postgres.js";
import { batch, commit, projection } from "./postgres-support.js";

const bytes = (text: string) => Buffer.from(text);
const name = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\0", "\u0001", "\u0002", "a"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

describe("names", () => {
  test("come back, without what text refuses", () => {
    const any = fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    });
    fc.assert(
      fc.property(fc.oneof(name, any), (text) => {
        const encoded = encodeText(text);
        expect(decodeText(encoded)).toBe(text);
        expect(encoded).not.toContain("\0");
        expect(encoded).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });

  test("keep their order by bytes, and what they begin with", () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const order = Buffer.compare(bytes(encodeText(a)), bytes(encodeText(b)));
        expect(order).toBe(Buffer.compare(bytes(a), bytes(b)));
        expect(encodeText(a).startsWith(encodeText(b))).toBe(a.startsWith(b));
      }),
    );
  });

  test("end before the successor of what they begin with, and not later", () => {
    fc.assert(
      fc.property(name, name, (prefix, other) => {
        const end = successor(prefix);
        const isBefore = (text: string) =>
          end === undefined || Buffer.compare(bytes(text), bytes(end)) < 0;
        expect(isBefore(prefix + other)).toBe(true);
        const isBehind = Buffer.compare(bytes(other), bytes(prefix)) >= 0;
        expect(isBehind && isBefore(other)).toBe(other.startsWith(prefix));
      }),
    );
    expect(successor("\uD7FF")).toBe("\uE000");
    expect(successor("a\u{10FFFF}")).toBe("b");
    expect(successor("\u{10FFFF}")).toBeUndefined();
  });
});

describe("bytes are base64, and come back from base64 in lines", () => {
  afterEach(() => vi.unstubAllGlobals());
  const all = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256);
  const inLines = (text: string) => text.replace(/.{76}/g, "$&\n");

  test.each(["with a Buffer", "without a Buffer"])("%s", (how) => {
    const expected = Buffer.from(all).toString("base64");
    if (how === "without a Buffer") vi.stubGlobal("Buffer", undefined);
    expect(toBase64(all)).toBe(expected);
    expect(toBase64(all.subarray(3, 3))).toBe("");
    const back = fromBase64(inLines(expected));
    expect(back.constructor).toBe(Uint8Array);
    expect(back.length === all.length && back.every((byte, i) => byte === all[i])).toBe(true);
  });
});

describe("statements", () => {
  test("bind a value once, however often it is used, and never write it", () => {
    const value = bind("'; DROP TABLE x");
    const statement = render(sql`SELECT ${value}, ${bind("b")}, ${value}`, (n) => `$${n}`);
    expect(statement).toEqual({ text: "SELECT $1, $2, $1", params: ["'; DROP TABLE x", "b"] });
  });

  test("array literals quote what is special", () => {
    expect(arrayLiteral(['a"b', "c\\d", null, "", "NULL", "{,}"])).toBe(
      '{"a\\"b","c\\\\d",NULL,"","NULL","{,}"}',
    );
  });

  test("refuse names of schemas that are none", () => {
    for (const schema of ["", 'a"b', "a b", "1a", "pg_x", "a;b", "x".repeat(64)]) {
      expect(() => postgres("postgres://x", { schema })).toThrow(TypeError);
      expect(() => postgresSchema({ schema })).toThrow(TypeError);
    }
  });
});

test("projections fold to their last rows", () => {
  const mark = { number: 0, at: 5, into: "e", version: 3 };
  const folded = fold([
    projection(1, { commits: [commit(0)], defaultBranch: "a" }),
    projection(2, { compacted: [mark], refs: [{ kind: "tag", name: "t", commit: null }] }),
    projection(3, { defaultBranch: "b" }),
  ]);
  expect(folded.defaultBranch).toEqual({ seq: 3, name: "b" });
  expect(folded.compacted.get(0)).toEqual({ seq: 2, compaction: mark });
  expect(folded.commits.get(0)?.seq).toBe(1);
});

/** A driver whose tables are up to date, and that answers statements with `answer`. */
function fake(answer: (call: number) => unknown): PostgresDriver & { calls(): number } {
  let calls = 0;
  return {
    calls: () => calls,
    async query(text) {
      if (text.includes("schema_versions"))
        return [{ version: "2", active: "false", forced: "false" }];
      const rows = answer(++calls);
      if (rows instanceof Error) throw rows;
      return rows as [];
    },
  };
}
const failure = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });
const key = { workspace: "w", id: "r", incarnation: "0123456789abcdef" };

describe("errors", () => {
  test.each(["40001", "40P01"])("%s is tried again until it goes well", async (code) => {
    const driver = fake((call) => (call < 4 ? failure(code) : [{ outcome: "stored" }]));
    expect(await postgres({ driver }).write(key, batch(1))).toEqual({});
    expect(driver.calls()).toBe(4);
  });

  test("serialization failures without end are Unavailable", async () => {
    const driver = fake(() => failure("40001"));
    const written = postgres({ driver }).write(key, batch(1));
    await expect(written).rejects.toMatchObject({ code: "Unavailable" });
    expect(driver.calls()).toBe(10);
  });

  test.each([
    ["53100", "Quota"],
    ["54000", "TooLarge"],
    ["42P01", "Blocked"],
    ["42501", "Blocked"],
    ["XX001", "Corrupt"],
    ["25006", "Blocked"],
    ["3D000", "Blocked"],
    ["28P01", "Blocked"],
    ["55P03", "Blocked"],
    ["57014", "Blocked"],
    ["57P01", "Unavailable"],
    ["08006", "Unavailable"],
    ["53300", "Unavailable"],
    ["ECONNRESET", "Unavailable"],
  ])("%s is %s, and is not tried again", async (code, expected) => {
    const cause = failure(code);
    const driver = fake(() => cause);
    const written = postgres({ driver }).write(key, batch(1));
    await expect(written).rejects.toMatchObject({ code: expected, cause });
    expect(driver.calls()).toBe(1);
  });

  test("an entry before that was committed only just now is waited for", async () => {
    const entry = { seq: "1", hash: "aa", bytes: "" };
    const none = { seq: null, hash: null, bytes: null };
    const answers = [[{ outcome: "refused" }], [none], [entry], [{ outcome: "stored" }]];
    const driver = fake((call) => answers[call - 1]);
    expect(await postgres({ driver }).write(key, batch(2))).toEqual({});
    expect(driver.calls()).toBe(4);
  });

  test("a gap in what the server gives is Corrupt", async () => {
    const rows = [1, 3].map((seq) => ({ seq: String(seq), hash: "aa", bytes: "" }));
    const read = postgres({ driver: fake(() => rows) }).readJournal(key, { after: 0, limit: 2 });
    await expect(read).rejects.toMatchObject({ code: "Corrupt" });
  });

  test.each(["", "[]", "{}", '["id",0]', '["updatedAt",0,"x"]'])(
    "cursor %j is refused",
    async (cursor) => {
      const driver = fake(() => []);
      const storage = postgres({ driver });
      const listed = storage.listRepositories("w", { cursor, limit: 1 });
      await expect(listed).rejects.toMatchObject({ code: "Corrupt" });
      const read = storage.readLog(key, "l", { cursor, limit: 1 });
      await expect(read).rejects.toMatchObject({ code: "Corrupt" });
      expect(driver.calls()).toBe(0);
    },
  );
});

describe("the life of a store", () => {
  test("nothing is asked of the driver before the first call", async () => {
    let asked = 0;
    const storage = postgres({
      driver: {
        query: async () => {
          asked++;
          return [];
        },
      },
    });
    await storage.close();
    expect(asked).toBe(0);
  });

  test("a failure to open is forgotten", async () => {
    let calls = 0;
    const driver: PostgresDriver = {
      async query(text) {
        if (++calls === 1) throw failure("08006");
        if (text.includes("schema_versions"))
          return [{ version: "2", active: "false", forced: "false" }];
        return [{ incarnation: "aa" }];
      },
    };
    const storage = postgres({ driver });
    await expect(storage.findRepository(key)).rejects.toMatchObject({ code: "Unavailable" });
    expect(await storage.findRepository(key)).toBe("aa");
  });

  test("an aborted call does nothing, or stops waiting", async () => {
    const reason = new Error("enough");
    const before = fake(() => []);
    const options = { signal: AbortSignal.abort(reason) };
    await expect(postgres({ driver: before }).findRepository(key, options)).rejects.toBe(reason);
    expect(before.calls()).toBe(0);
    const never = fake(() => new Promise(() => {}));
    const controller = new AbortController();
    const storage = postgres({ driver: never });
    const waiting = storage.findRepository(key, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(waiting).rejects.toBe(reason);
  });

  test("a write that was sent is waited for, whatever the signal says", async () => {
    let answer: (rows: unknown) => void = () => {};
    const sent = new Promise((resolve) => {
      answer = resolve;
    });
    const controller = new AbortController();
    const driver = fake(() => sent);
    const options = { signal: controller.signal };
    const writing = Promise.resolve(postgres({ driver }).write(key, batch(1), options));
    await expect.poll(() => driver.calls(), { timeout: 10_000 }).toBe(1);
    controller.abort(new Error("enough"));
    const later = new Promise((resolve) => setTimeout(resolve, 10, "waits"));
    expect(await Promise.race([writing, later])).toBe("waits");
    answer([{ outcome: "stored" }]);
    expect(await writing).toEqual({});
  });

  test("a driver of one's own is not closed", async () => {
    let closed = false;
    const close = async () => {
      closed = true;
    };
    const storage = postgres({ driver: { ...fake(() => []), close } });
    await storage.findRepository(key);
    await storage.close();
    expect(closed).toBe(false);
    await expect(storage.findRepository(key)).rejects.toMatchObject({ code: "Closed" });
  });

  test("what is no connection is refused at once", () => {
    for (const given of [{}, null, 5, () => {}, { driver: {} }]) {
      expect(() => postgres(given as never)).toThrow(TypeError);
    }
  });
});
