// The conversation as people read it: every entry as it reads now, with what can be done about it. What was compacted
// stands behind its summary, as far away as a click.
import { clip, h, icon, iconButton, keyed, listIn, number, plural } from "../dom.js";
import { speakerOf, textOf } from "../words.js";
import { branchForm, editForm, factsOf } from "./forms.js";

/**
 * `view` is what `look` read. `state`: `readOnly`; `form`, what is being edited or branched from; `streaming`, what the
 * assistant is saying. `actions` are called with the entry.
 */
export function showTranscript(parent, view, state, actions) {
  const { entries, messages } = view;
  const seen = new Set(messages.flatMap((message) => message.entries));
  parent.querySelector("#waiting")?.remove();
  const list = listIn(parent, "entries");
  const items = [];
  for (const entry of entries) {
    if (entry.compactedInto !== undefined) {
      const group = items.findLast(({ behind }) => behind === entry.compactedInto);
      if (group) {
        group.entries.push(entry);
        continue;
      }
      items.push({
        key: `behind-${entry.compactedInto}-${entry.id}`,
        behind: entry.compactedInto,
        entries: [entry],
      });
      continue;
    }
    items.push({ key: entry.id, entry });
  }
  for (const item of items) {
    const { entry } = item;
    const form = state.form?.id === entry?.id ? state.form : undefined;
    const isSeen = entry && (seen.has(entry.id) || entry.priority === "skip");
    item.signature = JSON.stringify([
      item.entries?.map(({ id }) => id),
      entry,
      form?.kind,
      state.readOnly,
      state.busy,
      isSeen,
    ]);
    item.make = () =>
      item.behind ? behind(item.entries) : entryItem(entry, { ...state, form, isSeen }, actions);
  }
  if (state.streaming) items.push(live(state.streaming));
  if (items.length === 0)
    items.push({
      key: "empty",
      signature: "",
      make: () => h("li", { class: "empty" }, "Nothing was said yet."),
    });
  keyed(list, items, ({ make }) => make());
}

/** What the assistant is saying right now: text grows in the element that is there. */
function live({ text, tool }) {
  const make = () =>
    h(
      "li",
      { class: "entry r-assistant live" },
      h("div", { class: "entry-head" }, h("span", { class: "role r-assistant" }, "assistant")),
      h(
        "div",
        { class: "body" },
        text ?? h("span", { class: "muted pulse" }, tool ? `uses ${tool} …` : "reads …"),
      ),
    );
  return { key: "live", signature: `${text}${tool}`, make };
}

/** Entries behind a summary. */
function behind(entries) {
  return h(
    "li",
    { class: "behind" },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        `${plural(entries.length, "entry", "entries")} behind this summary; the model does not see them`,
      ),
      h(
        "ol",
        {},
        entries.map((entry) =>
          h(
            "li",
            { "data-entry": entry.id },
            h("b", {}, speakerOf(entry)),
            " ",
            clip(textOf(entry.payload), 160),
          ),
        ),
      ),
    ),
  );
}

function entryItem(entry, state, actions) {
  const { id, contentType, role, payload } = entry;
  const isTool = contentType === "tool_io";
  const content =
    state.form?.kind === "edit"
      ? editForm(entry, state, actions)
      : isTool
        ? toolBody(payload)
        : body(entry);
  const head = h(
    "div",
    { class: "entry-head" },
    isTool ? null : h("span", { class: `role r-${role} t-${contentType}` }, speakerOf(entry)),
    chips(entry, state),
    state.readOnly ? null : buttons(entry, state, actions),
    h("span", { class: "tokens", title: "tokens" }, number(entry.tokenCount)),
  );
  return h(
    "li",
    {
      class: `entry r-${role} t-${contentType} p-${entry.priority}`,
      "data-entry": id,
      on: { mouseenter: () => actions.onHover([id]), mouseleave: () => actions.onHover([]) },
    },
    head,
    content,
    siblings(entry, state, actions),
    state.form?.kind === "branch" ? branchForm(entry, actions) : null,
  );
}

