// Pending compressions: who may approve what, and what makes them stale.
import { createVarve, type MemoryStorage, memory, type Repository } from "varve";
import { expect, test } from "vitest";
import { failure, NOW, view } from "./support.js";

const counter = {
  name: "words",
  count: (text: string) => text.split(/\s+/).filter((word) => word !== "").length,
};
const long = (about: string) => `${about} ${"and so on ".repeat(10)}`.trim();

const process = (storage: MemoryStorage): Promise<Repository> =>
  createVarve({ counter, storage, clock: () => NOW }).open("test");

async function talk() {
  const storage = memory();
  const chat = await process(storage);
  await chat.user(long("My order 4711 never came."), { id: "u1" });
  await chat.assistant(long("It was sent."), { id: "pinned" });
  await chat.pin("pinned");
  await chat.assistant(long("To Ring 5."), { id: "a1" });
  await chat.user("And now?", { id: "u2" });
  let number = 0;
  const summarize = () => {
    number += 1;
    return { text: `Summary ${number}.`, facts: [`fact ${number}`] };
  };
  const propose = async () => {
    const waiting = await chat.compress({ summarize, autoCommit: false });
    if (waiting === null) throw new Error("nothing could go");
    return waiting;
  };
  return { storage, chat, propose, before: await view(chat) };
}

test("summaries wait, in every process, until they are approved", async () => {
  const { storage, chat, propose, before } = await talk();
  const waiting = await propose();
  expect(await view(chat)).toEqual(before);
  expect(waiting).toMatchObject({ createdAt: NOW, branch: "main" });
  expect(waiting.summaries).toEqual([
    { text: "Summary 1.", facts: ["fact 1"], entries: ["u1"], ...figures },
    { text: "Summary 2.", facts: ["fact 2"], entries: ["a1"], ...figures },
  ]);
  const elsewhere = await process(storage);
  const [found, ...others] = await elsewhere.pending();
  expect(others).toEqual([]);
  expect({ ...found, summaries: found?.summaries }).toEqual({
    ...waiting,
    summaries: waiting.summaries,
  });
  expect(found?.tokensAfter).toBe(waiting.tokensAfter);
  const done = await found?.approve({ author: { kind: "user", name: "ann" } });
  expect(done?.summaries.map(({ text, entries }) => [text, entries])).toEqual([
    ["Summary 1.", ["u1"]],
    ["Summary 2.", ["a1"]],
  ]);
  expect(done).toMatchObject({ tokensAfter: waiting.tokensAfter });
  expect(await elsewhere.pending()).toEqual([]);
  expect(await elsewhere.get(done?.summaries[0]?.hash ?? "")).toMatchObject({
    author: { kind: "user", name: "ann" },
    generation: { summarizer: "summarize" },
  });
  const [operation] = await elsewhere.operations({ limit: 1 });
  expect(operation).toMatchObject({ id: done?.operation, kind: "compact" });
  await elsewhere.undo(done?.operation);
  expect(await view(elsewhere)).toEqual(before);
});

const figures = {
  tokensBefore: expect.any(Number),
  tokensAfter: expect.any(Number),
  summarizer: "summarize",
};

