// A varve for tests: time stands still, and the same calls give the same names.
import { createVarve, isVarveError } from "varve";
import { manualClock, memoryPlace, testVarve } from "varve/testing";
import { expect, test } from "vitest";

const START = Date.UTC(2025, 0, 1);

/** What a short conversation leaves. */
async function played(options?: Parameters<typeof testVarve>[0]) {
  const varve = testVarve(options);
  const chat = await varve.open("chat");
  await chat.instruction("Be brief.");
  const { id } = await chat.user("My order 4711 never came.");
  varve.clock.advance(1500);
  await chat.pin(id);
  await chat.assistant("I am looking into it.");
  return { commits: (await chat.history()).commits, operations: await chat.operations() };
}

test("the same calls give the same ids, hashes and times", async () => {
  expect(await played()).toEqual(await played());
});

test("another number gives other ids", async () => {
  const ids = async (number: number) =>
    (await played({ ids: number })).commits.map(({ hash }) => hash);
  const [one, two] = [await ids(1), await ids(2)];
  expect(one.filter((hash) => two.includes(hash))).toEqual([]);
  expect(await ids(2)).toEqual(two);
});

test("time stands still until it is moved", async () => {
  const { commits } = await played();
  expect(commits.map(({ createdAt }) => createdAt)).toEqual([START + 1500, START, START]);
});

test("a clock can be given a start, set, and shared", async () => {
  const at = new Date(Date.UTC(2030, 5, 1));
  expect(testVarve({ clock: at }).clock()).toBe(at.getTime());
  expect(testVarve({ clock: 5 }).clock.advance(2)).toBe(7);
  const clock = manualClock();
  const [one, two] = [testVarve({ clock }), testVarve({ clock })];
  one.clock.set(at);
  expect([two.clock(), clock.set(9), one.clock()]).toEqual([at.getTime(), 9, 9]);
  const chat = await createVarve({ clock, counter: null }).open("chat");
  await chat.user("Hello.");
  expect((await chat.history()).commits[0]?.createdAt).toBe(9);
});

test("it opens what a store holds, as any varve", async () => {
  const { open } = memoryPlace();
  const storage = open();
  const chat = await testVarve({ storage }).open("chat");
  await chat.user("Hello.");
  const again = await testVarve({ storage: open(), ids: 2 }).open("chat", { create: false });
  expect((await again.compile()).messages).toHaveLength(1);
});

test("tokens are counted approximately, or as is asked for", async () => {
  const counted = async (options?: Parameters<typeof testVarve>[0]) =>
    (await (await testVarve(options).open("chat")).user("Hello, world!")).tokenCount;
  expect(await counted()).toBeGreaterThan(0);
  expect(await counted({ counter: null })).toBe(0);
  expect(await counted({ counter: { name: "seven", count: () => 7 } })).toBe(7);
});

test("an option that there is not is refused, as by createVarve", () => {
  try {
    testVarve({ nonsense: 1 } as never);
  } catch (error) {
    expect(isVarveError(error, "Validation")).toBe(true);
    return;
  }
  expect.unreachable("it must throw");
});
