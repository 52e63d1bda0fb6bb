// createVarve: workspaces, opening, closing, custom types, wrong options.
import { createVarve, isVarveError, memory } from "varve";
import { cl100k_base } from "varve/encodings/cl100k_base";
import { describe, expect, test } from "vitest";
import { failure, texts, view } from "./support.js";

describe("opening", () => {
  test("twice gives two handles on one repository", async () => {
    const varve = createVarve({ storage: memory() });
    const [one, two] = [await varve.open("a"), await varve.open("a")];
    await one.user("hello");
    expect(await view(two)).toEqual(["hello"]);
    const first = (await one.compile()).messages[0];
    expect((await two.compile()).messages[0]).toBe(first);
  });

  test("another id, workspace or varve gives another repository", async () => {
    const varve = createVarve({ workspace: "acme" });
    await (await varve.open("a")).user("hello");
    for (const other of [
      varve.open("b"),
      varve.workspace("other").open("a"),
      createVarve({ workspace: "acme" }).open("a"),
    ]) {
      expect(await view(await other)).toEqual([]);
    }
    expect(await view(await varve.workspace("acme").open("a"))).toEqual(["hello"]);
  });

  test("one of the name of a deleted one has nothing of it, and what was compiled before stays as it was", async () => {
    const varve = createVarve();
    const old = await varve.open("a");
    for (const text of ["one", "two", "three"]) await old.user(text);
    const before = await old.compile();
    let heard = 0;
    old.on("budget", () => {
      heard += 1;
    });
    for (let round = 0; round < 3; round++) {
      await varve.delete("a");
      const chat = await varve.open("a", { budget: { maxTokens: 1, action: "warn" } });
      expect(await view(chat)).toEqual([]);
      await chat.user(`round ${round}`);
      expect(await view(chat)).toEqual([`round ${round}`]);
    }
    expect(texts(before.messages)).toEqual(["one", "two", "three"]);
    expect(heard, "events of another repository").toBe(0);
  });

  test("what is not there fails where it must be there", async () => {
    const varve = createVarve();
    const missing = { code: "RepositoryNotFound", details: { id: "a" } };
    expect(await failure(varve.open("a", { create: false }))).toMatchObject(missing);
    // Opened is not created: that is what the first write does.
    const chat = await varve.open("a");
    expect(await failure(varve.workspace("x").open("a", { create: false }))).toMatchObject(missing);
    await chat.user("hello");
    expect(await view(await varve.open("a", { create: false }))).toEqual(["hello"]);
  });

  test("survives the handles: what is in memory stays", async () => {
    const varve = createVarve();
    for (let round = 0; round < 3; round++) await (await varve.open("a")).user(`${round}`);
    expect(await view(await varve.open("a"))).toEqual(["0", "1", "2"]);
  });

  test.each([undefined, null, "", 5, {}, "\ud800", "a\udfffb"])(
    "by the id %j is refused",
    async (id) => {
      expect(await failure(createVarve().open(id as string))).toMatchObject({
        code: "Validation",
        details: { pointer: "/id" },
      });
    },
  );
});

test("after close everything fails with Closed", async () => {
  const varve = createVarve();
  const chat = await varve.open("a");
  await chat.user("one", { id: "a" });
  await varve.close();
  await varve.close();
  for (const call of [
    () => chat.user("two"),
    () => chat.pin("a"),
    () => chat.compile(),
    () => chat.history(),
    () => chat.at("main"),
    () => chat.batch((tx) => tx.user("x")),
    () => varve.open("a"),
    () => varve.workspace("other").open("a"),
  ]) {
    expect((await failure(call)).code, call.toString()).toBe("Closed");
  }
});

describe("texts are counted", () => {
  test("with o200k_base, exactly, where nothing else is asked for", async () => {
    const chat = await createVarve().open("x");
    expect((await chat.user("hello world")).tokenCount).toBe(2);
    // 3 a message, 1 for the role, 3 for the reply.
    expect(await chat.compile()).toMatchObject({
      tokenCount: 9,
      tokenSource: "tiktoken:o200k_base",
    });
  });

  test("with an encoding that was imported", async () => {
    const chat = await createVarve({ encoding: cl100k_base }).open("x");
    await chat.user("hello world");
    expect((await chat.compile()).tokenSource).toBe("tiktoken:cl100k_base");
  });

  test("roughly, without a vocabulary", async () => {
    const chat = await createVarve({ encoding: "approximate" }).open("x");
    await chat.user("hello world");
    expect((await chat.compile()).tokenSource).toBe("approximate");
  });

  test("not with what is not known, or not here", async () => {
    expect((await failure(() => createVarve({ encoding: "nope" as never }))).code).toBe(
      "UnknownEncoding",
    );
    const varve = createVarve({ encoding: "r50k_base" });
    expect((await failure(varve.open("x"))).code).toBe("EncodingNotLoaded");
  });
});

