// Built-in policies through the face: configuring, proposing, pausing.

import { DEFAULT_POLICY, memory, policyConfigSchema, resolvePolicy } from "varve";
import { testVarve } from "varve/testing";
import { describe, expect, test } from "vitest";
import { failure } from "../repository/support.js";

const open = async (options = {}) => testVarve(options).open("chat");

describe("auto-pin", () => {
  test("pins what its rules choose, also what was there before it was enabled", async () => {
    const chat = await open();
    await chat.user("order 4711", { id: "before" });
    await chat.policies.configure({
      "auto-pin": { enabled: true, rules: [{ role: "user", pattern: "ORDER \\d+", flags: "i" }] },
    });
    expect((await chat.get("before"))?.priority).toBe("pinned");
    await chat.user("Order 12", { id: "after" });
    await chat.assistant("order 13", { id: "other" });
    expect((await chat.get("after"))?.priority).toBe("pinned");
    expect((await chat.get("other"))?.priority).toBe("normal");
  });

  test("leaves alone what somebody chose by hand, and what an undo took back", async () => {
    const chat = await open();
    await chat.user("keep", { id: "a" });
    await chat.skip("a");
    await chat.policies.configure({ "auto-pin": { enabled: true, rules: [{ text: "keep" }] } });
    expect((await chat.get("a"))?.priority).toBe("skip");
  });

  test("says which expression is none, and stores nothing of the whole call", async () => {
    const chat = await open();
    const error = await failure(
      chat.policies.configure({
        "auto-branch": { enabled: true },
        "auto-pin": { rules: [{ pattern: "(" }] },
      }),
    );
    expect(error).toMatchObject({
      code: "Validation",
      details: { pointer: "/auto-pin/rules/0/pattern" },
    });
    expect((await chat.policies.list()).find(({ name }) => name === "auto-branch")?.enabled).toBe(
      false,
    );
  });
});

describe("auto-branch and auto-rebase", () => {
  test("propose; approving does it, and undo takes it back", async () => {
    const varve = testVarve();
    const chat = await varve.open("chat");
    await chat.user("base");
    await chat.branch("side");
    await chat.policies.configure({ "auto-rebase": { enabled: true } });
    varve.clock.advance(8 * 24 * 60 * 60 * 1000);
    const { proposals } = await chat.prepare();
    expect(proposals).toMatchObject([
      {
        policy: "auto-rebase",
        action: { type: "archive", branches: ["side"], prefix: "archive/" },
      },
    ]);
    const done = await chat.policies.approve(proposals[0] as never);
    expect((await chat.branches()).map(({ name }) => name)).toEqual(["archive/side", "main"]);
    expect((await chat.operations()).map(({ id }) => id)).toContain(done.operation);
    await chat.undo(done.operation);
    expect((await chat.branches()).map(({ name }) => name)).toEqual(["main", "side"]);
  });

  test("a proposal whose branch moved is stale, and the next prepare makes another", async () => {
    const varve = testVarve();
    const chat = await varve.open("chat");
    await chat.user("base");
    await chat.branch("side");
    await chat.branch("other");
    await chat.policies.configure({ "auto-rebase": { enabled: true } });
    varve.clock.advance(8 * 24 * 60 * 60 * 1000);
    const [first] = (await chat.prepare()).proposals;
    await (await chat.at("side")).user("still here");
    expect((await failure(chat.policies.approve(first as never))).code).toBe("StaleProposal");
    const [second] = (await chat.prepare()).proposals;
    expect(second?.action).toMatchObject({ branches: ["other"] });
    const states = await chat.policies.proposals({ states: ["stale", "pending"] });
    expect(states.map(({ state }) => state)).toEqual(["pending", "stale"]);
  });
});

