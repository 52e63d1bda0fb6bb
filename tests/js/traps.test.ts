// Traps of the module, as they happen: its memory is used up, or it is given an address that is none.
import { readFile } from "node:fs/promises";
import { beforeEach, describe, expect, test, vi } from "vitest";

type Varve = typeof import("../../js/src/index.js");
type Repository = Awaited<ReturnType<ReturnType<Varve["createVarve"]>["open"]>>;

/** More than the allocator still has when memory cannot grow. */
const LARGE = 100_000_000;
/** Beyond the end of any memory of less than 4 GiB. */
const WILD = 0xffff_fff0;

let varve: Varve;
let counter: { wasmMemory(): unknown };
let loader: typeof import("../../js/src/loader.js");

beforeEach(async () => {
  vi.resetModules();
  loader = await import("../../js/src/loader.js");
  varve = await import("../../js/src/index.js");
  const bytes = await readFile(new URL("../../pkg/varve_bg.wasm", import.meta.url));
  loader.provideModule(new Uint8Array(bytes));
  const { provideCounter } = await import("../../js/src/tokens/loader.js");
  const file = await readFile(new URL("../../pkg-tokens/tokens_bg.wasm", import.meta.url));
  provideCounter(() => new Uint8Array(file));
  counter = await import("../../pkg-tokens/tokens.js");
});

/** Uses up a module's memory: addresses, that is; no page of it is touched. */
async function exhaust(core?: { wasmMemory(): unknown }): Promise<void> {
  const memory = (core ?? (await loader.load()).module).wasmMemory() as WebAssembly.Memory;
  for (let pages = 1 << 15; pages >= 1; pages >>= 1) {
    try {
      for (;;) memory.grow(pages);
    } catch {
      // a smaller step, then
    }
  }
}

/** What a handle calls in the module. */
function native(chat: Repository): { __wbg_ptr: number } {
  return (chat as unknown as { link: { native: { __wbg_ptr: number } } }).link.native;
}

async function view(chat: Repository): Promise<string[]> {
  const { messages } = await chat.compile();
  return messages.flatMap(({ parts }) => parts.map((part) => ("text" in part ? part.text : "")));
}

const trapped = {
  code: "Internal",
  message: expect.stringMatching(/trapped .*open the repository again/),
  cause: expect.any(WebAssembly.RuntimeError),
};

async function vocabulary(): Promise<Parameters<Varve["loadEncoding"]>[0]> {
  const file = new URL("../../pkg-encodings/r50k_base.txt", import.meta.url);
  return { name: "r50k_base", vocabulary: await readFile(file, "latin1") };
}

