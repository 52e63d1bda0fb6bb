// Whatever goes wrong with a call to the store: the tables that people query say what the journal says.
import { storageError } from "varve";
import { type Fault, faultyAdapter } from "varve/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type NodeDatabase, sqlite } from "../../../../js/src/storage/sqlite.js";
import { furnish, goOn, OPERATIONS, type Operation, varveOn } from "../operations/index.js";

const { DatabaseSync } = process.getBuiltinModule("node:sqlite" as never) as unknown as {
  DatabaseSync: new (path: string) => NodeDatabase;
};

// A store that does not answer is asked again after a pause: here after a hundredth of it.
beforeAll(() => {
  const { setTimeout } = globalThis;
  vi.stubGlobal("setTimeout", (run: () => void, pause = 0) => setTimeout(run, pause / 100));
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const FAULTS: Readonly<Record<string, Fault>> = {
  "is not answered": { kind: "fail" },
  "loses its answer": { kind: "loseAnswer" },
  "happens twice": { kind: "repeat" },
  "ends, nobody knows how": {
    kind: "loseAnswer",
    error: storageError("OutcomeUnknown", "the connection broke"),
  },
};

const VIEWS = {
  repositories: "SELECT workspace, id, default_branch, policy_config FROM varve_repositories",
  commits: "SELECT * FROM varve_commit_view",
  refs: "SELECT * FROM varve_ref_view",
  annotations: "SELECT * FROM varve_annotation_view",
  blobs: "SELECT * FROM varve_blob_view",
};

type View = keyof typeof VIEWS;
type Rows = Readonly<Record<View, readonly string[]>>;

/** A repository in SQLite, ready for the operation. */
async function arranged({ id = "chat", arrange }: Operation) {
  const database = new DatabaseSync(":memory:");
  const inner = sqlite(database);
  await furnish(inner);
  const storage = faultyAdapter(inner);
  const varve = varveOn(storage, 2);
  const chat = await varve.open(id);
  const given = await arrange?.(chat, varve);
  storage.setFaults();
  const rowsOf = (sql: string) =>
    (database.prepare(sql) as { all(): object[] }).all().map((row) => JSON.stringify(row));
  /** What people see. */
  const rows = () =>
    Object.fromEntries(
      Object.entries(VIEWS).map(([name, sql]) => [name, rowsOf(sql).sort()]),
    ) as unknown as Rows;
  const branches = async () => (await varveOn(inner, 3).open(id)).branches();
  /** What they see once all of it was made from the journal. */
  const made = async () => {
    await varveOn(inner, 3).reproject();
    return rows();
  };
  return { chat, varve, given, storage, rows, made, branches, close: () => database.close() };
}

type Arranged = Awaited<ReturnType<typeof arranged>>;

const run = (operation: Operation, { chat, given, varve }: Arranged) =>
  operation.run(chat, given, varve);

/** The calls that an operation makes, and which views it changes. */
async function clean(operation: Operation) {
  const there = await arranged(operation);
  const before = there.rows();
  await run(operation, there);
  const calls = [...there.storage.calls];
  const after = there.rows();
  expect(await there.made()).toEqual(after);
  there.close();
  const changed = (Object.keys(VIEWS) as View[]).filter(
    (name) => before[name].join() !== after[name].join(),
  );
  return { changed, calls };
}

const changed = new Set<View>();

for (const operation of OPERATIONS) {
  describe(operation.name, async () => {
    const { changed: views, calls } = await clean(operation);
    for (const view of views) changed.add(view);

    for (const [what, fault] of Object.entries(FAULTS)) {
      for (const [index, call] of calls.entries()) {
        const nth = index + 1;
        test(`when call ${nth}, ${call}, ${what}`, async () => {
          const there = await arranged(operation);
          there.storage.setFaults({ ...fault, nth });
          await run(operation, there).catch(() => {});
          there.storage.setFaults();
          const rows = there.rows();
          expect(await there.made()).toEqual(rows);
          // So is what comes behind it.
          await goOn(there.chat, await there.branches());
          const later = there.rows();
          expect(await there.made()).toEqual(later);
          there.close();
        });
      }
    }
  });
}

describe("reproject", async () => {
  const reproject: Operation = {
    name: "reproject",
    run: (_chat, _, varve) => varve.reproject("chat"),
  };
  const { changed, calls } = await clean(reproject);

  test("changes nothing, with calls to the store", () => {
    expect(changed).toEqual([]);
    expect(calls).toContain("reproject");
  });

  for (const [what, fault] of Object.entries(FAULTS)) {
    for (const [index, call] of calls.entries()) {
      test(`when call ${index + 1}, ${call}, ${what}`, async () => {
        const there = await arranged(reproject);
        const rows = there.rows();
        there.storage.setFaults({ ...fault, nth: index + 1 });
        const done = await run(reproject, there).then(
          () => true,
          () => false,
        );
        there.storage.setFaults();
        if (done) expect(there.rows()).toEqual(rows);
        await goOn(there.chat, await there.branches()); // meanwhile
        await run(reproject, there);
        const again = there.rows();
        expect(await there.made()).toEqual(again);
        expect(again.commits).toEqual(expect.arrayContaining([...rows.commits]));
        expect(again.commits).toHaveLength(rows.commits.length + 1);
        there.close();
      });
    }
  }
});

test("every view is changed by some operation", () => {
  expect([...changed].sort()).toEqual(Object.keys(VIEWS).sort());
});
