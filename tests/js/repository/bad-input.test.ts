// Wrong input of every kind: refused with its place, and nothing of it is stored.
import { createVarve, type Repository } from "varve";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failure, view } from "./support.js";

let chat: Repository;
beforeEach(async () => {
  chat = await createVarve({ counter: null }).open("x");
  await chat.user("before", { id: "before" });
});
/** Whatever was tried, what was there is there, and nothing else. */
afterEach(async () => {
  expect(await view(chat)).toEqual(["before"]);
  expect((await chat.history()).commits).toHaveLength(1);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

const message = (parts: unknown, more: object = {}) => ({
  contentType: "message",
  role: "user",
  parts,
  ...more,
});
const said = (text: unknown) => message([{ type: "text", text }]);
const nested = (depth: number) => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
};
const cycle: { self?: unknown } = {};
cycle.self = cycle;
class Instance {
  contentType = "freeform";
  payload = {};
}

describe("a payload is refused where it is", () => {
  test.each<[string, unknown, string]>([
    ["undefined", undefined, ""],
    ["null", null, ""],
    ["a text", "hello", ""],
    ["a number", 5, ""],
    ["an array", [], ""],
    ["a function", () => {}, ""],
    ["an instance of a class", new Instance(), ""],
    ["a Date", new Date(0), ""],
    ["a Map", new Map(), ""],
    ["empty", {}, "/contentType"],
    ["of a type that is no text", { contentType: 5 }, "/contentType"],
    ["of an empty type", { contentType: "" }, "/contentType"],
    ["of an unknown type", { contentType: "nope" }, "/contentType"],
    ["of a type that objects have", { contentType: "__proto__" }, "/contentType"],
    ["a message without role", { contentType: "message", parts: [] }, "/role"],
    ["a message of an unknown role", message([], { role: "bot" }), "/role"],
    ["a message without parts", { contentType: "message", role: "user" }, "/parts"],
    ["a message with parts that are no array", message({}), "/parts"],
    ["a message with an unknown field", message([], { extra: 1 }), "/extra"],
    [
      "a message with a field that objects have",
      message([], JSON.parse('{"__proto__":{"polluted":1}}')),
      "/__proto__",
    ],
    ["a part that is no object", message(["x"]), "/parts/0"],
    ["a part of an unknown type", message([{ type: "nope" }]), "/parts/0/type"],
    [
      "a part with an unknown field",
      message([{ type: "text", text: "x", extra: 1 }]),
      "/parts/0/extra",
    ],
    ["a text that is none", said(5), "/parts/0/text"],
    ["a text of half a character", said("a\ud800b"), "/parts/0/text"],
    ["a text that is null", said(null), "/parts/0/text"],
    [
      "a call without id",
      message([{ type: "tool-call", toolName: "t", input: 1 }]),
      "/parts/0/callId",
    ],
    [
      "a call without input",
      message([{ type: "tool-call", callId: "c", toolName: "t" }]),
      "/parts/0/input",
    ],
    [
      "a result of an unknown kind",
      message([{ type: "tool-result", callId: "c", output: { type: "x" } }]),
      "/parts/0/output/type",
    ],
    [
      "a file without anything in it",
      message([{ type: "file", mediaType: "a/b" }]),
      "/parts/0/data",
    ],
    [
      "a file whose data is no hash",
      message([{ type: "file", mediaType: "a/b", data: "x" }]),
      "/parts/0/data",
    ],
    ["provider data that is no object", message([], { provider: [] }), "/provider"],
    ["NaN", { contentType: "freeform", payload: { a: [1, Number.NaN] } }, "/payload/a/1"],
    [
      "an infinity",
      { contentType: "freeform", payload: { a: Number.NEGATIVE_INFINITY } },
      "/payload/a",
    ],
    ["a bigint", { contentType: "freeform", payload: { a: 5n } }, "/payload/a"],
    ["a symbol", { contentType: "freeform", payload: { a: Symbol("x") } }, "/payload/a"],
    ["a hole", { contentType: "freeform", payload: { a: new Array(2) } }, "/payload/a/0"],
    [
      "undefined in an array",
      { contentType: "freeform", payload: { a: [undefined] } },
      "/payload/a/0",
    ],
    ["a cycle", { contentType: "freeform", payload: cycle }, "/payload/self"],
    [
      "a key of half a character",
      { contentType: "freeform", payload: { "\udfff": 1 } },
      "/payload/\udfff",
    ],
    [
      "an escaped place",
      { contentType: "freeform", payload: { "a/b~c": Number.NaN } },
      "/payload/a~1b~0c",
    ],
    ["a dialogue of a tool", { contentType: "dialogue", role: "tool", text: "x" }, "/role"],
    [
      "a tool_io with both",
      { contentType: "tool_io", toolName: "t", direction: "call", payload: 1, rawPayload: "1" },
      "/rawPayload",
    ],
    [
      "a tool_io with neither",
      { contentType: "tool_io", toolName: "t", direction: "call" },
      "/payload",
    ],
    [
      "a summary of a fraction",
      { contentType: "summary", text: "", of: { count: 1.5, first: 0, last: 0 } },
      "/of/count",
    ],
  ])("%s", async (_, payload, pointer) => {
    const error = await failure(chat.commit(payload as never));
    expect(error.code).toBe("Validation");
    expect(error.details).toMatchObject({ pointer });
    expect((await failure(chat.edit("before", payload as never))).code).toBe("Validation");
    expect((await failure(chat.batch((tx) => tx.commit(payload as never)))).code).toBe(
      "Validation",
    );
  });

  test("10,000 levels deep", async () => {
    const payload = { contentType: "freeform", payload: { a: nested(10_000) } };
    expect((await failure(chat.commit(payload as never))).code).toBe("Validation");
    const call = {
      contentType: "tool_io",
      toolName: "t",
      direction: "call",
      rawPayload: "[".repeat(10_000) + "]".repeat(10_000),
    };
    await chat.commit(call as never, { id: "deep" });
    expect((await chat.get("deep"))?.payload).toEqual(call);
    await chat.undo();
  });

  test("without running a getter", async () => {
    const payload = {
      contentType: "freeform",
      get payload() {
        throw new Error("ran");
      },
    };
    expect((await failure(chat.commit(payload as never))).code).toBe("Validation");
  });

  test("without trusting a proxy", async () => {
    const angry = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no keys for you");
        },
      },
    );
    const lying = new Proxy(
      {},
      { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => undefined },
    );
    for (const payload of [angry, lying]) {
      expect(
        (await failure(chat.commit({ contentType: "freeform", payload: angry } as never))).code,
      ).toBe("Validation");
      expect((await failure(chat.commit(payload as never))).code).toBe("Validation");
    }
  });

  test("without seeing a polluted prototype", async () => {
    const prototype = Object.prototype as unknown as Record<string, string>;
    prototype.contentType = "message";
    prototype.role = "user";
    prototype.name = "Mallory";
    prototype.signal = "none";
    prototype.id = "x";
    try {
      expect(await failure(chat.commit({ parts: [] } as never))).toMatchObject({
        details: { pointer: "/contentType" },
      });
      const { id } = await chat.user("hello", { note: "n" });
      expect(id).not.toBe("x");
      expect((await chat.compile({})).messages[1]).toEqual({
        role: "user",
        parts: [{ type: "text", text: "hello" }],
        entries: [id],
        commits: [chat.head],
      });
      await chat.undo();
    } finally {
      for (const name of Object.keys(prototype)) delete prototype[name];
    }
  });
});

