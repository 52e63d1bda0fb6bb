// A long conversation in IndexedDB: what was compacted leaves the tab's memory, and comes back when it is asked about.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let tab;

before(async () => {
  tab = await start();
});
after(() => tab?.close());

/** What a tab answers to questions about the past: runs in it. */
async function answers() {
  const chat =
    globalThis.chat ??
    (await varve
      .createVarve({ storage: varve.storage("past"), encoding: "approximate" })
      .open("chat"));
  const past = await (await chat.at("q20")).compile();
  return {
    view: (await chat.compile()).messages,
    entry: await chat.get("q3"),
    history: await chat.history({ limit: 5000 }),
    past: past.messages,
  };
}

test("what left memory is what another tab reads", async () => {
  const writer = await tab.page();
  await writer.evaluate(async () => {
    const storage = varve.storage("past");
    globalThis.chat = await varve.createVarve({ storage, encoding: "approximate" }).open("chat");
    for (let round = 0; round < 3; round++) {
      await chat.batch(async (tx) => {
        for (let n = round * 2020; n < (round + 1) * 2020; n++)
          await tx.user(`question ${n}`, { id: `q${n}` });
      });
      await chat.compress({ content: `In short, round ${round}.`, preserveRecent: 4 });
    }
  });
  const here = await writer.evaluate(answers);
  const reader = await tab.page();
  const there = await reader.evaluate(answers);
  assert.deepEqual(here, there);
  assert.equal(here.past.length, 21);
  assert.ok(here.view.length < 10);
  await writer.close();
  await reader.close();
});
