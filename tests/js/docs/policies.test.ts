// The example of the arithmetic of docs/policies.md is what varve reckons.
import { testVarve } from "varve/testing";
import { expect, test } from "vitest";

test("when compressing pays is reckoned as the page says", async () => {
  const counter = { name: "characters", count: (text: string) => text.length };
  const chat = await testVarve({ counter }).open("chat");
  await chat.setBudget({ maxTokens: 1_000_000, action: "warn" });
  await chat.policies.configure({
    "auto-compress": { mode: "manual", cachedRatio: 0.1, threshold: 1, expectedCalls: 24 },
  });
  await chat.user("x".repeat(1000));
  await chat.assistant("y".repeat(1400));
  await chat.user("z".repeat(1900));
  const { tokenCount } = await chat.prepare();
  const { evaluations } = await chat.policies.evaluations({ where: { policy: "auto-compress" } });
  const { outcome, measured } = evaluations[0] ?? {};
  const freed = 0.75 * 2400;
  expect(measured).toMatchObject({
    saving: Math.round(24 * 0.1 * freed),
    loss: Math.round(0.9 * (tokenCount - freed)),
  });
  expect(outcome).toBe("manual");
});
