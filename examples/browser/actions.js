// What can be done about an entry, and about a proposal: each is one call of varve.
import { textOf } from "./words.js";

/** The payload with another text. */
function withText(payload, text) {
  if (payload.contentType !== "message") return { ...payload, text };
  const others = payload.parts.filter(({ type }) => type !== "text");
  return { ...payload, parts: [{ type: "text", text }, ...others] };
}

/** `page` gives the handle, and says what is done: `act`, `respond`, `form`, `light`. */
export function entryActions(page) {
  const { act, respond, form, light } = page;
  const close = () => form(undefined);
  return {
    onHover: light,
    onClose: close,
    onEdit: ({ id }) => form({ id, kind: "edit" }),
    onBranch: ({ id }) => form({ id, kind: "branch" }),
    onSave: ({ id, payload }, text) =>
      act(async () => {
        if (text !== textOf(payload)) await page.chat.edit(id, withText(payload, text));
        close();
      }, "Saved."),
    onResend: ({ id, payload }, text) =>
      act(async () => {
        await page.chat.resend(id, withText(payload, text));
        close();
        await respond();
      }),
    onAgain: ({ id }) =>
      act(async () => {
        await page.chat.regenerate(id);
        await respond();
      }),
    onPin: ({ id, priority }) =>
      act(
        () => page.chat.annotate(id, priority === "pinned" ? "normal" : "pinned"),
        priority === "pinned" ? "Unpinned." : "Pinned.",
      ),
    onSkip: ({ id, priority }) =>
      act(
        () => page.chat.annotate(id, priority === "skip" ? "unset" : "skip"),
        priority === "skip" ? "Shown to the model." : "Skipped.",
      ),
    onDelete: ({ id }) => act(() => page.chat.delete(id), "Deleted; undo brings it back."),
    onRevert: ({ id }) => act(() => page.chat.revert(id), "Everything is back."),
    onSibling: (id) => act(() => page.chat.selectSibling(id), "The other answer."),
    freeName: () => freeName(page.seen.branches),
    onMakeBranch: ({ id }, name) =>
      act(async () => {
        await page.chat.branch(name, { from: commitOf(page.seen, id) });
        await page.chat.switchTo(name);
        close();
      }, `On the new branch ${name}.`),
  };
}

/** Where an entry was added. Its edits may stand much later in the history. */
function commitOf({ commits }, id) {
  return commits.find(
    (commit) => commit.id === id && ["append", "compact"].includes(commit.operation.kind),
  ).hash;
}

function freeName(branches) {
  const taken = new Set(branches.map(({ name }) => name));
  let count = 1;
  while (taken.has(`idea-${count}`)) count += 1;
  return `idea-${count}`;
}

export function proposalActions(page) {
  const { act } = page;
  return {
    onApprove: (proposal) =>
      act(() => page.chat.policies.approve(proposal), "Compressed; undo brings everything back."),
    onReject: (proposal) =>
      act(
        () => page.chat.policies.reject(proposal, "not now"),
        "Refused; the policy rests for ten minutes.",
      ),
    /** The summary is written, and waits: nothing is compressed before somebody says yes to it. */
    onDraft: ({ action }) => act(() => page.chat.compress({ ids: action.ids, autoCommit: false })),
    onApproveDraft: (draft, texts) =>
      act(async () => {
        for (const [index, text] of texts.entries()) {
          const { text: shown, facts } = draft.summaries[index];
          if (text !== shown) await draft.editSummary(index, { text, facts });
        }
        await draft.approve();
      }, "Compressed; undo brings everything back."),
    onRejectDraft: (draft) => act(() => draft.reject("thrown away")),
  };
}
