// Branches, tags, handles, going back.
import { describe, expect, test } from "vitest";
import { failure, open, view } from "./support.js";

describe("branches", () => {
  test("start at the head, or where they are told to", async () => {
    const chat = await open();
    const { hash } = await chat.user("one");
    await chat.user("two");
    await chat.branch("here");
    await chat.branch("there", { from: hash });
    expect(await chat.branches()).toEqual([
      { name: "here", head: chat.head, current: false, default: false },
      { name: "main", head: chat.head, current: true, default: true },
      { name: "there", head: hash, current: false, default: false },
    ]);
  });

  test("go their own ways", async () => {
    const chat = await open();
    await chat.user("one");
    await chat.branch("other");
    await chat.switchTo("other");
    await chat.user("two");
    expect(chat.currentBranch).toBe("other");
    expect(await view(chat)).toEqual(["one", "two"]);
    await chat.switchTo("main");
    expect(await view(chat)).toEqual(["one"]);
    await chat.switchTo("-");
    expect(chat.currentBranch).toBe("other");
  });

  test("are renamed with the handle on them", async () => {
    const chat = await open();
    await chat.user("one");
    await chat.renameBranch("main", "trunk");
    expect(chat.currentBranch).toBe("trunk");
    await chat.user("two");
    expect(await view(chat)).toEqual(["one", "two"]);
  });

  test("are deleted, unless something would be lost", async () => {
    const chat = await open();
    await chat.user("one");
    await chat.branch("merged");
    await chat.branch("ahead");
    const ahead = await chat.at("ahead");
    await ahead.user("two");
    await chat.deleteBranch("merged");
    expect((await failure(chat.deleteBranch("ahead"))).code).toBe("RefProtected");
    expect((await failure(chat.deleteBranch("main"))).code).toBe("RefProtected");
    await chat.deleteBranch("ahead", { force: true });
    expect((await chat.branches()).map(({ name }) => name)).toEqual(["main"]);
  });

  test.each<[string, string, object]>([
    ["a b", "RefName", { name: "a b" }],
    ["", "RefName", { name: "" }],
    ["x..y", "RefName", { name: "x..y" }],
    ["HEAD", "RefName", { name: "HEAD" }],
    ["main", "RefExists", { kind: "branch", name: "main" }],
  ])("cannot be called %j", async (name, code, details) => {
    const chat = await open();
    await chat.user("one");
    expect(await failure(chat.branch(name))).toMatchObject({ code, details });
  });

  test("that are not there are named in the error", async () => {
    const chat = await open();
    await chat.user("one");
    const missing = { code: "RefNotFound", details: { kind: "branch", name: "nope" } };
    expect(await failure(chat.switchTo("nope"))).toMatchObject(missing);
    expect(await failure(chat.deleteBranch("nope"))).toMatchObject(missing);
    expect((await failure(chat.branch("x", { from: "nope" }))).code).toBe("CommitNotFound");
  });
});

describe("handles", () => {
  test("have each their own place", async () => {
    const chat = await open();
    await chat.user("one");
    await chat.branch("other");
    const other = await chat.at("other");
    await other.user("two");
    expect(chat.currentBranch).toBe("main");
    expect(other.currentBranch).toBe("other");
    expect(await view(chat)).toEqual(["one"]);
    expect(await view(other)).toEqual(["one", "two"]);
  });

  test("on one branch see each other's commits", async () => {
    const chat = await open();
    const twin = await chat.at("main");
    await chat.user("one");
    await twin.user("two");
    expect(await view(chat)).toEqual(["one", "two"]);
    expect(chat.head).toBe(twin.head);
  });

  test("at a commit only read", async () => {
    const chat = await open();
    const { hash } = await chat.user("one");
    await chat.user("two");
    const past = await chat.at(hash);
    expect(past.currentBranch).toBeUndefined();
    expect(past.head).toBe(hash);
    expect(await view(past)).toEqual(["one"]);
    expect((await failure(past.user("three"))).code).toBe("RefProtected");
    expect((await failure(past.batch((tx) => tx.user("three")))).code).toBe("RefProtected");
  });

  test("at nothing are an error", async () => {
    const chat = await open();
    await chat.user("one");
    expect(await failure(chat.at("nope"))).toMatchObject({
      code: "CommitNotFound",
      details: { ref: "nope" },
    });
    expect((await failure(chat.at(5 as never))).code).toBe("Validation");
  });
});

describe("references", () => {
  test("are hashes, prefixes, branches, tags, entry ids, HEAD and what lies before it", async () => {
    const chat = await open();
    const first = await chat.user("one", { id: "a" });
    const { hash } = await chat.user("two", { id: "b" });
    await chat.tag("v1", { at: first.hash });
    for (const ref of [first.hash, first.hash.slice(0, 12), "v1", "a", "HEAD~1", "main~1"]) {
      expect(await chat.resolve(ref), ref).toBe(first.hash);
    }
    for (const ref of ["HEAD", "main", "b"]) expect(await chat.resolve(ref)).toBe(hash);
    expect(await failure(chat.resolve("HEAD~2"))).toMatchObject({ code: "CommitNotFound" });
    expect(await chat.get("nope")).toBeNull();
  });
});

