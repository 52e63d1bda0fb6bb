// The example of the arithmetic of docs/policies.md is what varve reckons.
import { testVarve } from "varve/testing";
import { expect, test } from "vitest";

test("when compressing pays is reckoned as the page says", async () => {
  const counter = { name: "characters", count: (text: string) => text.length };
  const chat = await testVarve({ counter }).open("chat");
  await chat.setBudget({ maxTokens: 1_000_000, action: "warn" });
  await chat.policies.configure({ "auto-compress": { mode: "manual", cachedRatio: 0.1 } });
  const measured = async () => {
    await chat.prepare();
    const { evaluations } = await chat.policies.evaluations({ where: { policy: "auto-compress" } });
    return evaluations[0];
  };
  await chat.user("x".repeat(1000));
  await chat.assistant("y".repeat(1000));
  await chat.user("x".repeat(150));
  expect(await measured()).toMatchObject({
    outcome: "quiet",
    measured: { next: 150, average: 450 },
  });
  for (let turn = 1; turn < 8; turn++) {
    await chat.assistant("y".repeat(150));
    await chat.user("x".repeat(150));
  }
  expect(await measured()).toMatchObject({
    outcome: "manual",
    measured: { next: 307.5, average: 305.6 },
  });
});
