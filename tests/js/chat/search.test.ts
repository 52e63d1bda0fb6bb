// Looking for texts, and for the commits behind what a message says.
import { createVarve, type Repository } from "varve";
import { expect, test } from "vitest";
import { failure, open } from "../repository/support.js";

const said = (text: string) =>
  ({ contentType: "message", role: "user", parts: [{ type: "text", text }] }) as const;

const ids = ({ matches }: Awaited<ReturnType<Repository["search"]>>) =>
  matches.map(({ entry }) => entry.id);

async function chat() {
  const chat = await open();
  await chat.user("Where is order 4711?", { id: "u1" });
  await chat.toolCall("get_order", { id: 4711, note: "Straße/ß" }, { callId: "c", id: "c" });
  await chat.toolResult("c", { state: "LOST", type: "order" }, { id: "r" });
  await chat.assistant("It is lost. Lost!", { id: "a1" });
  return chat;
}

test("a text is found in messages, names of tools, arguments and results, the newest first", async () => {
  const repo = await chat();
  expect(await repo.search("lost")).toMatchObject({
    matches: [
      {
        entry: { id: "a1", role: "assistant" },
        found: [
          {
            pointer: "/parts/0/text",
            text: "It is lost. Lost!",
            ranges: [
              [6, 10],
              [12, 16],
            ],
          },
        ],
      },
      { entry: { id: "r" }, found: [{ pointer: "/parts/0/output/value/state" }] },
    ],
  });
  expect(ids(await repo.search("get_order"))).toEqual(["c"]);
  expect((await repo.search("straße/")).matches[0]?.found).toMatchObject([
    { pointer: "/payload/note", ranges: [[0, 7]] },
  ]);
  expect(ids(await repo.search("order"))).toEqual(["r", "c", "u1"]);
});

test("letters count as they are where that is asked for; an expression says so itself", async () => {
  const repo = await chat();
  expect(ids(await repo.search("LOST", { caseSensitive: true }))).toEqual(["r"]);
  const pattern = /[0-9]{4}/gy;
  pattern.lastIndex = 3;
  expect(ids(await repo.search(pattern))).toEqual(["u1"]);
  expect(pattern.lastIndex).toBe(3);
  expect(ids(await repo.search(/lost/))).toEqual(["a1"]);
  expect((await repo.search(/x*/)).matches).toEqual([]); // nothing is no find
});

test("signs that mean something in expressions, in JSON pointers and in objects are only text", async () => {
  const repo = await open();
  const payload = JSON.parse('{"a/b~c":{"__proto__":"(.*)?[x] \\\\ $&"}}');
  await repo.commit({ contentType: "freeform", payload }, { id: "f" });
  for (const text of ["(.*)?[x]", "\\", "$&"]) {
    const { matches } = await repo.search(text);
    expect(matches[0]?.found[0]?.pointer).toBe("/payload/a~1b~0c/__proto__");
  }
  expect((await repo.search("a/b")).matches).toEqual([]); // names of members are not searched
  expect((await repo.search("freeform")).matches).toEqual([]);
});

test("edits count as they read now, deleted entries are not found, branches are told apart", async () => {
  const repo = await chat();
  await repo.edit("a1", said("It was found."));
  await repo.delete("r");
  expect(ids(await repo.search("lost"))).toEqual([]);
  expect(ids(await repo.search("found"))).toEqual(["a1"]);
  await repo.branch("side", { from: "HEAD~2" });
  expect(ids(await repo.search("lost", { branch: "side" }))).toEqual(["a1", "r"]);
});

test("pages go on where the last one ended, over more entries than are read at once", async () => {
  const repo = await open();
  await repo.batch(async (tx) => {
    for (let n = 0; n < 450; n++)
      await tx.user(n % 50 === 0 ? `needle ${n}` : "hay", { id: `e${n}` });
  });
  const found: string[][] = [];
  let before: string | undefined;
  do {
    const page = await repo.search("needle", { limit: 4, before });
    found.push(ids(page));
    before = page.cursor;
  } while (before !== undefined);
  expect(found).toEqual([
    ["e400", "e350", "e300", "e250"],
    ["e200", "e150", "e100", "e50"],
    ["e0"],
  ]);
});

test("what makes no sense is refused, an empty repository has nothing, a signal ends it", async () => {
  const repo = await open();
  expect(await repo.search("x")).toEqual({ matches: [] });
  for (const text of ["", 5, null, undefined]) {
    expect(await failure(repo.search(text as string))).toMatchObject({ code: "Validation" });
  }
  for (const limit of [0, -1, Number.NaN]) {
    expect(await failure(repo.search("x", { limit }))).toMatchObject({
      details: { pointer: "/limit" },
    });
  }
  expect(await failure(repo.search("x", { branch: "nowhere" }))).toMatchObject({
    code: "CommitNotFound",
  });
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(repo.search("x", { signal })).rejects.toThrow("enough");
});

test("blame names the commits behind an entry, and who made them", async () => {
  const repo = await open();
  await repo.user("one", { id: "u", author: { kind: "user", name: "ann" } });
  await repo.user("other", { id: "o" });
  const edit = await repo.edit("u", said("two"), { author: { kind: "agent", name: "bot" } });
  const { hash } = await repo.edit("u", said("three"));
  const back = await repo.revert(hash);
  const forth = await repo.revert(back.hash);
  await repo.revert(forth.hash);
  const [blamed] = await repo.blame("u");
  expect(blamed).toMatchObject({
    id: "u",
    says: { hash: edit.hash, author: { kind: "agent", name: "bot" } },
    commits: [
      { operation: { kind: "append" }, author: { name: "ann" } },
      { operation: { kind: "edit" }, hash: edit.hash },
      { operation: { kind: "edit" }, hash },
      { operation: { kind: "revert", target: hash } },
      { operation: { kind: "revert" } },
      { operation: { kind: "revert" } },
    ],
  });
  expect(blamed).not.toHaveProperty("of");
});

test("blame of a message has each of its entries, in order", async () => {
  const repo = await chat();
  const { messages } = await repo.compile();
  for (const message of messages) {
    const blames = await repo.blame(message);
    expect(blames.map(({ id }) => id)).toEqual(message.entries);
    expect(blames.map(({ says }) => says?.hash)).toEqual(message.commits);
  }
});

test("blame of what is not on the branch names no commit", async () => {
  const varve = createVarve();
  const repo = await varve.open("chat");
  expect(await repo.blame("nobody")).toEqual([{ id: "nobody", commits: [] }]);
  await repo.user("one", { id: "u" });
  await repo.branch("side");
  const side = await repo.at("side");
  await side.user("two", { id: "s" });
  expect(await repo.blame("s")).toEqual([{ id: "s", commits: [] }]);
  expect(await side.blame("s")).toMatchObject([{ id: "s", commits: [{ id: "s" }] }]);
});
