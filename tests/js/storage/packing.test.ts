// When the store in IndexedDB puts things closer together: after much was written or read, a step at a time.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { packing } from "../../../js/src/storage/packing.js";

const key = (id: string) => ({ workspace: "acme", id, incarnation: "00000000000000a1" });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Steps that are taken of each repository: `more` says whether there is more to do after so many. */
function counted(more: (steps: number) => boolean | Promise<boolean>) {
  const steps: string[] = [];
  const packer = packing(async ({ id }) => {
    steps.push(id);
    return more(steps.length);
  });
  return { steps, packer };
}

/** Lets all timers run, and what waits for them. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    vi.runAllTimers();
    await vi.advanceTimersByTimeAsync(0);
  }
}

test("nothing begins before 512 objects were written to one repository, in however many writes", async () => {
  const { steps, packer } = counted(() => false);
  for (let n = 0; n < 511; n++) packer.wrote(key("a"), 1);
  packer.wrote(key("b"), 511);
  packer.read(511, () => key("c"));
  await settled();
  expect(steps).toEqual([]);
  packer.wrote(key("a"), 1);
  await settled();
  expect(steps).toEqual(["a"]);
  packer.wrote(key("a"), 511);
  await settled();
  expect(steps, "counted from anew").toEqual(["a"]);
});

test("steps follow each other until there is no more to do, once for each repository", async () => {
  const { steps, packer } = counted((count) => count < 6);
  packer.read(512, () => key("a"));
  packer.read(10_000, () => key("a"));
  packer.wrote(key("b"), 512);
  expect(steps, "what was waited for goes first").toEqual([]);
  await settled();
  expect(steps.filter((id) => id === "a").length).toBeGreaterThan(1);
  expect(steps.filter((id) => id === "b").length).toBeGreaterThan(1);
  expect(steps.length).toBeLessThanOrEqual(7);
});

test("a step that fails ends it, and nobody is told; the next reason begins again", async () => {
  const { steps, packer } = counted((count) => {
    if (count === 1) throw new Error("no room");
    return false;
  });
  packer.read(512, () => key("a"));
  await settled();
  expect(steps).toEqual(["a"]);
  packer.read(512, () => key("a"));
  await settled();
  expect(steps).toEqual(["a", "a"]);
});

test("after close no step begins", async () => {
  const { steps, packer } = counted(() => true);
  packer.read(512, () => key("a"));
  packer.close();
  packer.read(512, () => key("b"));
  await settled();
  expect(steps).toEqual([]);
});
