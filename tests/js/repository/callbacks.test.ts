// Functions of the application that call varve from inside: the clock, the counter, validators,
// listeners.
import { createVarve, type Receipt, type Repository } from "varve";
import { expect, test, vi } from "vitest";
import { NOW, texts, view } from "./support.js";

/** Runs something, but not again from within. */
function once<R>(run: () => R): () => R | undefined {
  let isInside = false;
  return () => {
    if (isInside) return undefined;
    isInside = true;
    try {
      return run();
    } finally {
      isInside = false;
    }
  };
}

/** The hashes of the history, the oldest first, with a check that each follows the one before. */
async function hashes(chat: Repository): Promise<string[]> {
  const { commits } = await chat.history({ limit: 1000 });
  return commits.map(({ hash }) => hash).reverse();
}

test("a clock that reads and commits", async () => {
  let chat: Repository | undefined;
  const made: Promise<Receipt>[] = [];
  const seen: unknown[] = [];
  const clock = () => {
    look();
    return NOW;
  };
  const look = once(() => {
    if (chat === undefined || made.length === 20) return;
    seen.push(chat.head, chat.currentBranch, chat.compile(), chat.status(), chat.operations());
    made.push(chat.user(`clock ${made.length}`));
  });
  const repository = await createVarve({ counter: null, clock }).open("test");
  chat = repository;

  const own = await Promise.all(["a", "b", "c"].map((text) => repository.user(text)));
  // Runs again each time that the clock moved the head.
  const batch = await repository.batch(async (tx) => [await tx.user("d"), await tx.user("e")]);
  const all = [...own, ...batch, ...(await Promise.all(made))];
  await Promise.all(seen);

  expect(made.length).toBeGreaterThan(5);
  expect(new Set(await hashes(repository))).toEqual(new Set(all.map(({ hash }) => hash)));
  expect((await view(repository)).filter((text) => /^[a-e]$/.test(text))).toEqual([..."abcde"]);
  expect((await view(repository)).length).toBe(all.length);
});

test("a clock that throws: the system's time counts, and the error is reported", async () => {
  const uncaught = vi.fn();
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", uncaught);
  try {
    const clock = () => {
      throw new Error("no time");
    };
    const chat = await createVarve({ counter: null, clock }).open("test");
    await chat.user("one");
    await chat.user("two");
    expect(await view(chat)).toEqual(["one", "two"]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(uncaught.mock.calls[0]?.[0]).toMatchObject({ message: "no time" });
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const listener of others) process.on("uncaughtException", listener);
  }
});

test.each(["commit", "budget"] as const)(
  "a listener for %s that commits, compiles and undoes",
  async (type) => {
    const counter = { name: "characters", count: (text: string) => text.length };
    const chat = await createVarve({ counter, clock: () => NOW }).open("test");
    await chat.setBudget({ maxTokens: 1, action: "warn" });
    const inner: Promise<unknown>[] = [];
    let times = 0;
    const act = once(() => {
      if (++times > 3) return;
      inner.push(
        chat.user(`kept ${times}`),
        chat.user("undone"),
        chat.compile().then(({ messages }) => texts(messages)),
        chat.undo(),
      );
    });
    chat.on(type, act);

    for (const text of ["one", "two", "three"]) await chat.user(text);
    const [, , seen] = await Promise.all(inner);

    expect(times).toBeGreaterThan(2);
    expect(seen).toEqual(["one", "kept 1", "undone"]);
    expect(await view(chat)).toEqual(["one", "kept 1", "two", "kept 2", "three", "kept 3"]);
  },
);

test.each([
  ["a counter", (tokens: number) => tokens],
  ["an asynchronous counter", (tokens: number) => Promise.resolve(tokens)],
])("%s that compiles", async (_name, given) => {
  let chat: Repository | undefined;
  const compiled: Promise<string[]>[] = [];
  const compile = once(() => {
    if (chat) compiled.push(chat.compile().then(({ messages }) => texts(messages)));
  });
  const count = (text: string) => {
    compile();
    return given(text.length);
  };
  const repository = await createVarve({ counter: { name: "curious", count } }).open("test");
  chat = repository;
  const plain = { name: "curious", count: (text: string) => text.length };
  const other = await createVarve({ counter: plain }).open("test");

  const said = ["one", "two", "three"];
  for (const text of said) {
    expect((await repository.user(text)).tokenCount).toBe((await other.user(text)).tokenCount);
  }
  const options = { instructions: "Be kind." };
  const result = await repository.compile(options);

  expect(result.tokenCount).toBe((await other.compile(options)).tokenCount);
  expect(texts(result.messages)).toEqual(["Be kind.", ...said]);
  for (const seen of await Promise.all(compiled)) expect(seen).toEqual(said.slice(0, seen.length));
  expect(compiled.length).toBeGreaterThan(2);
});

test("a validator that commits", async () => {
  const inner: Promise<Receipt>[] = [];
  const contentTypes = {
    ticket: {
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate(value: unknown) {
            inner.push(chat.user(`checked ${(value as { id: string }).id}`));
            return { value: value as { id: string } };
          },
        },
      },
    },
  } as const;
  const chat = await createVarve({ counter: null, contentTypes }).open("test");

  const outer = [
    await chat.commit({ contentType: "ticket", id: "1" }),
    await chat.commit({ contentType: "ticket", id: "2" }),
  ];
  const [first, second] = await Promise.all(inner);

  expect(inner.length).toBe(2);
  const order = [first, outer[0], second, outer[1]].map((receipt) => receipt?.hash);
  expect(await hashes(chat as unknown as Repository)).toEqual(order);
});
