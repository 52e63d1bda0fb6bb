// Turns, with locks that go round in order as those of a browser do.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { turns } from "../../../js/src/storage/turns.js";

const chat = { workspace: "acme", id: "chat" };
const stored = async () => ({});
const lost = async () => ({ conflict: [] });

/** Web Locks, with who asked. */
class Locks {
  readonly asked: string[] = [];
  readonly #tails = new Map<string, Promise<unknown>>();

  request(name: string, { signal }: { signal: AbortSignal }, held: () => Promise<void>) {
    this.asked.push(name);
    const before = this.#tails.get(name) ?? Promise.resolve();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    const mine = Promise.race([before, aborted]).then(held);
    this.#tails.set(
      name,
      mine.catch(() => before),
    );
    return mine;
  }
}

let locks: Locks;

beforeEach(() => {
  vi.useFakeTimers();
  locks = new Locks();
  vi.stubGlobal("navigator", { locks });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Somebody who lost a race just now. */
async function rival(name = "app") {
  const mine = turns(name);
  await mine.write(chat, lost);
  return mine;
}

describe("turns", () => {
  it("asks for no lock as long as no race is lost, and for none of other repositories", async () => {
    const mine = turns("app");
    await mine.write(chat, stored);
    await mine.write(chat, lost);
    await mine.write({ workspace: "acme", id: "other" }, stored);
    expect(locks.asked).toEqual([]);
    await mine.write(chat, stored);
    expect(locks.asked).toEqual(['app:["acme","chat"]']);
  });

  it("gives what the write gives, and its error", async () => {
    const mine = await rival();
    expect(await mine.write(chat, async () => ({ conflict: ["an entry"] }))).toEqual({
      conflict: ["an entry"],
    });
    const failing = mine.write(chat, () => Promise.reject(new Error("full")));
    await expect(failing).rejects.toThrow("full");
  });

  it("lets one write at a time, and who lost keeps the turn for the next attempt", async () => {
    const [one, other] = [await rival(), await rival()];
    const order: string[] = [];
    const note = (what: string, write: () => Promise<object>) => () => {
      order.push(what);
      return write();
    };
    await one.write(chat, note("one loses", lost));
    const waiting = other.write(chat, note("other", stored));
    await one.write(chat, note("one again", stored));
    await waiting;
    expect(order).toEqual(["one loses", "one again", "other"]);
    expect(locks.asked.length).toBe(2);
  });

  it("lets go of a turn after an error, and of one that is not used", async () => {
    const [one, other] = [await rival(), await rival()];
    await one.write(chat, () => Promise.reject(new Error("full"))).catch(() => {});
    await other.write(chat, stored);
    await one.write(chat, lost);
    const written = other.write(chat, stored);
    await vi.advanceTimersByTimeAsync(250);
    expect(await written).toEqual({});
  });

  it("writes without a turn that does not come, and asks for none for a while", async () => {
    const [one, other] = [await rival(), await rival()];
    void one.write(chat, () => new Promise<object>(() => {}));
    const waiting = other.write(chat, lost);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await waiting).toEqual({ conflict: [] });
    const asked = locks.asked.length;
    await other.write(chat, lost);
    expect(locks.asked.length).toBe(asked);
    await vi.advanceTimersByTimeAsync(4999);
    await other.write(chat, lost); // there are rivals still
    await vi.advanceTimersByTimeAsync(1);
    void other.write(chat, stored);
    expect(locks.asked.length).toBe(asked + 1);
  });

  it("forgets rivals that are quiet", async () => {
    const mine = await rival();
    await vi.advanceTimersByTimeAsync(5000);
    await mine.write(chat, stored);
    expect(locks.asked).toEqual([]);
  });

  it("lets go of a kept turn when it is closed", async () => {
    const [one, other] = [await rival(), await rival()];
    await one.write(chat, lost);
    const waiting = other.write(chat, stored);
    one.close();
    expect(await waiting).toEqual({});
  });

  it("writes where there are no locks, or the page may have none", async () => {
    const denied = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };
    vi.stubGlobal("navigator", { locks: denied });
    const mine = await rival();
    expect(await mine.write(chat, stored)).toEqual({});
    vi.stubGlobal("navigator", {});
    expect(await (await rival()).write(chat, stored)).toEqual({});
  });
});