test("keys that objects have are keys like any other", async () => {
  const text =
    '{"contentType":"freeform","payload":{"__proto__":{"polluted":1},"constructor":2,"toString":3}}';
  await chat.commit(JSON.parse(text), { id: "p" });
  expect(JSON.stringify((await chat.get("p"))?.payload)).toContain('"__proto__":{"polluted":1}');
  await chat.undo();
});

test("a megabyte of text comes back as it was", async () => {
  const text = "naïve 🌍 \u0000 \u2028 ".repeat(100_000);
  await chat.user(text, { id: "big" });
  expect((await chat.get("big"))?.payload).toMatchObject({ parts: [{ text }] });
  await chat.undo();
});

describe("an option is refused", () => {
  test.each<[string, object]>([
    ["an id that is no text", { id: 5 }],
    ["an empty id", { id: "" }],
    ["an id with a control character", { id: "a\nb" }],
    ["an id of more than 512 bytes", { id: "x".repeat(513) }],
    ["a note that is no text", { note: {} }],
    ["metadata that is no object", { metadata: [] }],
    ["metadata with NaN", { metadata: { a: Number.NaN } }],
    ["labels that are no array", { labels: "a" }],
    ["a label that is no text", { labels: [5] }],
    ["an author without a kind", { author: { name: "x" } }],
    ["an author with more", { author: { kind: "user", extra: 1 } }],
    ["a head that is no hash", { expectedHead: "abc" }],
    ["an option that does not exist", { nope: 1 }],
  ])("%s", async (_, options) => {
    expect((await failure(chat.user("x", options as never))).code).toBe("Validation");
    const inBatch = chat.batch((tx) => tx.user("x", options as never));
    expect((await failure(inBatch)).code).toBe("Validation");
  });
});

describe("a call is refused with", () => {
  test.each<[string, (chat: Repository) => Promise<unknown>]>([
    ["a priority that is none", (chat) => chat.annotate("before", "high" as never)],
    ["a target that is no text", (chat) => chat.pin(5 as never)],
    ["no target", (chat) => chat.delete(undefined as never)],
    ["a note without a name", (chat) => chat.setNote("before", "", 1)],
    ["a note of undefined", (chat) => chat.setNote("before", "x", Symbol("x") as never)],
    ["a tag that is no text", (chat) => chat.tag(5 as never)],
    ["a limit below zero", (chat) => chat.history({ limit: -1 })],
    ["a limit that is no number", (chat) => chat.history({ limit: "5" as never })],
    ["an unknown compile option", (chat) => chat.compile({ nope: 1 } as never)],
    ["a window below zero", (chat) => chat.compile({ maxTokens: -1 })],
    ["a strategy that is none", (chat) => chat.compile({ strategy: "best" as never })],
    ["a share of nothing", (chat) => chat.compile({ strategy: { adaptive: { recent: 0 } } })],
    ["instructions that are no text", (chat) => chat.compile({ instructions: 5 as never })],
    ["a way with calls that is none", (chat) => chat.compile({ dangling: "hide" as never })],
  ])("%s", async (_, call) => {
    expect((await failure(call(chat))).code).toBe("Validation");
  });
});
