// What old rows of a long conversation come back as, once a store alone has them: for any store that lasts.
import { createVarve, type Repository, type StorageAdapter } from "varve";
import { expect, vi } from "vitest";

/** More commits than a checkpoint waits for, in two entries of the journal, most of them compacted then. */
async function grow(chat: Repository, round: number): Promise<void> {
  await chat.batch(async (tx) => {
    for (let n = 0; n < 1010; n++) {
      const number = round * 1010 + n;
      await tx.user(`question ${number}`, { id: `q${number}` });
      await tx.assistant(`answer ${number}`, { id: `a${number}` });
    }
  });
  await chat.compress({ content: `In short, round ${round}.`, preserveRecent: 4 });
}

/** Calls that nobody waited for stand in the order of the calls, though the first one has to read the past. */
export async function keepsOrder(storage: StorageAdapter, id: string): Promise<void> {
  const open = () => createVarve({ storage, encoding: "approximate" }).open(id);
  const chat = await open();
  const last = async (count: number) =>
    (await chat.compile()).messages.slice(-count).map(({ parts }) => textOf(parts));
  const textOf = (parts: readonly unknown[]) => (parts[0] as { text: string }).text;
  let round = 0;
  /** Rows of more and more rounds are in the store alone. */
  const forget = async () => {
    for (let times = 0; times < 2; times++) await grow(chat, round++);
  };

  await forget();
  await chat.user("taken back", { id: "b" });
  const calls = [chat.undo(), chat.user("said after that", { id: "c" })];
  await Promise.all(calls);
  expect((await chat.get("b"))?.status).not.toBe("live");
  expect(await last(1)).toEqual(["said after that"]);

  await forget();
  await Promise.all([chat.tag("before"), chat.user("said after the tag", { id: "d" })]);
  expect(await (await chat.at("before")).get("d")).toMatchObject({ status: "absent" });

  // A payload of long ago has to be looked up, and keeps its place among the others.
  await forget();
  await chat.batch((tx) => {
    const all = ["question 7", "and then", "question 9", "the end"].map((text) => tx.user(text));
    return Promise.all(all);
  });
  expect(await last(4)).toEqual(["question 7", "and then", "question 9", "the end"]);
  expect((await (await open()).compile()).messages).toEqual((await chat.compile()).messages);
}

/** What somebody asks about the past. */
const QUESTIONS: Record<string, (chat: Repository) => unknown> = {
  history: (chat) => chat.history({ limit: 5000 }),
  "an old entry": (chat) => chat.get("q3"),
  transcript: (chat) => chat.transcript({ limit: 200 }),
  "the view of long ago": async (chat) => {
    const then = await chat.at("a20");
    return (await then.compile()).messages;
  },
  operations: (chat) => chat.operations({ limit: 100 }),
  view: async (chat) => (await chat.compile()).messages,
};

export async function bringsBack(storage: StorageAdapter, id: string): Promise<void> {
  const open = () => createVarve({ storage, encoding: "approximate" }).open(id);
  const read = vi.spyOn(storage, "readCheckpoint");
  const chat = await open();
  for (let round = 0; round < 3; round++) await grow(chat, round);
  read.mockClear();
  const { messages } = await chat.compile();
  await chat.user("and one more");
  await chat.status();
  expect(read, "what is in view needs nothing of the past").not.toHaveBeenCalled();
  expect(messages.length).toBeLessThan(10);

  const fresh = await open();
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    read.mockClear();
    const found = await ask(chat);
    // All of it comes back at once, with the first question.
    if (name === "history") expect(read, "what was left out is read").toHaveBeenCalledTimes(1);
    else expect(read, name).not.toHaveBeenCalled();
    expect(found, name).toEqual(await ask(fresh));
  }
  read.mockRestore();
  await expect(chat.user("another text", { id: "q3" })).rejects.toMatchObject({
    code: "DuplicateId",
  });
}
