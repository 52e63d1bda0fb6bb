// The table of models is what its source says, and budgets go by it.
import { createVarve } from "varve";
import { models, modelsUpdatedAt } from "varve/models";
import { describe, expect, test } from "vitest";
import { failure } from "./repository/support.js";

describe("the table", () => {
  test("says what it is about: tokens, USD for a million of them, a day", () => {
    expect(models["gpt-5"]).toEqual({
      provider: "openai",
      contextWindow: 272_000,
      maxOutput: 128_000,
      input: 1.25,
      output: 10,
      cacheRead: 0.125,
      accepts: ["image", "pdf"],
    });
    expect(models["gemini-2.5-pro"].accepts).toEqual(["image", "audio", "video", "pdf"]);
    expect(models["gpt-3.5-turbo"].accepts).toEqual([]);
    expect(models["claude-opus-4-8"]).toMatchObject({ provider: "anthropic", cacheWrite: 6.25 });
    expect(modelsUpdatedAt).toMatch(/^\d{4}-\d\d-\d\d$/);
    const providers = new Set(Object.values(models).map(({ provider }) => provider));
    expect([...providers]).toEqual(["openai", "anthropic", "google", "xai", "mistral", "deepseek"]);
    for (const { contextWindow, maxOutput, input, output } of Object.values(models)) {
      expect(Math.min(contextWindow, maxOutput ?? 0, input ?? 0, output ?? 0)).toBeGreaterThan(0);
    }
    expect(Object.isFrozen(models) && Object.isFrozen(models["gpt-5"])).toBe(true);
  });
});

describe("a budget in the name of a model", () => {
  const action = "warn" as const;

  test("is its window, less what is reserved", async () => {
    const own = { ...models, mine: { contextWindow: 1000 } };
    const varve = createVarve({ counter: null, models: own });
    const chat = await varve.open("x", { budget: { model: "gpt-5", action } });
    expect((await chat.status()).budget?.limit).toBe(272_000);
    await chat.setBudget({ model: "mine", reserveOutput: 100, margin: 0.1, action });
    expect((await chat.status()).budget?.limit).toBe(800);
    const other = await varve.workspace("w").open("y", { budget: { model: "mine", action } });
    expect((await other.status()).budget?.limit).toBe(1000);
  });

  test("that is not known is an error that says what to do", async () => {
    const bare = createVarve({ counter: null });
    const error = await failure(bare.open("x", { budget: { model: "gpt-5", action } }));
    expect(error).toMatchObject({ code: "UnknownModel", details: { model: "gpt-5", known: [] } });
    expect(error.message).toBe(
      'unknown model "gpt-5"; give createVarve the models of "varve/models", or your own, or the budget a contextWindow',
    );
    const varve = createVarve({ counter: null, models });
    for (const model of ["gpt-99", "toString", "__proto__"]) {
      const unknown = await failure(varve.open("x", { budget: { model, action } }));
      expect(unknown).toMatchObject({ code: "UnknownModel", details: { model } });
      expect(unknown.message).toContain("add it to the models of createVarve");
    }
  });

  test("is no other budget beside it", async () => {
    const chat = await createVarve({ counter: null, models }).open("x");
    const both = { model: "gpt-5", maxTokens: 5, action } as never;
    expect(await failure(chat.setBudget(both))).toMatchObject({
      code: "Validation",
      details: { pointer: "/model" },
    });
    expect(await failure(() => createVarve({ models: 5 as never }))).toMatchObject({
      code: "Validation",
      details: { pointer: "/models" },
    });
  });
});
