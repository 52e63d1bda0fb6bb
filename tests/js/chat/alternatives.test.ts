// Answers made anew, messages sent anew, alternatives: as applications call them.
import { expect, test } from "vitest";
import { failure, open, view } from "../repository/support.js";

const said = (text: string) =>
  ({ contentType: "message", role: "user", parts: [{ type: "text", text }] }) as const;

async function chat() {
  const chat = await open();
  await chat.user("one", { id: "u1" });
  await chat.assistant("first", { id: "a1" });
  await chat.user("two", { id: "u2" });
  await chat.assistant("second", { id: "a2" });
  return chat;
}

test("an answer is made anew, and the old one is selected again", async () => {
  const repo = await chat();
  const before = repo.head;
  const { branch, replyTo, head } = await repo.regenerate("a2");
  expect(replyTo).toBe("u2");
  expect(head).toBe(repo.head);
  expect(await view(repo)).toEqual(["one", "first", "two"]);
  expect(await view(await repo.at(branch as string))).toEqual(["one", "first", "two", "second"]);
  await repo.assistant("other", { id: "b2", replyTo: replyTo as string });

  expect(await repo.branches()).toMatchObject([{ name: "main" }]);
  expect(await repo.branches({ anonymous: true })).toMatchObject([
    { name: branch },
    { name: "main" },
  ]);

  expect((await repo.selectSibling("a2")).head).toBe(before);
  expect(await view(repo)).toEqual(["one", "first", "two", "second"]);
  await repo.undo();
  expect(await view(repo)).toEqual(["one", "first", "two", "other"]);
});

test("a message is sent anew as an entry of its own", async () => {
  const repo = await chat();
  const heard: unknown[] = [];
  repo.on("commit", (event) => heard.push(event.receipts[0]?.id));
  const sent = await repo.resend("u2", said("two, please"), { id: "u2b", metadata: { try: 2 } });
  expect(sent).toMatchObject({ id: "u2b", hash: repo.head, height: 3 });
  expect(sent.branch).toMatch(/^@\/[0-9a-f]{16}$/);
  expect(heard).toEqual(["u2b"]);
  expect((await repo.get("u2b"))?.metadata).toEqual({ try: 2 });
  expect(await view(repo)).toEqual(["one", "first", "two, please"]);
  const again = await repo.resend("u2", said("two, please"), { id: "u2b" });
  expect(again.hash).toBe(sent.hash);
});

test("what cannot be is refused with a reason", async () => {
  const repo = await chat();
  expect(await failure(repo.regenerate("nobody"))).toMatchObject({ code: "EditTarget" });
  expect(await failure(repo.selectSibling("nobody"))).toMatchObject({ code: "EditTarget" });
  expect(await failure(repo.resend("a1", said("x")))).toMatchObject({ code: "EditTarget" });
  expect(await failure(repo.branch("@/x"))).toMatchObject({ code: "RefName" });
  expect(await failure(repo.regenerate(7 as never))).toMatchObject({ code: "Validation" });
  expect(await failure(repo.resend("u1", said("x"), { wrong: 1 } as never))).toMatchObject({
    code: "Validation",
  });
  const stale = { expectedHead: "0".repeat(64) };
  expect(await failure(repo.regenerate("a2", stale))).toMatchObject({ code: "Conflict" });
  const past = await repo.at("a1");
  expect(await failure(past.regenerate("a1"))).toMatchObject({ code: "RefProtected" });
  expect(await view(repo)).toEqual(["one", "first", "two", "second"]);
});

test("the same operationId gives the first result", async () => {
  const repo = await chat();
  const first = await repo.regenerate("a2", { operationId: "r" });
  await repo.assistant("other");
  expect(await repo.regenerate("a2", { operationId: "r" })).toEqual(first);
  const sent = await repo.resend("u2", said("x"), { operationId: "s" });
  expect(await repo.resend("u2", said("x"), { operationId: "s" })).toEqual(sent);
});
