// Budgets in the name of a model: its window is looked up in the models given to `createVarve`.
import { VarveError } from "./errors.js";
import type { Budget } from "./types/budget.js";
import type { Models } from "./types/models.js";

/** The budget with the window of its model in place of the model. */
export function withWindow(budget: Budget, models: Models | undefined): object {
  const { model, ...figures } = budget;
  if (model === undefined) return figures;
  const entry = Object.hasOwn(models ?? {}, model) ? models?.[model] : undefined;
  if (figures.contextWindow !== undefined || figures.maxTokens !== undefined) {
    const message = "a budget takes a model, a contextWindow or maxTokens, one of them";
    throw new VarveError("Validation", message, { pointer: "/model" });
  }
  if (entry !== undefined) return { ...figures, contextWindow: entry.contextWindow };
  const known = Object.keys(models ?? {});
  const advice =
    models === undefined
      ? 'give createVarve the models of "varve/models", or your own, or the budget a contextWindow'
      : "add it to the models of createVarve: { ...models, [name]: { contextWindow } }, or give a contextWindow";
  throw new VarveError("UnknownModel", `unknown model ${JSON.stringify(model)}; ${advice}`, {
    model,
    known,
  });
}
