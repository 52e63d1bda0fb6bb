// What the policy proposes: what would go, tokens before and after; and the summary, to be read and corrected first.
import { clip, h, keyed, number, plural } from "../dom.js";
import { speakerOf, textOf } from "../words.js";
import { factsOf } from "./forms.js";

/** Cards for what waits for somebody's word. */
export function showProposals(parent, { proposals, pending, status, now }, actions) {
  const drafted = new Set(
    pending.flatMap(({ summaries }) => summaries.flatMap(({ entries }) => entries)),
  );
  const known = new Map(now.entries.map((entry) => [entry.id, entry]));
  const limit = status.budget.limit;
  const drafts = pending.map((draft) => ({
    key: `draft-${draft.id}`,
    signature: JSON.stringify([draft.summaries.map(({ text }) => text), limit]),
    make: () => draftCard(draft, limit, actions),
  }));
  const plans = proposals
    // Once its summaries are written, they are what there is to decide about.
    .filter(
      ({ plan }) => plan && !plan.runs.some(({ entries }) => entries.some((id) => drafted.has(id))),
    )
    .map((proposal) => ({
      key: proposal.id,
      signature: JSON.stringify([proposal.body, limit]),
      make: () => planCard(proposal, limit, known, actions),
    }));
  keyed(parent, [...drafts, ...plans], ({ make }) => make());
}

function planCard(proposal, limit, known, { onApprove, onDraft, onReject }) {
  const { plan, policy, measured } = proposal;
  const going = plan.runs.flatMap(({ entries }) => entries);
  const summaries = plural(plan.runs.length, "summary", "summaries");
  return h(
    "article",
    { class: "proposal", "data-proposal": "policy" },
    h(
      "div",
      { class: "proposal-text" },
      h("h3", {}, `${policy} proposes to compress`),
      h(
        "p",
        {},
        `${summaries} in the place of ${plural(going.length, "entry", "entries")}. `,
        measured?.used === undefined
          ? null
          : `${number(measured.used)} of ${number(measured.limit)} tokens are used, and it asks from ${Math.round(measured.threshold * 100)} % on. `,
        "Nothing has happened yet.",
      ),
      h(
        "details",
        {},
        h("summary", {}, "What would go"),
        h(
          "ol",
          { class: "going" },
          going.map((id) => h("li", {}, lineOf(known.get(id), id))),
        ),
      ),
    ),
    figures(plan.tokensBefore, plan.tokensAfter, limit, "about "),
    h(
      "div",
      { class: "proposal-actions" },
      h(
        "button",
        { type: "button", class: "primary", on: { click: () => onApprove(proposal) } },
        "Approve",
      ),
      h(
        "button",
        { type: "button", on: { click: () => onDraft(proposal) } },
        "Read the summary first",
      ),
      h(
        "button",
        { type: "button", class: "quiet", on: { click: () => onReject(proposal) } },
        "No",
      ),
    ),
  );
}

function draftCard(draft, limit, { onApproveDraft, onRejectDraft }) {
  const fields = draft.summaries.map(({ text, facts }, index) => [
    h(
      "label",
      { class: "summary-field" },
      h("span", {}, draft.summaries.length === 1 ? "The summary" : `Summary ${index + 1}`),
      h("textarea", {
        rows: Math.min(9, 1 + Math.ceil(text.length / 110)),
        value: text,
        "data-focus": `summary-${draft.id}-${index}`,
      }),
    ),
    facts.length === 0 ? null : factsOf(facts),
  ]);
  const texts = () => fields.map(([label]) => label.querySelector("textarea").value);
  return h(
    "article",
    { class: "proposal", "data-proposal": "draft" },
    h(
      "div",
      { class: "proposal-text" },
      h("h3", {}, "A summary waits for your word"),
      h(
        "p",
        {},
        "Correct it if you like. What you approve is exactly what is stored, with its facts.",
      ),
      fields.flat(),
    ),
    figures(draft.tokensBefore, draft.tokensAfter, limit, ""),
    h(
      "div",
      { class: "proposal-actions" },
      h(
        "button",
        { type: "button", class: "primary", on: { click: () => onApproveDraft(draft, texts()) } },
        "Approve",
      ),
      h(
        "button",
        { type: "button", class: "quiet", on: { click: () => onRejectDraft(draft) } },
        "Throw away",
      ),
    ),
  );
}

/** Before and after, as bars of one scale. */
function figures(before, after, limit, about) {
  const row = (name, tokens, prefix) =>
    h(
      "div",
      { class: "figure" },
      h("span", {}, name),
      h(
        "span",
        { class: "mini" },
        h("span", {
          style: `width:${Math.min(100, (100 * tokens) / Math.max(limit, before)).toFixed(1)}%`,
        }),
      ),
      h("span", { class: "tokens" }, `${prefix}${number(tokens)}`),
    );
  return h(
    "div",
    { class: "figures", "aria-label": "Tokens" },
    row("before", before, ""),
    row("after", after, about),
  );
}

function lineOf(entry, id) {
  return entry === undefined ? id : `${speakerOf(entry)}: ${clip(textOf(entry.payload), 90)}`;
}
