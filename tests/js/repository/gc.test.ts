// Freeing space, through the package.
import { expect, test } from "vitest";
import { failure, open, view } from "./support.js";

const DAY = 86_400_000;

async function abandoned() {
  const chat = await open();
  await chat.user("stays", { id: "a" });
  await chat.branch("side");
  const side = await chat.at("side");
  const { hash } = await side.user("goes", { id: "b" });
  await chat.deleteBranch("side", { force: true });
  return { chat, hash };
}

test("what nothing leads to is freed after 14 days, and told before where it is asked", async () => {
  const { chat, hash } = await abandoned();
  expect(await chat.gc()).toEqual({ objects: 0, bytes: 0, commits: 0 });
  chat.clock.now += 15 * DAY;
  const dry = await chat.gc({ dryRun: true });
  expect(dry).toEqual({ objects: 1, bytes: expect.any(Number), commits: 1 });
  const freed = await chat.gc({ author: { kind: "system" } });
  expect(freed).toEqual({ ...dry, operation: expect.any(String) });
  expect((await chat.operations({ limit: 1 }))[0]).toMatchObject({
    id: freed.operation,
    kind: "gc",
    author: { kind: "system" },
  });
  const gone = await failure(chat.get(hash));
  expect(gone.code).toBe("ContentGone");
  expect(gone.details).toMatchObject({ reason: "freed" });
  expect((await failure(chat.compile({ asOf: hash }))).code).toBe("ContentGone");
  expect((await failure(chat.branch("back", { from: hash }))).code).toBe("ContentGone");
  expect((await failure(chat.undo(freed.operation))).code).toBe("NotUndoable");
  expect((await chat.history({ from: hash })).commits[0]).toMatchObject({ hash, freed: true });
  expect(await chat.verify()).toMatchObject({ ok: true, objects: 1, unreferenced: 0 });
});

test("olderThan is a Date or a time", async () => {
  const { chat } = await abandoned();
  chat.clock.now += 10;
  expect(await chat.gc({ olderThan: chat.clock.now - 10 })).toMatchObject({ objects: 0 });
  expect(await chat.gc({ olderThan: new Date(chat.clock.now) })).toMatchObject({ objects: 1 });
  expect((await failure(chat.gc({ olderThan: "yesterday" as never }))).code).toBe("Validation");
  expect((await failure(chat.gc({ olderThen: 1 } as never))).code).toBe("Validation");
  await expect(chat.gc({ signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
});

test("a handle that stands on a commit keeps it, and committed again it is there again", async () => {
  const { chat, hash } = await abandoned();
  chat.clock.now += 10;
  const detached = await chat.at(hash);
  expect(await chat.gc({ olderThan: chat.clock.now })).toMatchObject({ objects: 0 });
  expect(await view(detached)).toEqual(["stays", "goes"]);
  await chat.user("goes", { id: "again" });
  expect(await view(chat)).toEqual(["stays", "goes"]);
});
