// When a checkpoint is written: after as many entries, or as many commits in fewer entries.
import { createVarve } from "varve";
import { memoryAdapter } from "varve/testing";
import { expect, test } from "vitest";

/** A store that lasts, as others do where checkpoints are of use. */
const lasting = () =>
  createVarve({ storage: memoryAdapter({ durability: "strict" }), counter: null });

test("two thousand commits make a checkpoint due, in however few entries", async () => {
  const varve = lasting();
  const chat = await varve.open("test");
  const batch = (count: number) =>
    chat.batch(async (tx) => {
      for (let n = 0; n < count; n++) await tx.user("again");
    });
  const last = async () => (await chat.status()).checkpoint.seq;
  for (let n = 0; n < 19; n++) await batch(100);
  await batch(99);
  expect(await last(), "after 1,999").toBe(0);
  await chat.user("one more");
  expect(await last(), "after 2,000").toBe(21);
  await batch(1999);
  expect(await last(), "counted from the last one on").toBe(21);

  // Who opens it counts from what the checkpoint holds.
  const other = await varve.open("test");
  expect((await other.status()).checkpoint.seq).toBe(21);
  await other.user("one more");
  expect((await other.status()).checkpoint.seq).toBe(23);
});

test("two thousand entries make one due that hold no commit", async () => {
  const chat = await lasting().open("test");
  await chat.user("one", { id: "a" });
  for (let n = 2; n < 2000; n++) await chat.tag(`t${n}`);
  expect((await chat.status()).checkpoint.seq).toBe(0);
  await chat.tag("last");
  expect((await chat.status()).checkpoint.seq).toBe(2000);
});
