// The array that an application keeps is the truth: what sync makes of it.
import { createVarve, type Repository } from "varve";
import { fromUIMessages, toUIMessages } from "varve/formats/ai-sdk";
import { fromAnthropic, toAnthropic } from "varve/formats/anthropic";
import { fromOpenAI, toOpenAI } from "varve/formats/openai";
import { memoryPlace } from "varve/testing";
import { beforeEach, expect, test } from "vitest";
import { failure, open, view } from "../repository/support.js";

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });
const ui = (id: string, text: string, role = id.startsWith("u") ? "user" : "assistant") => ({
  id,
  role,
  parts: [{ type: "text", text }],
});

let chat: Repository;
beforeEach(async () => {
  chat = await open();
});

const openai = (messages: object[]) => chat.sync(messages, { format: fromOpenAI });
const aisdk = (messages: object[]) => chat.sync(messages, { format: fromUIMessages });
const back = async () => toOpenAI(await chat.compile({ dangling: "keep" })).messages;
const backUI = async () => toUIMessages(await chat.compile({ dangling: "keep" })).messages;
const operations = async () => (await chat.operations()).length;

test("what is new is appended, in one operation, and a second time nothing is", async () => {
  const array = [user("one"), assistant("two")];
  const { appended, edited, divergedAt } = await openai(array);
  expect([appended.length, edited, divergedAt]).toEqual([2, [], undefined]);
  expect(appended[1]?.hash).toBe(chat.head);
  expect(await operations()).toBe(2); // the first creates the repository
  const more = [...array, user("three")];
  expect((await openai(more)).appended).toHaveLength(1);
  const count = await operations();
  expect(await openai(more)).toEqual({ appended: [], edited: [], divergedAt: undefined });
  const fresh = await chat.at("main"); // which remembers nothing
  expect(await fresh.sync(more, { format: fromOpenAI })).toEqual({
    appended: [],
    edited: [],
    divergedAt: undefined,
  });
  expect(await operations()).toBe(count);
  expect(await back()).toEqual(more);
});

test("a UI message that grew is edited in place, under its own id", async () => {
  await aisdk([ui("u1", "look it up"), ui("a1", "let me see")]);
  const call = { type: "tool-find", toolCallId: "k", state: "input-available", input: { q: 1 } };
  const waiting = { ...ui("a1", ""), parts: [{ type: "text", text: "let me see" }, call] };
  const first = await aisdk([ui("u1", "look it up"), waiting]);
  expect([first.appended, first.edited.map(({ id }) => id)]).toEqual([[], ["a1"]]);
  const done = { ...call, state: "output-available", output: "found" };
  const array = [
    ui("u1", "look it up"),
    { ...waiting, parts: [waiting.parts[0], done] },
    ui("u2", "so?"),
  ];
  const second = await aisdk(array as object[]);
  expect([second.appended.map(({ id }) => id), second.edited.map(({ id }) => id)]).toEqual([
    ["u2"],
    ["a1"],
  ]);
  expect(second.divergedAt).toBeUndefined();
  expect(await backUI()).toEqual(array);
});

test("where the array goes another way the old line becomes an alternative", async () => {
  await openai([user("one"), assistant("two"), user("three"), assistant("four")]);
  const array = [user("one"), assistant("two"), user("3!"), assistant("IV")];
  const { divergedAt, appended } = await openai(array);
  expect([divergedAt, appended.length]).toEqual([2, 2]);
  expect(await back()).toEqual(array);
  const { siblings } = (await chat.transcript()).entries[2] as { siblings: { ids: string[] } };
  expect(siblings).toMatchObject({ index: 1 });
  await chat.selectSibling(siblings.ids[0] as string);
  expect(await view(chat)).toEqual(["one", "two", "three", "four"]);
});

test("an array that ends sooner, even at once, puts the branch back", async () => {
  await chat.instruction("be kind");
  await openai([user("one"), assistant("two"), user("three")]);
  expect(await openai([user("one")])).toEqual({ appended: [], edited: [], divergedAt: 1 });
  expect(await view(chat)).toEqual(["be kind", "one"]);
  expect((await openai([])).divergedAt).toBe(0);
  expect(await view(chat)).toEqual(["be kind"]);
  expect(await openai([])).toEqual({ appended: [], edited: [], divergedAt: undefined });
  await openai([user("again")]);
  expect(await view(chat)).toEqual(["be kind", "again"]);
});

