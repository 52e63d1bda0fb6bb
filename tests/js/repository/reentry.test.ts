// Callbacks may use the repository that calls them.
import { createVarve, type Repository } from "varve";
import { describe, expect, test } from "vitest";
import { view } from "./support.js";

describe("a callback may use the repository", () => {
  async function use(chat: Repository, mark: string) {
    await chat.compile();
    await chat.status();
    await chat.history();
    await chat.get("HEAD");
    await chat.pin("first");
    await chat.annotate("first", "unset");
    await chat.assistant(`from ${mark}`);
    await chat.batch((tx) => tx.assistant(`batch from ${mark}`));
    return chat.head;
  }

  test.each([false, true])("in a counter, asynchronous: %s", async (asynchronous) => {
    let chat: Repository | undefined;
    const marks: Promise<unknown>[] = [];
    const count = (text: string) => {
      if (chat && text === "trigger") marks.push(use(chat, "counter"));
      return asynchronous ? Promise.resolve(text.length) : text.length;
    };
    chat = await createVarve({ counter: { name: "x", count } }).open("a");
    await chat.user("first", { id: "first" });
    await chat.user("trigger");
    expect(marks.length).toBeGreaterThan(0);
    await Promise.all(marks);
    const all = await view(chat);
    expect(all).toEqual(
      expect.arrayContaining(["first", "trigger", "from counter", "batch from counter"]),
    );
  });

  test.each([false, true])("in a validator, asynchronous: %s", async (asynchronous) => {
    let chat: Repository | undefined;
    let done: Promise<unknown> | undefined;
    const validator = () => {
      done ??= chat && use(chat, "validator");
      return asynchronous ? done?.then(() => true) : true;
    };
    const varve = createVarve({
      counter: null,
      contentTypes: { ticket: { validator: validator as never } },
    });
    const typed = await varve.open("a");
    chat = typed;
    await chat.user("first", { id: "first" });
    await typed.commit({ contentType: "ticket", id: 1 });
    await done;
    expect(await view(chat)).toEqual(
      expect.arrayContaining(["from validator", "batch from validator"]),
    );
  });

  test("in listeners, also when a budget is overdrawn", async () => {
    const counter = { name: "x", count: (text: string) => text.length };
    const chat = await createVarve({ counter }).open("a", {
      budget: { maxTokens: 5, action: "warn" },
    });
    const work: Promise<unknown>[] = [];
    const once = new Set<string>();
    for (const type of ["commit", "budget"] as const) {
      chat.on(type, () => {
        if (once.has(type)) return;
        once.add(type);
        work.push(use(chat, type));
      });
    }
    await chat.user("first", { id: "first" });
    while (work.length > 0) await work.shift();
    expect(await view(chat)).toEqual(
      expect.arrayContaining([
        "first",
        "from commit",
        "batch from commit",
        "from budget",
        "batch from budget",
      ]),
    );
  });

  test("in a clock", async () => {
    let chat: Repository | undefined;
    let work: Promise<unknown> | undefined;
    const clock = () => {
      work ??= chat?.compile();
      return 1_760_000_000_000;
    };
    chat = await createVarve({ counter: null, clock }).open("a");
    await chat.user("first");
    await work;
    expect(await view(chat)).toEqual(["first"]);
  });
});

test("many writers with an asynchronous counter lose nothing, and end up in one history", async () => {
  const count = async (text: string) => {
    await new Promise((resolve) => setTimeout(resolve, text.length % 3));
    return text.length;
  };
  const varve = createVarve({ counter: { name: "slow", count } });
  const handles = await Promise.all(Array.from({ length: 4 }, () => varve.open("a")));
  await Promise.all(
    handles.flatMap((chat, handle) =>
      Array.from({ length: 10 }, async (_, turn) => {
        if (turn % 4 === 3)
          await chat.batch(async (tx) => [await tx.user(`b${handle}.${turn}`), await tx.user("x")]);
        else await chat.user(`${handle}.${turn}`.padEnd(turn + 4, "!"));
      }),
    ),
  );
  const [chat] = handles as [Repository];
  const { commits } = await chat.history({ limit: 1000 });
  expect(commits).toHaveLength(4 * (8 + 2 * 2));
  for (const [index, { parents }] of commits.entries()) {
    expect(parents).toEqual(commits[index + 1] ? [commits[index + 1]?.hash] : []);
  }
  expect((await chat.compile()).messages).toHaveLength(commits.length);
});
