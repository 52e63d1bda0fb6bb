// The budget as a bar: how much of it is used, by content type or by role, where the policy acts, and where it ends.
import { fill, h, number, plural } from "../dom.js";

const BUDGETS = [2000, 3000, 4000, 6000, 8000];

/** What stands first in the bar stands first in a prompt. */
const ORDER = {
  type: ["instruction", "summary", "message", "tool_io", "reasoning"],
  role: ["system", "user", "assistant", "tool"],
};

/** `by` is "type" or "role". */
export function showBudget(parent, { status, threshold, past }, { by, onBy, onBudget }) {
  const { limit } = status.budget;
  const { tokens, byType, byRole } = past?.status ?? status;
  const compiledTokens = past?.tokens ?? status.compiledTokens;
  const shares = by === "type" ? byType : byRole;
  const rank = (name) => ORDER[by].indexOf(name) + 1 || 99;
  const parts = Object.entries(shares)
    .map(([name, share]) => ({ name, ...share }))
    .sort((a, b) => rank(a.name) - rank(b.name));
  const frame = compiledTokens - tokens;
  if (frame > 0) parts.push({ name: "format", tokens: frame });
  const whole = Math.max(limit, compiledTokens);
  const percent = (value) => `${((100 * value) / whole).toFixed(2)}%`;
  const state =
    compiledTokens > limit ? "over" : compiledTokens >= threshold * limit ? "high" : "fine";

  const bar = h(
    "div",
    {
      class: `bar ${state}`,
      role: "meter",
      "aria-label": "Tokens used",
      "aria-valuemin": 0,
      "aria-valuemax": limit,
      "aria-valuenow": compiledTokens,
      "aria-valuetext": `${number(compiledTokens)} of ${number(limit)} tokens`,
    },
    parts.map(({ name, tokens: own }) =>
      h("span", {
        class: `segment c-${name}`,
        style: `width:${percent(own)}`,
        title: `${name}: ${number(own)} tokens`,
      }),
    ),
    h("span", {
      class: "threshold",
      style: `left:${percent(threshold * limit)}`,
      title: "here the policy acts",
    }),
  );
  fill(
    parent,
    h(
      "div",
      { class: "budget-line" },
      h(
        "p",
        { class: "used" },
        h("strong", { id: "used" }, number(compiledTokens)),
        ` of ${number(limit)} tokens`,
        past ? h("span", { class: "muted" }, ", then") : null,
      ),
      legend(parts),
      h(
        "div",
        { class: "budget-settings" },
        h(
          "div",
          { class: "segmented", role: "group", "aria-label": "Colours of the bar" },
          ["type", "role"].map((name) =>
            h(
              "button",
              {
                type: "button",
                "aria-pressed": String(by === name),
                "data-focus": `by-${name}`,
                on: { click: () => onBy(name) },
              },
              `by ${name}`,
            ),
          ),
        ),
        h(
          "label",
          { class: "select" },
          h("span", {}, "Budget"),
          h(
            "select",
            {
              "data-focus": "limit",
              on: { change: (event) => onBudget(Number(event.target.value)) },
            },
            [...new Set([...BUDGETS, limit])]
              .sort((a, b) => a - b)
              .map((value) => h("option", { value, selected: value === limit }, number(value))),
          ),
        ),
      ),
    ),
    bar,
  );
}

function legend(parts) {
  return h(
    "ul",
    { class: "legend" },
    parts.map(({ name, tokens, entries }) =>
      h(
        "li",
        {
          title:
            entries === undefined
              ? "what the chat format adds"
              : plural(entries, "entry", "entries"),
        },
        h("span", { class: `swatch c-${name}` }),
        `${name} `,
        h("span", { class: "muted" }, number(tokens)),
      ),
    ),
  );
}
