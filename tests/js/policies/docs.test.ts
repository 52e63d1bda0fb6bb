// The examples of docs/policies.md run as they stand; the example of its arithmetic is what varve reckons.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { testVarve } from "varve/testing";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("the examples of the page run one behind the other", () => {
  const page = readFileSync(`${root}docs/policies.md`, "utf8");
  const code = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block).join("\n");
  const args = ["--input-type=module", "--eval", code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  const [first, ...log] = stdout.trim().split("\n");
  expect(first).toBe("pinned");
  expect(log.some((line) => / executed /.test(line))).toBe(true);
});

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
