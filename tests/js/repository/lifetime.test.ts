// What is kept of a repository once nobody has a handle on it: a server opens many, each for a while.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createVarve, type Repository } from "varve";
import { memoryAdapter } from "varve/testing";
import { expect, test, vi } from "vitest";
import { failure, texts } from "./support.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Lets go of what can go: finalizers run in tasks, and free what the next collection finds. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What all repositories of a workspace have in common. */
const hostOf = (chat: Repository): object =>
  (chat as unknown as { link: { host: object } }).link.host;

const storages = {
  "in memory": undefined,
  "on an adapter that watches": memoryAdapter,
};

for (const [where, storage] of Object.entries(storages)) {
  test(`messages and listeners go with the last handle, ${where}`, async () => {
    const varve = createVarve({ encoding: "approximate", storage: storage?.() });
    const kept: WeakRef<object>[] = [];
    const use = async (id: string) => {
      const chat = await varve.open(id);
      // What listens has the handle, and the handle what listens.
      chat.on("commit", () => void chat.head);
      chat.subscribe(() => void chat.head)();
      await chat.user(`Hello ${id}`);
      const { messages } = await chat.prepare();
      kept.push(new WeakRef(messages[0] as object), new WeakRef(chat));
    };
    for (let index = 0; index < 5; index++) await use(`chat-${index}`);
    await settle();
    expect(kept.map((one) => one.deref())).toEqual(kept.map(() => undefined));
    const again = await (await varve.open("chat-3")).compile();
    expect(again.messages.map(({ parts }) => parts)).toEqual([
      [{ type: "text", text: "Hello chat-3" }],
    ]);
  });

  test(`who comes back before all is gone gets every message, ${where}`, async () => {
    const varve = createVarve({ encoding: "approximate", storage: storage?.() });
    const told: string[] = [];
    await (async () => {
      const chat = await varve.open("chat");
      chat.on("commit", () => void told.push("first"));
      await chat.user("One");
      expect((await chat.compile()).messages).toHaveLength(1);
    })();
    collect(); // its finalizers have not run when it is opened again
    const chat = await varve.open("chat");
    chat.on("commit", () => void told.push("second"));
    await chat.user("Two");
    const { messages } = await chat.compile();
    const texts = messages.map(({ parts: [part] }) => part?.type === "text" && part.text);
    expect(texts).toEqual(["One", "Two"]);
    expect(told).toContain("second");
    await settle();
    expect((await chat.compile()).messages).toEqual(messages);
    await chat.user("Three");
    expect((await chat.compile()).messages).toHaveLength(3);
  });
}

test("a handle on another branch keeps what listens to the repository", async () => {
  const varve = createVarve({ encoding: "approximate" });
  let heard = 0;
  const side = await (async () => {
    const chat = await varve.open("chat");
    chat.on("commit", () => heard++);
    await chat.user("One");
    await chat.branch("side");
    return chat.at("side");
  })();
  await settle();
  await side.user("Two");
  expect(heard).toBe(2);
});

test("a disposed handle is closed, others on the repository are not, and what is under way goes on", async () => {
  const varve = createVarve({ encoding: "approximate", storage: memoryAdapter() });
  const chat = await varve.open("chat");
  const other = await varve.open("chat");
  const branches: unknown[] = [];
  other.on("commit", ({ branch }) => branches.push(branch));
  const written = chat.user("One");
  const compiled = chat.compile();
  await chat[Symbol.asyncDispose]();
  await chat[Symbol.asyncDispose]();
  expect((await written).height).toBe(1);
  expect((await compiled).tokenCount).toBeTypeOf("number");
  const calls = [
    () => chat.user("Two"),
    () => chat.compile(),
    () => chat.at("main"),
    () => chat.batch(() => {}),
    () => chat.setBudget(null),
    () => chat.head,
    () => chat.currentBranch,
  ];
  for (const call of calls) expect((await failure(call)).code).toBe("Closed");
  await other.user("Two");
  expect(texts((await other.compile()).messages)).toEqual(["One", "Two"]);
  expect(branches).toEqual([undefined, "main"]);
  await other[Symbol.asyncDispose]();
  expect(texts((await (await varve.open("chat")).compile()).messages)).toEqual(["One", "Two"]);
});

