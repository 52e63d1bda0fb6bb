// The repositories of a workspace: created, titled, listed.
import { createVarve } from "varve";
import { memoryAdapter, testVarve } from "varve/testing";
import { describe, expect, test } from "vitest";
import { failure, view } from "./support.js";

/** Varves of two processes on one store. */
function processes() {
  const storage = memoryAdapter();
  return [testVarve({ storage, ids: 1 }), testVarve({ storage, ids: 2 })] as const;
}

describe("create", () => {
  test("makes a repository that others see at once", async () => {
    const [here, there] = processes();
    const chat = await here.create({ id: "a", title: "Refund", metadata: { user: "u1" } });
    expect(await there.list()).toMatchObject({
      repositories: [{ id: "a", title: "Refund", metadata: { user: "u1" } }],
    });
    await chat.user("hello");
    expect(await view(await there.open("a", { create: false }))).toEqual(["hello"]);
  });

  test("without an id makes one that nobody has", async () => {
    const varve = createVarve();
    await varve.create();
    await varve.create();
    const { repositories } = await varve.list();
    expect(new Set(repositories.map(({ id }) => id)).size).toBe(2);
    expect(repositories[0]).not.toHaveProperty("title");
  });

  test("fails where there is one, also where both did not know of one another", async () => {
    const [here, there] = processes();
    const made = await Promise.allSettled([
      here.create({ id: "a", title: "one" }),
      there.create({ id: "a", title: "two" }),
    ]);
    expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [lost] = made.filter((each) => each.status === "rejected");
    expect(lost?.reason).toMatchObject({ code: "RepositoryExists", details: { id: "a" } });
    await there.open("b").then((chat) => chat.user("hello"));
    expect(await failure(here.create({ id: "b" }))).toMatchObject({ code: "RepositoryExists" });
  });

  test("is repeated safely with its operationId", async () => {
    const [here, there] = processes();
    await here.create({ id: "a", title: "one", operationId: "make a" });
    await there.create({ id: "a", title: "one", operationId: "make a" });
    expect((await here.list()).repositories).toHaveLength(1);
  });

  test.each([
    ["an id that is none", { id: "" }, "/id"],
    ["a title that is no text", { title: 5 as never }, "/title"],
    ["metadata that is no object", { metadata: [1] as never }, "/metadata"],
    ["what it does not know", { name: "x" } as never, ""],
  ])("refuses %s, and makes nothing", async (_, options, pointer) => {
    const varve = createVarve();
    const error = await failure(varve.create(options));
    expect(error).toMatchObject({ code: "Validation" });
    if (pointer !== "") expect(error).toMatchObject({ details: { pointer } });
    expect((await varve.list()).repositories).toEqual([]);
  });

  test("gives a handle with its budget", async () => {
    const budget = { maxTokens: 10, action: "warn" } as const;
    const chat = await createVarve().create({ budget });
    expect((await chat.status()).budget).toMatchObject({ limit: 10 });
  });
});

describe("update", () => {
  test("changes what it names and leaves the rest", async () => {
    const varve = createVarve();
    const chat = await varve.create({
      id: "a",
      title: "one",
      metadata: { a: 1, b: { c: [null] } },
    });
    await varve.update("a", { metadata: { a: null, d: "x" } });
    await varve.update("a", { title: "two" });
    const said = { title: "two", metadata: { b: { c: [null] }, d: "x" } };
    expect(await varve.list()).toMatchObject({ repositories: [said] });
    expect(await chat.status()).toMatchObject(said);
    await varve.update("a", { title: null });
    expect(await chat.status()).not.toHaveProperty("title");
  });

  test("is an operation of the journal: listed, and undone by name", async () => {
    const varve = createVarve();
    const chat = await varve.create({ id: "a", title: "one" });
    await varve.update("a", { title: "two", operationId: "rename", author: { kind: "agent" } });
    expect(await chat.operations({ limit: 1 })).toMatchObject([
      { id: "rename", kind: "describe", author: { kind: "agent" } },
    ]);
    await chat.undo("rename");
    expect((await varve.list()).repositories[0]?.title).toBe("one");
  });

  test("is there for who opens it later", async () => {
    const [here, there] = processes();
    await here.create({ id: "a", title: "kept" });
    expect(await (await there.open("a")).status()).toMatchObject({ title: "kept" });
  });

  test("of what is not there fails", async () => {
    const varve = createVarve();
    const error = await failure(varve.update("nowhere", { title: "x" }));
    expect(error).toMatchObject({ code: "RepositoryNotFound", details: { id: "nowhere" } });
  });

  test("takes nothing from prototypes, and keeps members called __proto__", async () => {
    const varve = createVarve();
    const metadata = JSON.parse('{"__proto__":"x"}');
    await varve.create({ id: "a", metadata });
    const [info] = (await varve.list()).repositories;
    expect(JSON.stringify(info?.metadata)).toBe('{"__proto__":"x"}');
    expect((await varve.list({ where: { toString: null } })).repositories).toHaveLength(1);
  });
});

describe("list", () => {
  async function ten() {
    const varve = createVarve();
    for (let i = 0; i < 10; i++) {
      await varve.create({ id: `r${i}`, metadata: { odd: i % 2 === 1, number: i } });
    }
    return varve;
  }

  test("with where gives those that fit, in pages of the size asked for", async () => {
    const varve = await ten();
    const found: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await varve.list({ where: { odd: true }, limit: 2, cursor });
      found.push(page.repositories.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(found.flat()).toEqual(["r1", "r3", "r5", "r7", "r9"]);
    expect(found.slice(0, 2)).toEqual([
      ["r1", "r3"],
      ["r5", "r7"],
    ]);
  });

  test.each([
    [{ number: 3 }, ["r3"]],
    [{ number: "3" }, []],
    [{ odd: false, number: 4 }, ["r4"]],
    [{ missing: null, number: 1 }, ["r1"]],
    [{ missing: 1 }, []],
    [{}, Array.from({ length: 10 }, (_, i) => `r${i}`)],
  ])("where %j finds %j", async (where, ids) => {
    const { repositories } = await (await ten()).list({ where: where as Record<string, number> });
    expect(repositories.map(({ id }) => id)).toEqual(ids);
  });
});
