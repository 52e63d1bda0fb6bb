// Erasing, through the package.
import { expect, test } from "vitest";
import { failure, open, text, view } from "./support.js";

const SECRET = "the number of my card is 4711 0815";

async function told() {
  const chat = await open();
  await chat.user("before", { id: "a" });
  await chat.user(SECRET, { id: "b" });
  await chat.assistant("after", { id: "c" });
  const hash = (await chat.get("b"))?.contentHash ?? "";
  return { chat, hash };
}

test("an erased payload leaves every compile, and its entry shows the mark", async () => {
  const { chat, hash } = await told();
  const report = await chat.erase(hash, "asked for");
  expect(report).toEqual({
    operation: expect.any(String),
    entries: ["b"],
    summaries: [],
    proposals: [],
  });
  const compiled = await chat.compile();
  expect(compiled.messages.map(text)).toEqual(["before", "after"]);
  expect(compiled.warnings).toEqual([{ kind: "erased", entries: ["b"] }]);
  const erased = { reason: "asked for", at: chat.clock.now };
  expect(await chat.get("b")).toMatchObject({ payload: null, erased, status: "live" });
  expect((await chat.history()).commits[1]).toMatchObject({ id: "b", erased });
  expect(await chat.status()).toMatchObject({ entries: 2, erased: 1 });
  expect(await chat.verify()).toMatchObject({ ok: true, objects: 2 });
});

test("messages that did not change are the same objects, and the application's own stay", async () => {
  const { chat, hash } = await told();
  const before = await chat.compile();
  const unread = await chat.compile({ maxTokens: 1000 });
  await chat.erase(hash, "asked for");
  const after = await chat.compile();
  expect(after.messages[0]).toBe(before.messages[0]);
  expect(after.messages[1]).toBe(before.messages[2]);
  expect(before.messages.map(text)).toContain(SECRET);
  expect(unread.messages).toHaveLength(3);
  expect(await view(chat)).toEqual(["before", "after"]);
});

test("it is not taken in again, and cannot be undone", async () => {
  const { chat, hash } = await told();
  const { operation } = await chat.erase(hash, "asked for");
  const refused = await failure(chat.user(SECRET));
  expect(refused.code).toBe("ErasedContent");
  expect(refused.details).toEqual({ hash, reason: "asked for" });
  const again = chat.batch(async (tx) => void (await tx.user(SECRET)));
  expect((await failure(again)).code).toBe("ErasedContent");
  expect(
    (
      await failure(
        chat.edit("a", {
          contentType: "message",
          role: "user",
          parts: [{ type: "text", text: SECRET }],
        }),
      )
    ).code,
  ).toBe("ErasedContent");
  expect((await failure(chat.undo())).code).toBe("NotUndoable");
  expect((await failure(chat.undo(operation))).code).toBe("NotUndoable");
  expect(await chat.erase(hash, "once more")).toEqual({
    entries: ["b"],
    summaries: [],
    proposals: [],
  });
});

test("those who listen are told", async () => {
  const { chat, hash } = await told();
  await chat.compile();
  const events: unknown[] = [];
  chat.on("erased", (event) => events.push(event));
  await chat.erase(hash, "asked for");
  expect(events).toEqual([{ type: "erased", hash, reason: "asked for" }]);
});

test("what is no hash, nobody's hash or no reason is refused", async () => {
  const { chat, hash } = await told();
  expect(await failure(chat.erase("abc", "x"))).toMatchObject({
    code: "Validation",
    details: { pointer: "/contentHash" },
  });
  expect(await failure(chat.erase(hash, ""))).toMatchObject({
    code: "Validation",
    details: { pointer: "/reason" },
  });
  expect((await failure(chat.erase("0".repeat(64), "x"))).code).toBe("CommitNotFound");
  expect((await failure(chat.erase(hash, 5 as never))).code).toBe("Validation");
});

test("a pending compression that shows it is stale, and what it showed is gone", async () => {
  const { chat, hash } = await told();
  await chat.user("and now?", { id: "d" });
  const content = `They said: ${SECRET}.`;
  const waiting = await chat.compress({ content, ids: ["b"], autoCommit: false });
  const other = await chat.compress({ content: "Before.", ids: ["a"], autoCommit: false });
  expect(waiting?.summaries[0]?.text).toBe(content);
  const report = await chat.erase(hash, "asked for");
  expect(report.proposals).toEqual([waiting?.id]);
  expect((await chat.pending()).map(({ id }) => id)).toEqual([other?.id]);
  expect((await failure(waiting?.approve() as Promise<unknown>)).code).toBe("StaleProposal");
  expect(await chat.verify()).toMatchObject({ ok: true, objects: 4, unreferenced: 0 });
});