describe("proposals", () => {
  test("edited ones are approved as they were shown last, and rejected ones let the policy rest", async () => {
    const varve = testVarve();
    const chat = await varve.open("chat");
    await chat.user("base");
    await chat.branch("side");
    await chat.policies.configure({ "auto-rebase": { enabled: true } });
    varve.clock.advance(8 * 24 * 60 * 60 * 1000);
    const [shown] = (await chat.prepare()).proposals;
    const edited = await chat.policies.editProposal(shown as never, {
      type: "archive",
      branches: ["side"],
      prefix: "old/",
    });
    expect((await failure(chat.policies.approve(shown as never))).code).toBe("StaleProposal");
    const wrong = { type: "annotate", entries: [] } as const;
    expect((await failure(chat.policies.editProposal(edited, wrong as never))).code).toBe(
      "Validation",
    );
    const rejected = await chat.policies.reject(edited, "I like it here");
    expect(rejected).toMatchObject({ state: "rejected", reason: "I like it here" });
    expect((await chat.prepare()).proposals).toEqual([]);
    varve.clock.advance(10 * 60 * 1000);
    expect((await chat.prepare()).proposals).toHaveLength(1);
  });

  test("a pause in one process stops what the other was about to do", async () => {
    const storage = memory("pause");
    const [ann, ben] = [testVarve({ storage }), testVarve({ storage, ids: 2 })];
    const [one, two] = [await ann.open("chat"), await ben.open("chat")];
    await one.user("base");
    await one.branch("side");
    await one.policies.configure({ "auto-rebase": { enabled: true } });
    ann.clock.advance(8 * 24 * 60 * 60 * 1000);
    ben.clock.advance(8 * 24 * 60 * 60 * 1000);
    const [proposal] = (await two.prepare()).proposals;
    await one.policies.pauseAll("maintenance");
    const error = await failure(two.policies.approve(proposal as never));
    expect(error).toMatchObject({ code: "PolicyPaused", details: { reason: "maintenance" } });
    expect((await two.prepare()).proposals).toHaveLength(1);
    await one.policies.resumeAll();
    expect((await two.policies.approve(proposal as never)).state).toBe("executed");
  });

  test("of two processes that approve one wins", async () => {
    const storage = memory("race");
    const [ann, ben] = [testVarve({ storage }), testVarve({ storage, ids: 2 })];
    const [one, two] = [await ann.open("chat"), await ben.open("chat")];
    await one.user("base");
    await one.branch("side");
    await one.policies.configure({ "auto-rebase": { enabled: true } });
    ann.clock.advance(8 * 24 * 60 * 60 * 1000);
    ben.clock.advance(8 * 24 * 60 * 60 * 1000);
    const [proposal] = (await one.prepare()).proposals;
    await two.prepare();
    const results = await Promise.allSettled([
      one.policies.approve(proposal as never),
      two.policies.approve(proposal as never),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = results.find(({ status }) => status === "rejected") as PromiseRejectedResult;
    expect(["StaleProposal", "Conflict"]).toContain(lost.reason.code);
    expect((await one.branches()).map(({ name }) => name)).toEqual(["archive/side", "main"]);
  });
});

describe("policyConfig", () => {
  test("is completed, checked, stored, and null again", async () => {
    const storage = memory("config");
    const chat = await open({ storage });
    expect(chat.policyConfig).toBe(null);
    await chat.setPolicyConfig({ threshold: 0.5 });
    expect(chat.policyConfig).toEqual({ threshold: 0.5, preserveRecentCount: 10, enabled: true });
    expect((await open({ storage, ids: 2 })).policyConfig?.threshold).toBe(0.5);
    await chat.setPolicyConfig(null);
    expect(chat.policyConfig).toBe(null);
  });

  test("resolvePolicy({}) is DEFAULT_POLICY, and refuses what the schema refuses", async () => {
    expect(resolvePolicy({})).toEqual(DEFAULT_POLICY);
    expect(DEFAULT_POLICY).toEqual({ threshold: 0.8, preserveRecentCount: 10, enabled: true });
    expect(resolvePolicy({ threshold: undefined as never })).toEqual(DEFAULT_POLICY);
    const { Validator } = await import("@cfworker/json-schema");
    const schema = new Validator(policyConfigSchema as never);
    const cases: [object, boolean][] = [
      [{}, true],
      [{ threshold: 1 }, true],
      [{ threshold: 0 }, false],
      [{ threshold: 1.1 }, false],
      [{ preserveRecentCount: 0 }, true],
      [{ preserveRecentCount: -1 }, false],
      [{ preserveRecentCount: 1.5 }, false],
      [{ enabled: "no" }, false],
      [{ more: 1 }, false],
    ];
    for (const [config, fine] of cases) {
      expect(schema.validate(config).valid, JSON.stringify(config)).toBe(fine);
      const resolve = () => resolvePolicy(config as never);
      if (fine) expect(resolve).not.toThrow();
      else expect(resolve).toThrow(expect.objectContaining({ code: "Validation" }));
    }
  });
});

test("evaluations that were counted are written on close", async () => {
  const storage = memory("closing");
  const varve = testVarve({ storage });
  const chat = await varve.open("chat", { budget: { maxTokens: 1000, action: "warn" } });
  await chat.user("hello");
  for (let n = 0; n < 3; n++) await chat.prepare();
  await varve.close();
  const { evaluations } = await (await open({ storage, ids: 2 })).policies.evaluations();
  expect(evaluations).toMatchObject([{ policy: "auto-compress", outcome: "quiet", count: 3 }]);
});

test("list shows varve's policies and the application's, in order, with what was configured", async () => {
  const chat = await open();
  chat.policies.register({
    name: "own",
    priority: 250,
    evaluateOn: "commit",
    evaluate: () => null,
  });
  await chat.policies.configure({ "auto-pin": { enabled: true }, own: { mode: "manual" } });
  await chat.policies.setMode("autonomous");
  const list = await chat.policies.list();
  expect(list.map(({ name, enabled, mode }) => `${name} ${enabled} ${mode}`)).toEqual([
    "auto-pin true autonomous",
    "auto-compress true autonomous",
    "own true manual",
    "auto-branch false autonomous",
    "auto-rebase false autonomous",
  ]);
  await chat.policies.configure({ "auto-pin": null });
  expect((await chat.policies.list())[0]).toMatchObject({ name: "auto-pin", enabled: false });
});
