// What the model sees: the messages of the compile in OpenAI's form, each with its tokens, which add up.
import { h, keyed, listIn, number, plural } from "../dom.js";

/** `view` is what `look` read, of now or of the past. */
export function showModel(parent, note, view, { onHover, onCopy }) {
  const { messages, tokens, source, stable } = view;
  note.replaceChildren(
    h(
      "span",
      { class: "figures-line" },
      `${plural(messages.length, "message")}, ${number(tokens)} tokens`,
    ),
    h(
      "button",
      {
        type: "button",
        class: "small",
        "data-focus": "copy",
        title: "Copy them as JSON",
        on: { click: () => onCopy(messages) },
      },
      "Copy",
    ),
  );
  note.title = `counted by ${source}`;
  if (messages.length === 0) {
    parent.replaceChildren(h("p", { class: "empty" }, "Nothing: the model would see no message."));
    return;
  }
  parent.querySelector(".empty")?.remove();
  const list = listIn(parent, "messages");
  const items = messages.map(({ message, entries, tokens: own }, index) => ({
    key: `${index}`,
    signature: JSON.stringify([message, entries, own]),
    make: () => make({ message, entries, own }, onHover),
  }));
  // What stands above was sent just so the last time: a provider's cache still has it.
  if (stable > 0)
    items.splice(stable, 0, {
      key: "stable",
      signature: "",
      make: () => h("li", { class: "stable" }, "above: as it was sent last, so cached"),
    });
  keyed(list, items, (item) => item.make());
}

function make({ message, entries, own }, onHover) {
  const { role, content, tool_calls: calls = [], tool_call_id: callId } = message;
  return h(
    "li",
    {
      class: `sent r-${role}`,
      "data-entries": entries.join(" "),
      on: { mouseenter: () => onHover(entries), mouseleave: () => onHover([]) },
    },
    h(
      "div",
      { class: "sent-head" },
      h("span", { class: `role r-${role}` }, role),
      callId === undefined ? null : h("code", { class: "call" }, callId),
      h("span", { class: "tokens" }, number(own)),
    ),
    content === null || content === undefined ? null : h("pre", {}, plain(content)),
    calls.map(({ function: { name, arguments: text } }) =>
      h("pre", { class: "sent-call" }, h("b", {}, name), `(${text})`),
    ),
  );
}

/** Content is a text, or parts. */
function plain(content) {
  if (typeof content === "string") return content;
  return content.map((part) => part.text ?? JSON.stringify(part)).join("\n\n");
}