describe("repositories", () => {
  test("out of memory, the call fails with Internal, and opening again gives a fresh instance", async () => {
    const app = varve.createVarve({ counter: null });
    const chat = await app.open("chat");
    await chat.user("before");
    await exhaust();

    await expect(chat.user("x".repeat(LARGE))).rejects.toMatchObject(trapped);

    const again = await app.open("chat");
    expect(await view(again)).toEqual([]);
    await again.user("after");
    expect(await view(again)).toEqual(["after"]);
    const memory = (await loader.load()).module.wasmMemory() as WebAssembly.Memory;
    expect(memory.buffer.byteLength).toBeLessThan(1 << 26);
  });

  test("all handles of the instance fail from then on, before and after there is a fresh one", async () => {
    const app = varve.createVarve({ counter: null });
    const [chat, other] = [await app.open("chat"), await app.open("other")];
    const elsewhere = await varve.createVarve({ counter: null }).open("chat");
    await chat.user("before");
    native(chat).__wbg_ptr = WILD;
    await expect(chat.status()).rejects.toMatchObject(trapped);

    const allFail = async () => {
      for (const handle of [chat, other, elsewhere]) {
        await expect(handle.user("x")).rejects.toMatchObject(trapped);
        await expect(handle.compile()).rejects.toMatchObject(trapped);
        await expect(handle.prepare()).rejects.toMatchObject(trapped);
        await expect(handle.history()).rejects.toMatchObject(trapped);
        await expect(handle.undo()).rejects.toMatchObject(trapped);
        await expect(handle.at("main")).rejects.toMatchObject(trapped);
        await expect(handle.batch((tx) => tx.user("x"))).rejects.toMatchObject(trapped);
        expect(() => handle.head).toThrow(expect.objectContaining(trapped));
        expect(() => handle.currentBranch).toThrow(expect.objectContaining(trapped));
      }
    };
    await allFail();
    const fresh = await app.open("chat");
    await fresh.user("fresh");
    await allFail();
    expect(await view(fresh)).toEqual(["fresh"]);
  });

  test("a batch that was begun before fails as well", async () => {
    const app = varve.createVarve({ counter: null });
    const chat = await app.open("chat");
    const run = chat.batch(async (tx) => {
      await tx.user("one");
      native(chat).__wbg_ptr = WILD;
      await chat.status().catch(() => {});
      await app.open("chat"); // the fresh instance is there
      await tx.user("two");
    });
    await expect(run).rejects.toMatchObject(trapped);
  });

  test("calls that wait fail at once, and what they waited for disturbs nobody", async () => {
    const answers: ((tokens: number) => void)[] = [];
    const count = () => new Promise<number>((resolve) => answers.push(resolve));
    const app = varve.createVarve({ counter: { name: "slow", count } });
    const chat = await app.open("chat");
    const waiting = chat.user("waiting");
    const failed = expect(waiting).rejects.toMatchObject(trapped);
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0));
    const broken = await chat.at("main").catch(() => chat);
    native(broken).__wbg_ptr = WILD;
    await expect(broken.status()).rejects.toMatchObject(trapped);
    await failed;

    for (const answer of answers.splice(0)) answer(1); // an unhandled rejection fails the run
    const again = await app.open("chat");
    const fresh = again.user("fresh");
    await vi.waitFor(() => {
      for (const answer of answers.splice(0)) answer(1);
      return Promise.race([fresh, Promise.reject(new Error("not yet"))]);
    });
    expect((await fresh).tokenCount).toBe(1);
  });

  test("a trap after something was awaited rejects the call", async () => {
    const app = varve.createVarve({ counter: { name: "slow", count: async () => 1 } });
    const chat = await app.open("chat");
    const { host } = (chat as unknown as { link: { host: { promise(task: object): unknown } } })
      .link;
    const { promise } = host;
    host.promise = (task) => promise.call(host, Object.assign(task, { __wbg_ptr: WILD }));
    await expect(chat.user("x")).rejects.toMatchObject(trapped);
    await (await app.open("chat")).user("y");
  });

  test("a trap of a fresh instance is survived like the first", async () => {
    const app = varve.createVarve({ counter: null });
    for (let time = 0; time < 5; time++) {
      const chat = await app.open("chat");
      await chat.user(`life ${time}`);
      expect(await view(chat)).toEqual([`life ${time}`]);
      native(chat).__wbg_ptr = WILD;
      await expect(chat.compile()).rejects.toMatchObject(trapped);
    }
  });

  test("calls made at the same time as the trap all fail, and an open among them works", async () => {
    const app = varve.createVarve({ counter: null });
    const chat = await app.open("chat");
    native(chat).__wbg_ptr = WILD;
    const results = await Promise.allSettled([
      chat.user("a"),
      chat.user("b"),
      app.open("chat"),
      chat.compile(),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      "rejected",
      "rejected",
      "fulfilled",
      "rejected",
    ]);
    await (await app.open("chat")).user("c");
  });

  test("a trap within a callback takes the call around it along", async () => {
    let inner: Promise<unknown> | undefined;
    const count = (text: string) => {
      if (text === "now") {
        native(other).__wbg_ptr = WILD;
        inner = Promise.allSettled([other.status(), app.open("chat"), chat.compile()]);
      }
      return text.length;
    };
    const app = varve.createVarve({ counter: { name: "careless", count } });
    const [chat, other] = [await app.open("chat"), await app.open("other")];
    await expect(chat.user("now")).rejects.toMatchObject(trapped);
    expect(await inner).toMatchObject([
      { status: "rejected", reason: trapped },
      { status: "fulfilled" },
      { status: "rejected", reason: trapped },
    ]);
    const again = await app.open("chat");
    await again.user("after");
    expect(await view(again)).toEqual(["after"]);
  });

  test("errors of varve are no traps", async () => {
    const count = () => {
      throw new RangeError("not countable");
    };
    const chat = await varve.createVarve({ counter: { name: "bad", count } }).open("chat");
    await expect(chat.user("x")).rejects.toMatchObject({ code: "Callback" });
    await expect(chat.delete("nothing")).rejects.toMatchObject({ code: "EditTarget" });
    expect(chat.head).toBeUndefined();
  });
});

