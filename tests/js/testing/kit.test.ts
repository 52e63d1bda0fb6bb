// What the kit does around its cases: what it leaves out, what it says, what it tidies up.
import { describe, expect, test } from "vitest";
import {
  memoryPlace,
  type StorageTestOptions,
  testStorageAdapter,
} from "../../../js/src/testing.js";
import type { StorageAdapter } from "../../../js/src/types/storage.js";
import { type Ran, run } from "./mutants/support.js";

const capabilities = { durability: "memory", maxObjectBytes: 0xffff_ffff } as const;
const place = () => memoryPlace();

const names = (ran: readonly Ran[]) => ran.map(({ name }) => name);
const messageOf = (ran: readonly Ran[]) => String((ran[0]?.error as Error | undefined)?.message);

/** Gives the cases to a function in place of running them. */
function collect(options: Partial<StorageTestOptions> = {}) {
  const cases: { name: string; run: () => unknown; timeout: number | undefined }[] = [];
  let group = "";
  testStorageAdapter(place, {
    describe: (name, define) => {
      group = name;
      define();
    },
    it: (name, body, timeout) => {
      cases.push({ name: `${group} > ${name}`, run: body, timeout });
    },
    ...options,
  });
  return cases;
}

test("there are more than 150 cases, no two of one name", () => {
  const all = collect().map(({ name }) => name);
  expect(all.length).toBeGreaterThan(500);
  expect(new Set(all).size).toBe(all.length);
});

test("cases take no parameters: Jest and Mocha would wait for a callback", () => {
  expect(collect().filter(({ run }) => run.length > 0)).toEqual([]);
});

test("every case is given the time limit", () => {
  const limits = collect({ timeout: 5 }).map(({ timeout }) => timeout);
  expect(new Set(limits)).toEqual(new Set([5, undefined]));
  expect(limits.filter((each) => each === undefined).length).toBeLessThan(20); // those left out
});

describe("what does not apply", () => {
  const only = "reopening > everything";

  test("is skipped with its reason", async () => {
    const ran = await run(place, { capabilities, only });
    const reason = 'its durability is "memory": nothing is left to reopen';
    const name = `reopening > everything is there, byte for byte (left out: ${reason})`;
    expect(ran).toEqual([{ name, skipped: true }]);
  });

  test("passes with its reason in its name where the runner cannot skip", async () => {
    const ran = await run(place, { capabilities, only, withoutSkip: true });
    expect(names(ran)).toEqual([expect.stringContaining("(left out: its durability")]);
    expect(ran[0]?.error).toBeUndefined();
  });

  test("fails where the kit was not told, and says what to do", async () => {
    const ran = await run(place, { only });
    expect(messageOf(ran)).toBe(
      'does not apply to this store: its durability is "memory": nothing is left to reopen; give testStorageAdapter its `capabilities`',
    );
  });

  test("is found where the kit was told that it does not apply, but it does", async () => {
    const durable = () => memoryPlace({ durability: "strict" });
    const ran = await run(durable, { capabilities, only: "the kit >" });
    expect(messageOf(ran)).toContain("does not apply, by the `capabilities` of the store");
  });
});

describe("choosing", () => {
  test("only takes a text or an expression", async () => {
    const text = await run(place, { only: "logs > a log that nobody wrote" });
    expect(names(text)).toEqual(["logs > a log that nobody wrote is empty"]);
    const expression = await run(place, { only: /^logs > a log .* empty$/g });
    expect(names(expression)).toEqual(names(text));
  });

  test("only that nothing matches is an error", () => {
    expect(() => collect({ only: "no such case" })).toThrow("no case is called so");
  });

  test("skip reports the reason that is given", async () => {
    const name = "logs > a log that nobody wrote is empty";
    const ran = await run(place, { only: name, skip: { [name]: "not yet" } });
    expect(ran).toEqual([{ name: `${name} (left out: not yet)`, skipped: true }]);
  });

  test("skip of what is not there is an error", () => {
    const skip = { "logs > no such case": "why" };
    expect(() => collect({ skip })).toThrow('skip names "logs > no such case"');
  });

  test("slow cases can be left out", async () => {
    const only = "1,000 objects are written in one batch";
    const ran = await run(place, { only, slow: false });
    expect(names(ran)[0]).toContain("(left out: slow cases were not asked for)");
  });
});

