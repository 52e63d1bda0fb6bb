// Where the user writes; or, in the past, where the page says that it only reads.
import { clip, fill, h, icon } from "../dom.js";

/** `isOpen`: the last message waits for an answer. `suggestion`: what the customer writes next in the story. */
export function showComposer(
  parent,
  { past, answering, isOpen, suggestion, onSend, onAnswer, onStop, onNow },
) {
  const mode = past ? "past" : "now";
  if (parent.dataset.mode !== mode) {
    parent.dataset.mode = mode;
    fill(parent, past ? notice(onNow) : form(parent));
  }
  if (past) return;
  parent.send = onSend; // the form stays, and with it what is being written
  const text = parent.querySelector("textarea");
  const hint = parent.querySelector(".suggestion");
  hint.hidden = suggestion === undefined || answering || isOpen;
  hint.querySelector("span").textContent = clip(suggestion ?? "", 160);
  hint.onclick = () => onSend(suggestion);
  const button = parent.querySelector(".send");
  const [name, label, run] = answering
    ? ["stop", "Stop the answer", onStop]
    : ["send", "Send", () => submit(text, parent)];
  button.replaceChildren(icon(name));
  button.setAttribute("aria-label", label);
  button.title = label;
  button.onclick = run;
  const open = parent.querySelector(".open");
  open.hidden = !isOpen || answering;
  open.querySelector("button").onclick = onAnswer;
  parent.answering = answering;
}

function form(parent) {
  const text = h("textarea", {
    id: "message",
    rows: 2,
    placeholder: "Write as the customer",
    "aria-label": "Message",
    on: {
      keydown(event) {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        submit(text, parent);
      },
    },
  });
  return [
    h(
      "div",
      { class: "open", hidden: true },
      h("span", { class: "muted" }, "This waits for an answer."),
      h("button", { type: "button", class: "small" }, "Let the assistant answer"),
    ),
    h(
      "button",
      {
        type: "button",
        class: "suggestion",
        hidden: true,
        title: "Send what the customer writes next in the story",
      },
      h("b", {}, "Next"),
      h("span"),
    ),
    h("div", { class: "write" }, text, h("button", { type: "button", class: "send" })),
  ];
}

function submit(text, parent) {
  const written = text.value.trim();
  if (written === "" || parent.answering) return;
  text.value = "";
  parent.send(written);
}

function notice(onNow) {
  return h(
    "div",
    { class: "notice" },
    h("p", {}, "You are looking at the past. It only reads: nothing here changes it."),
    h("button", { type: "button", class: "small", on: { click: onNow } }, "Back to now"),
  );
}