test("an array that is empty from the start writes nothing", async () => {
  expect(await openai([])).toEqual({ appended: [], edited: [], divergedAt: undefined });
  expect(chat.head).toBeUndefined();
});

test("what was edited, deleted or compacted here stays so", async () => {
  const array = [user("one"), assistant("two"), user("three"), assistant("four"), user("five")];
  const { appended } = await openai(array);
  const id = (index: number) => appended[index]?.id as string;
  await chat.edit(id(0), {
    contentType: "message",
    role: "user",
    parts: [{ type: "text", text: "ONE" }],
  });
  await chat.delete(id(1));
  const count = await operations();
  expect(await openai(array)).toEqual({ appended: [], edited: [], divergedAt: undefined });
  expect(await operations()).toBe(count);
  expect(await view(chat)).toEqual(["ONE", "three", "four", "five"]);
  const without = [user("ONE"), ...array.slice(2), assistant("six")];
  expect((await openai(without)).appended).toHaveLength(1);
  expect(await view(chat)).toEqual(["ONE", "three", "four", "five", "six"]);
});

test("a deleted entry does not take the place of one that says the same", async () => {
  const { appended } = await openai([user("yes"), user("yes"), user("no")]);
  await chat.delete(appended[0]?.id as string);
  const left = [user("yes"), user("no")];
  expect(await openai(left)).toEqual({ appended: [], edited: [], divergedAt: undefined });
  expect(await back()).toEqual(left);
});

test("a message whose entry was deleted stays out wherever the array has it", async () => {
  await aisdk([ui("u1", "one"), ui("a1", "two"), ui("u2", "three")]);
  await chat.delete("a1");
  const moved = [ui("u1", "one"), ui("u2", "three"), ui("a1", "two, and more")];
  for (const handle of [chat, await chat.at("main")]) {
    const { appended, edited } = await handle.sync(moved, { format: fromUIMessages });
    expect([appended, edited]).toEqual([[], []]);
  }
  expect(await view(chat)).toEqual(["one", "three"]);
});

test("what another process wrote is seen before anything is stored", async () => {
  const place = memoryPlace();
  const [here, there] = await Promise.all(
    [place, place].map((store) => createVarve({ counter: null, storage: store.open() }).open("x")),
  );
  const [one, two] = [here as Repository, there as Repository];
  const array = [user("one"), assistant("two")];
  await one.sync(array, { format: fromOpenAI });
  await two.prepare();
  await two.user("from there");
  const more = [...array, user("three")];
  const { appended, divergedAt } = await one.sync(more, { format: fromOpenAI });
  expect([appended.length, divergedAt]).toEqual([1, 2]);
  await two.prepare();
  expect(await view(two)).toEqual(["one", "two", "three"]);
  expect(await two.branches({ anonymous: true })).toHaveLength(2);
});

test("two handles that sync at once do not mix their messages", async () => {
  const place = memoryPlace();
  const handles = await Promise.all(
    [1, 2].map(() => createVarve({ counter: null, storage: place.open() }).open("x")),
  );
  const array = [user("one"), assistant("two"), user("three")];
  const all = await Promise.all(handles.map((each) => each.sync(array, { format: fromOpenAI })));
  expect(all.map(({ appended }) => appended.length).sort()).toEqual([0, 3]);
  for (const each of handles) {
    await each.prepare();
    expect(await view(each)).toEqual(["one", "two", "three"]);
  }
});

test("an array that was changed in place is seen", async () => {
  const result = { role: "tool", tool_call_id: "k", content: [{ type: "text", text: "a" }] };
  const array: Record<string, unknown>[] = [
    user("one"),
    { role: "assistant", content: null, tool_calls: [call("k")] },
    result,
  ];
  await openai(array);
  (result.content[0] as { text: string }).text = "b";
  expect((await openai(array)).divergedAt).toBe(2);
  expect(await back()).toEqual(array);
});

function call(id: string) {
  return { id, type: "function", function: { name: "find", arguments: "{}" } };
}