test("with the last handle messages go at once, whatever the engine collects when", async () => {
  const varve = createVarve({ encoding: "approximate" });
  const use = async () => {
    await using chat = await varve.open("chat");
    await chat.user("Hello");
    return new WeakRef((await chat.compile()).messages[0] as object);
  };
  const message = await use();
  await new Promise((resolve) => setTimeout(resolve));
  collect(); // once: there is no finalizer to wait for
  expect(message.deref()).toBeUndefined();
});

test("who listens hears of others through a handle that lives, and of the deletion", async () => {
  let tell = () => {};
  const watch = (_: unknown, listener: () => void) => {
    tell = listener;
    return () => {};
  };
  const storage = { ...memoryAdapter(), watch };
  const varve = createVarve({ encoding: "approximate", storage });
  const others = createVarve({ encoding: "approximate", storage });
  const [one, two] = [await varve.open("chat"), await varve.open("chat")];
  let heard = 0;
  one.subscribe(() => heard++);
  two.subscribe(() => {});
  await one[Symbol.asyncDispose]();
  await (await others.open("chat")).user("One");
  tell();
  await vi.waitFor(() => expect(heard).toBeGreaterThan(0));
  expect(texts((await two.compile()).messages)).toEqual(["One"]);
  const before = heard;
  await others.delete("chat");
  tell();
  await vi.waitFor(() => expect(heard).toBeGreaterThan(before));
});

test("what was counted of policies is written when a handle is disposed, which does not fail where that does", async () => {
  const adapter = memoryAdapter();
  const written: unknown[] = [];
  let [isDown, now] = [false, 0];
  const write: typeof adapter.write = (key, batch, options) => {
    if (isDown) {
      now += 60_000; // it is tried again for a while
      throw new Error("no disk");
    }
    for (const { fields } of batch.logs) written.push(JSON.parse(fields).outcome);
    return adapter.write(key, batch, options);
  };
  const varve = createVarve({
    encoding: "approximate",
    storage: { ...adapter, write },
    clock: () => now,
  });
  const use = async (text: string) => {
    const chat = await varve.open("chat");
    await chat.policies.configure({ "auto-pin": { enabled: true } });
    await chat.user(text);
    await chat.prepare();
    expect(written).toEqual([]);
    return chat;
  };
  const lost = await use("Hello");
  isDown = true;
  await lost[Symbol.asyncDispose]();
  isDown = false;
  expect((await failure(() => lost.head)).code).toBe("Closed");
  await (await use("Hello again"))[Symbol.asyncDispose]();
  expect(written).toContain("quiet");
});

test("a workspace goes when nobody uses it any more, and is there again when somebody does", async () => {
  const hosts: WeakRef<object>[] = [];
  const varve = createVarve({ encoding: "approximate", storage: memoryAdapter() });
  const kept = varve.workspace("kept");
  const chat = await kept.open("chat");
  const use = async (name: string) => {
    const chat = await varve.workspace(name).open("chat");
    await chat.user(name);
    hosts.push(new WeakRef(hostOf(chat)));
  };
  for (let index = 0; index < 5; index++) await use(`customer-${index}`);
  await settle();
  expect(hosts.map((host) => host.deref())).toEqual(hosts.map(() => undefined));
  await chat.user("still there");
  expect(hostOf(await kept.open("other"))).toBe(hostOf(chat));
  for (let index = 0; index < 5; index++) {
    const again = await varve.workspace(`customer-${index}`).open("chat");
    expect(texts((await again.compile()).messages)).toEqual([`customer-${index}`]);
  }
  await varve.close();
  expect((await failure(chat.user("x"))).code).toBe("Closed");
});

test("a workspace in memory stays: what it has is nowhere else", async () => {
  const varve = createVarve({ encoding: "approximate" });
  await (async () => void (await (await varve.workspace("a").open("chat")).user("Hello")))();
  await settle();
  const again = await varve.workspace("a").open("chat");
  expect(texts((await again.compile()).messages)).toEqual(["Hello"]);
});