test.each<[string, object, string]>([
  ["an encoding beside a counter", { encoding: "o200k_base", counter: null }, "/encoding"],
  ["a typo", { storrage: memory() }, "/storrage"],
  ["a storage that is none", { storage: {} }, "/storage"],
  ["an empty workspace", { workspace: "" }, "/workspace"],
  ["a workspace that is no text", { workspace: 5 }, "/workspace"],
  ["a workspace with half of a surrogate pair", { workspace: "t\ud800" }, "/workspace"],
  ["a clock that is none", { clock: 5 }, "/clock"],
  ["a counter without a name", { counter: { count: () => 1 } }, "/counter"],
  ["a counter that cannot count", { counter: { name: "x" } }, "/counter"],
  [
    "a validator that is none",
    { contentTypes: { t: { validator: 5 } } },
    "/contentTypes/t/validator",
  ],
])("createVarve refuses %s", async (_, options, pointer) => {
  const error = await failure(() => createVarve(options as never));
  expect(error).toMatchObject({ code: "Validation", details: { pointer } });
});

describe("custom types", () => {
  const schema = {
    type: "object",
    properties: { id: { type: "string" }, count: { type: "integer" } },
    required: ["id"],
    additionalProperties: false,
  };

  test("are checked, stored, and shown as JSON by default", async () => {
    const chat = await createVarve({ contentTypes: { ticket: { schema } } }).open("x");
    await chat.commit({ contentType: "ticket", id: "T1", count: 2 });
    const error = await failure(chat.commit({ contentType: "ticket", id: 5 }));
    expect(error).toMatchObject({ code: "Validation", details: { pointer: "/id" } });
    const { messages } = await chat.compile();
    expect(messages).toMatchObject([{ role: "assistant" }]);
    expect(JSON.parse(texts(messages)[0] ?? "")).toEqual({
      contentType: "ticket",
      id: "T1",
      count: 2,
    });
    expect(await chat.types()).toEqual({ ticket: { hints: {}, schema } });
  });

  test("have the role and priority of their hints", async () => {
    const hints = { defaultRole: "system", defaultPriority: "pinned" } as const;
    const chat = await createVarve({ contentTypes: { ticket: { hints } } }).open("x");
    await chat.commit({ contentType: "ticket", id: "T1" }, { id: "a" });
    expect((await chat.compile()).messages[0]?.role).toBe("system");
    expect((await chat.get("a"))?.priority).toBe("pinned");
  });

  test("are registered once, by the first write that uses them", async () => {
    const chat = await createVarve({ contentTypes: { ticket: { schema }, other: {} } }).open("x");
    await chat.user("hello");
    await chat.commit({ contentType: "ticket", id: "1" });
    await chat.commit({ contentType: "ticket", id: "2" });
    await chat.batch(async (tx) => {
      await tx.commit({ contentType: "ticket", id: "3" });
      await tx.commit({ contentType: "other", x: 1 });
    });
    expect(Object.keys(await chat.types())).toEqual(["other", "ticket"]);
    const kinds = (await chat.operations()).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "type")).toHaveLength(2);
  });

  test("that nobody registered are refused", async () => {
    const chat = await createVarve().open("x");
    const error = await failure(chat.commit({ contentType: "ticket", id: "1" } as never));
    expect(error).toMatchObject({ code: "Validation" });
    expect(error.message).toMatch(/ticket/);
  });

  test("are checked by functions, sync or async, edits and batches as well", async () => {
    const validator = async ({ id }: { id?: unknown }) =>
      id === "good" ? undefined : { pointer: "/id", message: "bad" };
    const chat = await createVarve({ contentTypes: { ticket: { validator } } }).open("x");
    await chat.commit({ contentType: "ticket", id: "good" }, { id: "a" });
    for (const write of [
      () => chat.commit({ contentType: "ticket", id: "x" }),
      () => chat.edit("a", { contentType: "ticket", id: "x" }),
      () => chat.batch((tx) => tx.commit({ contentType: "ticket", id: "x" })),
      () => chat.batch((tx) => tx.edit("a", { contentType: "ticket", id: "x" })),
    ]) {
      expect(await failure(write)).toMatchObject({
        code: "Validation",
        details: { pointer: "/id" },
      });
    }
    expect(await chat.types()).toMatchObject({ ticket: { validator: true } });
  });

  test("whose validator throws fail with what it threw", async () => {
    const boom = new Error("database is down");
    const validator = () => {
      throw boom;
    };
    const chat = await createVarve({ contentTypes: { ticket: { validator } } }).open("x");
    const error = await failure(chat.commit({ contentType: "ticket" }));
    expect(error).toMatchObject({ code: "Callback", details: { callback: "validator" } });
    expect(error.message).toMatch(/database is down/);
    expect(error.cause).toBe(boom);
  });

  test.each(["message", "Ticket", "1x", "a b", "x".repeat(65)])(
    "cannot be called %j",
    async (name) => {
      const chat = await createVarve({ contentTypes: { [name]: {} } }).open("x");
      const error = await failure(chat.commit({ contentType: name, a: 1 } as never));
      expect(isVarveError(error, "Validation")).toBe(true);
    },
  );
});
