// What a compaction leaves in the tables that people query, and what undoing it leaves there.
import { join } from "node:path";
import { createVarve } from "varve";
import { expect, test } from "vitest";
import { type NodeDatabase, sqlite } from "../../../../js/src/storage/sqlite.js";
import { temporaryFolder } from "./support.js";

const { DatabaseSync } = process.getBuiltinModule("node:sqlite" as never) as unknown as {
  DatabaseSync: new (path: string) => NodeDatabase;
};

const NOW = Date.UTC(2025, 9, 14);

test("the tables tell when an entry was compacted, into what, and at which height", async () => {
  const folder = temporaryFolder();
  const database = new DatabaseSync(join(folder.path, "store.db"));
  const rows = () => {
    const sql = `SELECT entry, operation, compacted_at AS at, compacted_into AS summary, compacted_into_version AS version
      FROM varve_commit_view ORDER BY number`;
    return (database.prepare(sql) as { all(): object[] }).all().map((row) => ({ ...row }));
  };
  const storage = sqlite(database);
  const varve = createVarve({ storage, counter: null, clock: () => NOW });
  const chat = await varve.open("chat");
  await chat.user("one", { id: "u1" });
  await chat.assistant("two", { id: "a1" });
  await chat.user("three", { id: "u2" });
  const { operation, summaries } = await chat.compress({ content: "In short." });
  const [made] = summaries;
  const live = { at: null, summary: null, version: null };
  const gone = { at: NOW, summary: made?.id, version: 4 };
  const appended = (entry: string, standing: object) => ({
    entry,
    operation: "append",
    ...standing,
  });
  const summary = { entry: made?.id, operation: "compact", ...live };
  expect(rows()).toEqual([
    appended("u1", gone),
    appended("a1", gone),
    appended("u2", live),
    summary,
  ]);
  expect(await chat.get("u1")).toMatchObject({
    compactedAt: NOW,
    compactedInto: made?.id,
    compactedIntoVersion: 4,
  });

  const again = await chat.compress({ ids: ["u1"], plan: true }).catch((error) => error.code);
  expect(again).toBe("EditTarget");
  await chat.user("four", { id: "u3" });
  const second = (await chat.compress({ content: "Shorter." })).summaries[0];
  expect(second?.entries).toEqual([made?.id, "u2"]);
  const into = (entry: string | undefined) =>
    rows().filter((row) => (row as { summary: unknown }).summary === entry).length;
  expect([into(made?.id), into(second?.id)]).toEqual([2, 2]);
  await chat.revert(second?.id ?? "");
  expect([into(made?.id), into(second?.id)]).toEqual([2, 0]);
  await chat.undo(operation);
  expect(rows().every((row) => (row as { at: unknown }).at === null)).toBe(true);
  await varve.reproject();
  expect(rows().every((row) => (row as { at: unknown }).at === null)).toBe(true);
  await storage.close();
  folder.remove();
});

test("summaries that wait are there after a restart, and of two connections one approves them", async () => {
  const folder = temporaryFolder();
  const path = join(folder.path, "store.db");
  const open = async () => {
    const storage = sqlite(path, { driver: "node:sqlite" });
    return { storage, chat: await createVarve({ storage, counter: null }).open("chat") };
  };
  const first = await open();
  await first.chat.user("one", { id: "u1" });
  await first.chat.user("two", { id: "u2" });
  const waiting = await first.chat.compress({ content: "In short.", autoCommit: false });
  await first.storage.close();
  const connections = await Promise.all([open(), open()]);
  const found = await Promise.all(connections.map(({ chat }) => chat.pending()));
  expect(found.map(([each]) => each?.id)).toEqual([waiting?.id, waiting?.id]);
  const settled = await Promise.allSettled(found.map(([each]) => each?.approve()));
  expect(settled.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const lost = settled.find((each) => each.status === "rejected");
  expect(["StaleProposal", "Conflict"]).toContain(lost?.reason.code);
  const { chat, storage } = await open();
  expect((await chat.compile()).messages).toHaveLength(1);
  expect(await chat.pending()).toEqual([]);
  for (const each of [...connections, { storage }]) await each.storage.close();
  folder.remove();
});