test("of two processes that approve one wins, and an approval is used once", async () => {
  const { storage, chat, propose } = await talk();
  const waiting = await propose();
  const [other] = await (await process(storage)).pending();
  const settled = await Promise.allSettled([waiting.approve(), other?.approve()]);
  expect(settled.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const lost = settled.find((each) => each.status === "rejected");
  expect(["StaleProposal", "Conflict"]).toContain(lost?.reason.code);
  expect((await failure(waiting.approve())).code).toBe("StaleProposal");
  expect((await failure(waiting.reject())).code).toBe("StaleProposal");
  const { entries } = await chat.transcript();
  expect(entries.filter(({ contentType }) => contentType === "summary")).toHaveLength(2);
});

test("growth leaves them fresh; what changes in what they stand for makes them stale", async () => {
  type Change = (chat: Repository) => Promise<unknown>;
  const payload = { contentType: "dialogue", role: "user", text: "other" } as const;
  const changes: [Change, string][] = [
    [(chat) => chat.edit("u1", payload), "edited"],
    [(chat) => chat.pin("a1"), "priority"],
    [(chat) => chat.delete("a1"), "not in the view"],
    [(chat) => chat.compress({ ids: ["u1"], content: "Short." }), "not in the view"],
  ];
  for (const [change, reason] of changes) {
    const { chat, propose } = await talk();
    const waiting = await propose();
    await chat.user("The branch grows");
    await chat.edit("u2", payload);
    await change(chat);
    const head = chat.head;
    const error = await failure(waiting.approve());
    expect([error.code, error.message]).toEqual(["StaleProposal", expect.stringContaining(reason)]);
    expect(chat.head).toBe(head);
    expect(await chat.pending()).toEqual([]);
  }
  const { chat, propose } = await talk();
  const waiting = await propose();
  await chat.user("The branch grows");
  expect((await waiting.approve()).summaries).toHaveLength(2);
});

test("a summary can be edited, and who has the one before cannot approve it any more", async () => {
  const { storage, chat, propose } = await talk();
  const waiting = await propose();
  const [before] = await (await process(storage)).pending();
  await waiting.editSummary(1, "By hand.");
  await waiting.editSummary(0, { text: "First.", facts: [] });
  expect(waiting.summaries.map(({ text, facts }) => [text, facts])).toEqual([
    ["First.", []],
    ["By hand.", ["fact 2"]],
  ]);
  expect((await chat.pending())[0]?.summaries).toEqual(waiting.summaries);
  expect((await failure(before?.approve() ?? Promise.resolve())).code).toBe("StaleProposal");
  expect((await failure(before?.editSummary(0, "x") ?? Promise.resolve())).code).toBe(
    "StaleProposal",
  );
  expect((await failure(waiting.editSummary(0, "word ".repeat(999)))).code).toBe("Compression");
  expect((await failure(waiting.editSummary(2, "x"))).code).toBe("Validation");
  expect((await failure(waiting.editSummary(0, 1 as never))).code).toBe("Validation");
  const { summaries } = await waiting.approve();
  expect(summaries[1]).toMatchObject({ text: "By hand.", summarizer: "content" });
});

test("what was rejected is gone, and nothing happened", async () => {
  const { chat, propose, before } = await talk();
  const waiting = await propose();
  await waiting.reject("too short");
  expect(await chat.pending()).toEqual([]);
  expect((await failure(waiting.approve())).code).toBe("StaleProposal");
  expect(await view(chat)).toEqual(before);
});

test("summaries that wait survive gc", async () => {
  const { storage, chat, propose } = await talk();
  await propose();
  await chat.gc({ olderThan: NOW + 1 });
  const [found] = await (await process(storage)).pending();
  expect((await found?.approve())?.summaries).toHaveLength(2);
});

test("a proposal is about its branch, whichever one the handle stands on", async () => {
  const { chat, propose } = await talk();
  const waiting = await propose();
  await chat.branch("other");
  await chat.switchTo("other");
  await chat.user("elsewhere");
  const [found] = await chat.pending();
  expect(found?.branch).toBe("main");
  const error = await failure(waiting.approve());
  expect(error.code).toBe("Validation");
  await chat.switchTo("main");
  expect((await waiting.approve()).summaries).toHaveLength(2);
});

test("where nothing can go there is nothing to wait for; a repeated operationId gives the first", async () => {
  const { chat } = await talk();
  expect(await chat.compress({ ids: [], autoCommit: false })).toBeNull();
  const ask = () =>
    chat.compress({
      summarize: () => "Short.",
      autoCommit: false,
      operationId: "once",
      note: "a note",
      author: { kind: "agent" },
    });
  const first = await ask();
  expect((await ask())?.id).toBe(first?.id);
  expect(await chat.pending()).toHaveLength(1);
  const made = (await first?.approve())?.summaries[0];
  expect(await chat.get(made?.hash ?? "")).toMatchObject({
    note: "a note",
    author: { kind: "agent" },
  });
});

test("what waits is a proposal like those of policies, and can be approved as one", async () => {
  const { chat } = await talk();
  const note = "a note";
  const waiting = await chat.compress({ content: "Short.", ids: ["u1"], autoCommit: false, note });
  const [proposal, ...others] = await chat.policies.proposals();
  expect(others).toEqual([]);
  expect(proposal).toMatchObject({ id: waiting?.id, kind: "compress", state: "pending" });
  await chat.policies.approve(waiting?.id ?? "");
  expect(await chat.pending()).toEqual([]);
  const [summary] = (await chat.transcript()).entries;
  expect(summary).toMatchObject({ contentType: "summary", payload: { text: "Short." } });
  expect(await chat.get(summary?.hash ?? "")).toMatchObject({ note });
  expect((await failure(waiting?.approve() ?? Promise.resolve())).code).toBe("StaleProposal");
});