describe("tags", () => {
  test("name commits, and move only by force", async () => {
    const chat = await open();
    const first = await chat.user("one");
    await chat.tag("v1");
    await chat.user("two");
    expect(await failure(chat.tag("v1"))).toMatchObject({
      code: "RefExists",
      details: { kind: "tag", name: "v1" },
    });
    expect(await chat.tags()).toEqual([{ name: "v1", hash: first.hash }]);
    await chat.tag("v1", { force: true });
    expect(await chat.tags()).toEqual([{ name: "v1", hash: chat.head }]);
    await chat.untag("v1");
    expect(await chat.tags()).toEqual([]);
    expect(await failure(chat.untag("v1"))).toMatchObject({ code: "RefNotFound" });
  });
});

describe("going back", () => {
  test("reset moves the branch, ORIG_HEAD is where it was", async () => {
    const chat = await open();
    const { hash } = await chat.user("one");
    await chat.user("two");
    await chat.reset(hash);
    expect(await view(chat)).toEqual(["one"]);
    await chat.reset("ORIG_HEAD");
    expect(await view(chat)).toEqual(["one", "two"]);
  });

  test("undo takes back whatever was done last, redo does it again", async () => {
    const chat = await open();
    await chat.user("one", { id: "a" });
    const steps: [() => Promise<unknown>, () => Promise<unknown>][] = [
      [() => chat.user("two"), () => view(chat)],
      [
        () => chat.edit("a", { contentType: "dialogue", role: "user", text: "ONE" }),
        () => view(chat),
      ],
      [() => chat.skip("a"), () => view(chat)],
      [() => chat.annotate("a", "unset"), () => view(chat)],
      [() => chat.delete("a"), () => view(chat)],
      [() => chat.setNote("a", "x", 1), () => chat.notes("a")],
      [() => chat.tag("v1"), () => chat.tags()],
      [() => chat.branch("other"), () => chat.branches()],
      [() => chat.reset("HEAD~1"), () => view(chat)],
      [
        () =>
          chat.batch(async (tx) => {
            await tx.user("x");
            await tx.user("y");
          }),
        () => view(chat),
      ],
    ];
    for (const [step, look] of steps) {
      const before = await look();
      await step();
      const after = await look();
      expect(after, step.toString()).not.toEqual(before);
      const { undid } = await chat.undo();
      expect(await look(), `undo of ${step}`).toEqual(before);
      expect(await chat.redo()).toMatchObject({ operation: expect.any(String) });
      expect(await look(), `redo of ${step}`).toEqual(after);
      expect((await chat.operations({ limit: 3 })).some(({ id }) => id === undid)).toBe(true);
    }
  });

  test("there is nothing to undo at first, and nothing to redo after a change", async () => {
    const chat = await open();
    expect((await failure(chat.undo())).code).toBe("NothingToUndo");
    await chat.user("one");
    await chat.undo();
    await chat.user("two");
    expect((await failure(chat.redo())).code).toBe("NothingToUndo");
  });

  test("an operation that others built upon is not undone", async () => {
    const chat = await open();
    await chat.user("one", { id: "a", operationId: "first" });
    await chat.edit("a", { contentType: "dialogue", role: "user", text: "x" });
    expect((await failure(chat.undo("first"))).code).toBe("Conflict");
  });

  test("operations are listed, the newest first", async () => {
    const chat = await open();
    await chat.user("one", { operationId: "mine", author: { kind: "user" } });
    await chat.tag("v1");
    const operations = await chat.operations();
    expect(operations.map(({ kind }) => kind)).toEqual(["tag", "append", "create"]);
    expect(operations[1]).toMatchObject({
      id: "mine",
      author: { kind: "user" },
      seq: 1,
      records: expect.any(Number),
    });
    expect(await chat.operations({ before: operations[0]?.seq })).toEqual(operations.slice(1));
  });
});

describe("differences", () => {
  test("are told by entry, texts word by word", async () => {
    const chat = await open();
    await chat.user("the quick fox", { id: "a" });
    const { hash } = await chat.user("gone", { id: "b" });
    await chat.edit("a", { contentType: "dialogue", role: "user", text: "the slow fox" });
    await chat.delete("b");
    await chat.user("new", { id: "c" });
    const { added, removed, changed } = await chat.diff(hash, "HEAD");
    expect(added.map(({ id }) => id)).toEqual(["c"]);
    expect(removed.map(({ id }) => id)).toEqual(["b"]);
    expect(changed.map(({ id }) => id)).toEqual(["a"]);
    const words = changed[0]?.words.filter(({ kind }) => kind !== "same");
    expect(words?.map(({ kind, text }) => [kind, text.trim()])).toEqual([
      ["removed", "quick"],
      ["added", "slow"],
    ]);
  });

  test("history comes in pages", async () => {
    const chat = await open();
    for (let turn = 1; turn <= 5; turn++) await chat.user(`${turn}`, { id: `${turn}` });
    const first = await chat.history({ limit: 2 });
    const second = await chat.history({ limit: 2, before: first.cursor });
    const third = await chat.history({ limit: 2, before: second.cursor });
    const ids = [first, second, third].map(({ commits }) => commits.map(({ id }) => id));
    expect(ids).toEqual([["5", "4"], ["3", "2"], ["1"]]);
    expect(third.cursor).toBeUndefined();
    expect((await chat.history({ from: "3" })).commits[0]?.id).toBe("3");
  });
});