describe("tidying", () => {
  const only = "write > entry 1 is written to an empty journal";

  /** A place that writes down what is done to it. */
  function observed(change: (adapter: StorageAdapter) => StorageAdapter = (same) => same) {
    const done: string[] = [];
    const factory = () => {
      const { open } = memoryPlace();
      done.push("made");
      return {
        open: () => {
          done.push("opened");
          const adapter = open();
          const close = () => {
            done.push("closed");
            return adapter.close();
          };
          return change({ ...adapter, close });
        },
        destroy: () => void done.push("destroyed"),
      };
    };
    return { done, factory };
  }

  test("handles are closed and the place is taken away", async () => {
    const { done, factory } = observed();
    await run(factory, { capabilities, only });
    expect(done).toEqual(["made", "opened", "closed", "destroyed"]);
  });

  test("also after a failure, which is what is told", async () => {
    const { done, factory } = observed((adapter) => ({
      ...adapter,
      write: () => Promise.reject(new Error("disk full")),
      close: async () => {
        await adapter.close();
        throw new Error("cannot close either");
      },
    }));
    const ran = await run(factory, { capabilities, only });
    expect(messageOf(ran)).toBe("disk full");
    expect(done).toEqual(["made", "opened", "closed", "destroyed"]);
  });

  test("a store that cannot be closed fails", async () => {
    const { factory } = observed((adapter) => ({
      ...adapter,
      close: () => Promise.reject(new Error("cannot close")),
    }));
    expect(messageOf(await run(factory, { capabilities, only }))).toBe("cannot close");
  });
});

describe("stores of other kinds pass", () => {
  const failures = (ran: readonly Ran[]) => ran.filter(({ error }) => error !== undefined);

  test("one that keeps no checkpoints", async () => {
    const factory = () => {
      const { open } = memoryPlace();
      const opened = (adapter: StorageAdapter): StorageAdapter => ({
        ...adapter,
        writeCheckpoint: async (key, _, options) => {
          await adapter.readCheckpoint(key, options);
          return false;
        },
      });
      return { open: () => opened(open()) };
    };
    const ran = await run(factory, { capabilities, checkpoints: false, slow: false });
    expect(failures(ran)).toEqual([]);
    expect(names(ran).join()).toContain("(left out: it keeps no checkpoints)");
  });

  test("one that takes a single writer at a time", async () => {
    const single = { ...capabilities, durability: "strict", multiWriter: false } as const;
    const factory = () => {
      const { open } = memoryPlace(single);
      let isOpen = false;
      return {
        open: () => {
          if (isOpen) throw new Error("locked by another handle");
          isOpen = true;
          const adapter = open();
          const close = () => {
            isOpen = false;
            return adapter.close();
          };
          return { ...adapter, close };
        },
      };
    };
    const ran = await run(factory, { capabilities: single, slow: false });
    expect(failures(ran)).toEqual([]);
    expect(names(ran).join()).toContain("(left out: its multiWriter is false");
  });

  test("one whose answers take their time, in any order", async () => {
    const late = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
    const factory = () => {
      const { open } = memoryPlace();
      const slowed = (adapter: StorageAdapter) => {
        const entries = Object.entries(adapter).map(([name, member]) => {
          if (typeof member !== "function" || name === "watch") return [name, member];
          const call = member as (...args: unknown[]) => unknown;
          return [
            name,
            async (...args: unknown[]) => {
              const answer = await call(...args);
              await late();
              return answer;
            },
          ];
        });
        return Object.fromEntries(entries) as StorageAdapter;
      };
      return { open: () => slowed(open()) };
    };
    const only = /many calls|close|signals|createRepository/;
    expect(failures(await run(factory, { capabilities, only }))).toEqual([]);
  });
});
