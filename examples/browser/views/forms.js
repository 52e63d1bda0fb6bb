// Forms in the conversation: a message's text, a branch's name. Escape closes them.
import { h, plural } from "../dom.js";
import { textOf } from "../words.js";

const onEscape = (run) => (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  run();
};

/** Correct it where it stands; or, of a message of the user, send it anew on a line of its own. */
export function editForm(entry, { form, busy }, { onSave, onResend, onClose }) {
  const { id, role, contentType, payload } = entry;
  const text = form.draft ?? textOf(payload);
  const field = h("textarea", {
    "aria-label": "Text",
    rows: Math.min(12, text.split("\n").length + Math.floor(text.length / 70) + 1),
    value: text,
    "data-focus": `text-${id}`,
    on: {
      input() {
        form.draft = field.value; // the form may be made anew while it is open
      },
    },
  });
  const canResend = role === "user" && contentType === "message";
  return h(
    "form",
    {
      class: "edit-form",
      on: {
        keydown: onEscape(onClose),
        submit: (event) => {
          event.preventDefault();
          onSave(entry, field.value);
        },
      },
    },
    field,
    h(
      "div",
      { class: "form-actions" },
      h("button", { type: "submit", class: "primary" }, "Save"),
      canResend
        ? h(
            "button",
            {
              type: "button",
              title: "The old line stays as an alternative",
              disabled: busy,
              on: { click: () => onResend(entry, field.value) },
            },
            "Send anew",
          )
        : null,
      h("button", { type: "button", class: "quiet", on: { click: onClose } }, "Cancel"),
    ),
  );
}

/** A branch from an entry on. */
export function branchForm(entry, { onMakeBranch, onClose, freeName }) {
  const field = h("input", {
    "aria-label": "Name of the branch",
    value: freeName(),
    "data-focus": `name-${entry.id}`,
    required: true,
  });
  return h(
    "form",
    {
      class: "branch-form",
      on: {
        keydown: onEscape(onClose),
        submit: (event) => {
          event.preventDefault();
          onMakeBranch(entry, field.value.trim());
        },
      },
    },
    h("label", {}, "Branch", field),
    h("button", { type: "submit", class: "primary" }, "Branch"),
    h("button", { type: "button", class: "quiet", on: { click: onClose } }, "Cancel"),
  );
}

/** The facts of a summary, which stay with it whatever its text says. */
export function factsOf(facts) {
  return h(
    "details",
    { class: "facts" },
    h("summary", {}, `and ${plural(facts.length, "fact")}`),
    h(
      "ul",
      {},
      facts.map((fact) => h("li", {}, fact)),
    ),
  );
}
