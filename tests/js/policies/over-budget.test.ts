// A turn that goes over the budget by itself: what the policy does, what the compile tells, what the application can do.
import { testVarve } from "varve/testing";
import { expect, test } from "vitest";

test("a turn over the budget is told until its results are cleared", async () => {
  const chat = await testVarve().open("chat", { budget: { maxTokens: 1000, action: "warn" } });
  await chat.policies.configure({ "auto-compress": { mode: "autonomous" } });
  await chat.user("What was said before. ".repeat(100), { id: "old" });
  await chat.assistant("It was said. ".repeat(100));
  await chat.user("Look it up, twice.", { id: "now" });
  await chat.toolCall("look", {}, { callId: "a", id: "first call" });
  await chat.toolResult("a", "found something. ".repeat(400), { id: "first" });
  const over = await chat.prepare();
  const old = (await chat.transcript()).entries.find(({ id }) => id === "old");
  expect(old?.compactedInto, "what could go went").toBeDefined();
  const [warning] = over.warnings;
  expect(warning).toEqual({
    kind: "over-budget",
    limit: 1000,
    used: over.tokenCount,
    entries: ["now", "first call", "first"],
  });
  await chat.clearToolResults({ keepLast: 0 });
  const fits = await chat.prepare();
  expect(fits.warnings).toEqual([]);
  expect(fits.tokenCount).toBeLessThan(1000);
  await chat.undo();
  expect((await chat.prepare()).tokenCount).toBe(over.tokenCount);
});
