// What people read on a screen, as applications ask for it.
import { expect, test } from "vitest";
import { failure, NOW, open } from "../repository/support.js";

test("a page has entries in reading order, with their payloads and siblings, and a cursor", async () => {
  const chat = await open();
  await chat.user("one", { id: "u1" });
  await chat.assistant("first", { id: "a1", generation: { status: "complete" }, turn: "t" });
  await chat.regenerate("a1");
  await chat.assistant("again", { id: "b1" });
  const { entries, cursor } = await chat.transcript({ limit: 1 });
  expect(entries).toEqual([
    {
      id: "b1",
      hash: chat.head,
      contentType: "message",
      payload: {
        contentType: "message",
        role: "assistant",
        parts: [{ type: "text", text: "again" }],
      },
      role: "assistant",
      createdAt: NOW,
      tokenCount: 0,
      priority: "normal",
      siblings: { ids: ["a1", "b1"], index: 1 },
    },
  ]);
  expect(cursor).toBe("b1");
  const older = await chat.transcript({ before: cursor });
  expect(older.entries.map(({ id }) => id)).toEqual(["u1"]);
  expect(older.cursor).toBeUndefined();
  await chat.selectSibling("a1");
  expect((await chat.transcript()).entries[1]).toMatchObject({
    id: "a1",
    status: "complete",
    turn: "t",
    siblings: { ids: ["a1", "b1"], index: 0 },
  });
});

test("a payload comes back as it is, whatever its members are called", async () => {
  const chat = await open();
  const payload = JSON.parse(
    '{"contentType":"freeform","payload":{"__proto__":{"a":1},"constructor":2}}',
  );
  await chat.commit(payload);
  const [entry] = (await chat.transcript()).entries;
  expect(JSON.stringify(entry?.payload)).toBe(JSON.stringify({ ...payload }));
});

test("what cannot be is refused", async () => {
  const chat = await open();
  await chat.user("one");
  for (const options of [{ limit: -1 }, { limit: 1.5 }, { before: 7 }, { wrong: 1 }]) {
    expect(await failure(chat.transcript(options as never))).toMatchObject({ code: "Validation" });
  }
  expect(await failure(chat.transcript({ before: "nobody" }))).toMatchObject({
    code: "EditTarget",
  });
  expect(await failure(chat.transcript({ branch: "nowhere" }))).toMatchObject({
    code: "CommitNotFound",
  });
  expect(await failure(chat.children("nobody"))).toMatchObject({ code: "CommitNotFound" });
});

test("children are the commits that go on from one", async () => {
  const chat = await open();
  await chat.user("one", { id: "u1" });
  const first = await chat.assistant("first");
  await chat.regenerate(first.id);
  const second = await chat.assistant("second");
  expect((await chat.children("u1")).map(({ hash }) => hash)).toEqual([first.hash, second.hash]);
});