test("a format of several payloads a message works without ids", async () => {
  const array = [
    { role: "user", content: "look" },
    { role: "assistant", content: [{ type: "tool_use", id: "k", name: "find", input: {} }] },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "k", content: "found" },
        { type: "text", text: "and?" },
      ],
    },
  ];
  expect((await chat.sync(array, { format: fromAnthropic })).appended).toHaveLength(4);
  expect((await chat.sync(array, { format: fromAnthropic })).appended).toHaveLength(0);
  expect(toAnthropic(await chat.compile({ dangling: "keep" })).messages).toEqual(array);
});

test("ids can be others than those of the messages", async () => {
  const format = { from: fromOpenAI, id: (_: unknown, index: number) => `m${index}` };
  const { appended } = await chat.sync([user("one")], { format, labels: ["kept"] });
  expect(appended[0]?.id).toBe("m0");
  expect((await chat.get("m0"))?.labels).toEqual(["kept"]);
  const { edited } = await chat.sync([user("one!")], { format });
  expect(edited[0]?.id).toBe("m0");
});

test("what is wrong is told, and nothing is stored", async () => {
  await openai([user("one")]);
  const head = chat.head;
  expect(await failure(openai([user("one"), { role: "nobody" }]))).toMatchObject({
    code: "Format",
    details: { index: 1 },
  });
  expect(await failure(openai("no array" as never))).toMatchObject({ code: "Format" });
  const none = chat.sync([], { format: undefined as never });
  expect(await failure(none)).toMatchObject({
    code: "Validation",
    details: { pointer: "/format" },
  });
  const odd = chat.sync([1], { format: (() => 7) as never });
  expect(await failure(odd)).toMatchObject({ code: "Validation", details: { pointer: "/format" } });
  const broken = { contentType: "message", role: "user", parts: [{ type: "text" }] };
  const bad = chat.sync([user("one"), 1], {
    format: (() => [...fromOpenAI([user("one")]), broken]) as never,
  });
  expect(await failure(bad)).toMatchObject({ code: "Validation" });
  expect((await failure(bad)).details).toMatchObject({
    pointer: expect.stringMatching(/^\/1\/parts\/0/),
  });
  const twice = aisdk([ui("u1", "a"), ui("u1", "b")]);
  expect(await failure(twice)).toMatchObject({ code: "Format", details: { index: 1 } });
  const stale = chat.sync([user("x")], { format: fromOpenAI, expectedHead: null });
  expect(await failure(stale)).toMatchObject({ code: "Conflict" });
  const past = await chat.at(head as string);
  expect(await failure(past.sync([user("x")], { format: fromOpenAI }))).toMatchObject({
    code: "RefProtected",
  });
  expect(chat.head).toBe(head);
});

test("what others put into Object.prototype is no id", async () => {
  const prototype = Object.prototype as { id?: string };
  prototype.id = "everybody's";
  try {
    const { appended } = await openai([user("one"), user("two")]);
    expect(appended.map(({ id }) => id)).not.toContain("everybody's");
  } finally {
    delete prototype.id;
  }
});

test("the same operationId gives the first result", async () => {
  await openai([user("one"), assistant("two")]);
  const options = { format: fromOpenAI, operationId: "s" };
  const first = await chat.sync([user("one"), assistant("II"), user("three")], options);
  await chat.assistant("later");
  expect(await chat.sync([user("one"), assistant("II"), user("three")], options)).toEqual(first);
});

test("an undo takes a whole sync back, and listeners hear of it", async () => {
  const heard: number[] = [];
  chat.on("commit", ({ receipts }) => heard.push(receipts.length));
  await openai([user("one"), assistant("two"), user("three")]);
  await openai([user("one"), assistant("II")]);
  expect(heard).toEqual([3, 1]);
  await chat.undo();
  expect(await view(chat)).toEqual(["one", "two", "three"]);
  expect((await openai([user("one"), assistant("two"), user("three")])).appended).toEqual([]);
});

test("a long array syncs, and one that hardly changed is quick to see", async () => {
  const array = Array.from({ length: 5000 }, (_, index) =>
    (index % 2 ? assistant : user)(`m${index}`),
  );
  expect((await openai(array)).appended).toHaveLength(5000);
  array.push(user("last"));
  expect((await openai(array)).appended).toHaveLength(1);
  const fresh = await chat.at("main");
  expect((await fresh.sync(array, { format: fromOpenAI })).appended).toHaveLength(0);
});