describe("counting", () => {
  test("out of memory, it throws Internal, and soon counts again by itself", async () => {
    await varve.loadEncoding(await vocabulary());
    const tokens = varve.countTokens("hello world", "r50k_base");
    await exhaust(counter);

    expect(() => varve.countTokens("x".repeat(LARGE), "r50k_base")).toThrow(
      expect.objectContaining({ code: "Internal", cause: expect.any(WebAssembly.RuntimeError) }),
    );
    expect(() => varve.countTokens("x", "r50k_base")).toThrow(
      expect.objectContaining({ code: "EncodingNotLoaded" }),
    );
    await varve.loadEncoding("r50k_base");
    expect(varve.countTokens("hello world", "r50k_base")).toBe(tokens);
    expect(varve.decode(varve.encode("hello", { encoding: "r50k_base" }), "r50k_base")).toBe(
      "hello",
    );
  });

  test("what was loaded is loaded again without being asked for", async () => {
    await varve.loadEncoding(await vocabulary());
    await exhaust(counter);
    expect(() => varve.encode("x".repeat(LARGE), { encoding: "r50k_base" })).toThrow(
      expect.objectContaining({ code: "Internal" }),
    );
    await vi.waitFor(() => expect(varve.countTokens("hello", "r50k_base")).toBe(1));
  });

  test("a trap of counting ends the instance whose repositories count so", async () => {
    await varve.loadEncoding(await vocabulary());
    const app = varve.createVarve({ encoding: "r50k_base" });
    const chat = await app.open("chat");
    const uncounted = await varve.createVarve({ counter: null }).open("chat");
    await exhaust(counter);
    expect(() => varve.isWithinTokenLimit("x".repeat(LARGE), 1, "r50k_base")).toThrow(
      expect.objectContaining({ code: "Internal" }),
    );
    await expect(chat.user("x")).rejects.toMatchObject(trapped);
    await expect(uncounted.user("x")).rejects.toMatchObject(trapped); // of the same instance

    const again = await app.open("chat");
    const { tokenCount } = await again.user("hello world");
    native(again).__wbg_ptr = WILD;
    await expect(again.status()).rejects.toMatchObject(trapped);
    const third = await app.open("chat");
    expect((await third.user("hello world")).tokenCount).toBe(tokenCount);
    expect((await third.compile()).tokenSource).toBe("tiktoken:r50k_base");
  });

  test("repositories that count in another way survive a trap of counting", async () => {
    await varve.loadEncoding(await vocabulary());
    const chat = await varve.createVarve({ encoding: "approximate" }).open("chat");
    await exhaust(counter);
    expect(() => varve.countTokens("x".repeat(LARGE), "r50k_base")).toThrow(
      expect.objectContaining({ code: "Internal" }),
    );
    await chat.user("x");
    expect(await view(chat)).toEqual(["x"]);
  });

  test("a trap while a commit is counted fails the commit, and opening again counts as before", async () => {
    await varve.loadEncoding(await vocabulary());
    const app = varve.createVarve({ encoding: "r50k_base" });
    const chat = await app.open("chat");
    const { tokenCount } = await chat.user("hello world");
    await exhaust(counter);
    await expect(chat.user("x".repeat(3_000_000))).rejects.toMatchObject(trapped);
    await expect(chat.status()).rejects.toMatchObject(trapped);

    const again = await app.open("chat");
    expect(await view(again)).toEqual([]);
    expect((await again.user("hello world")).tokenCount).toBe(tokenCount);
  });

  test("the module is loaded with the first encoding, once; a failure is forgotten", async () => {
    vi.resetModules();
    const { provideModule } = await import("../../js/src/loader.js");
    const { provideCounter } = await import("../../js/src/tokens/loader.js");
    const { createVarve } = await import("../../js/src/index.js");
    const file = await readFile(new URL("../../pkg-tokens/tokens_bg.wasm", import.meta.url));
    const core = await readFile(new URL("../../pkg/varve_bg.wasm", import.meta.url));
    const source = vi.fn(async () => new Uint8Array(file));
    source.mockRejectedValueOnce(new Error("network down"));
    provideModule(() => new Uint8Array(core));
    provideCounter(source);
    await (await createVarve({ counter: null }).open("chat")).user("uncounted");
    expect(source).not.toHaveBeenCalled();

    const app = createVarve({ encoding: (await vocabulary()) as never });
    await expect(app.open("chat")).rejects.toMatchObject({
      code: "Internal",
      cause: { message: "network down" },
    });
    const [chat, other] = await Promise.all([app.open("chat"), app.open("other")]);
    expect((await chat.user("hello world")).tokenCount).toBe(2);
    expect((await other.user("hello world")).tokenCount).toBe(2);
    expect(source).toHaveBeenCalledTimes(2);
  });
});