function body({ payload, contentType }) {
  if (payload === null) return h("p", { class: "body muted" }, "erased");
  const text = h("div", { class: "body" }, textOf(payload));
  if (contentType === "instruction") {
    return h(
      "details",
      { class: "instruction" },
      h("summary", {}, clip(textOf(payload), 110)),
      text,
    );
  }
  const { facts = [] } = payload;
  if (facts.length === 0) return text;
  return h("div", {}, text, factsOf(facts));
}

/** A call or a result, on one line until it is opened. */
function toolBody(payload) {
  const isResult = payload?.direction === "result";
  const text = textOf(payload);
  const data = payload?.payload;
  const full = typeof data === "string" ? data : JSON.stringify(data, null, 2);
  return h(
    "details",
    { class: "tool" },
    h(
      "summary",
      {},
      isResult ? h("span", { class: "arrow", "aria-hidden": "true" }, "↳") : icon("tool"),
      h(
        "b",
        {},
        isResult
          ? payload.status === "error"
            ? "error"
            : "result"
          : (payload?.toolName ?? "tool"),
      ),
      h("code", {}, clip(text, 160)),
    ),
    h("pre", {}, full),
  );
}

function chips({ priority, edited, status, author, contentType }, { isSeen }) {
  return h(
    "span",
    { class: "chips" },
    priority === "pinned" && contentType !== "instruction"
      ? h("span", { class: "chip pinned" }, icon("pin"), "pinned")
      : null,
    priority === "skip" ? h("span", { class: "chip" }, "skipped") : null,
    edited ? h("span", { class: "chip" }, "edited") : null,
    status === "aborted" ? h("span", { class: "chip" }, "stopped") : null,
    author?.kind === "policy" ? h("span", { class: "chip" }, `by ${author.name}`) : null,
    isSeen
      ? null
      : h(
          "span",
          {
            class: "chip",
            title: "Part of its step is missing, so the model is not shown the rest.",
          },
          "not shown",
        ),
  );
}

/** "2 of 3", with arrows to the others. */
function siblings({ id, siblings: found }, { readOnly, busy }, { onSibling }) {
  if (found === undefined) return null;
  const { ids, index } = found;
  const to = (step, name, label) =>
    iconButton(name, label, () => onSibling(ids[index + step]), {
      disabled: readOnly || busy || ids[index + step] === undefined,
      "data-focus": `${label}-${id}`,
    });
  return h(
    "span",
    { class: "siblings" },
    to(-1, "left", "Alternative before"),
    h("span", {}, `${index + 1} of ${ids.length}`),
    to(1, "right", "Next alternative"),
  );
}

function buttons(entry, { busy }, actions) {
  const { id, role, contentType, priority } = entry;
  const isText = contentType !== "tool_io";
  const isAnswer = role === "assistant" && contentType === "message";
  const button = (name, label, run, pressed) =>
    iconButton(name, label, () => run(entry), {
      "data-focus": `${name}-${id}`,
      "data-action": name,
      "aria-pressed": pressed === undefined ? null : String(pressed),
      disabled: busy && name === "again",
    });
  return h(
    "span",
    { class: "buttons", role: "group", "aria-label": "What to do with it" },
    isAnswer ? button("again", "Try again", actions.onAgain) : null,
    isText ? button("edit", "Edit", actions.onEdit) : null,
    button("pin", priority === "pinned" ? "Unpin" : "Pin", actions.onPin, priority === "pinned"),
    contentType === "instruction"
      ? null
      : button(
          "skip",
          priority === "skip" ? "Show to the model" : "Skip",
          actions.onSkip,
          priority === "skip",
        ),
    contentType === "summary" ? null : button("branch", "Branch from here", actions.onBranch),
    contentType === "summary"
      ? button("undo", "Bring back what it stands for", actions.onRevert)
      : button("trash", "Delete", actions.onDelete),
  );
}
