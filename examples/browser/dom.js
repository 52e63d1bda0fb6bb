// The little that this page needs of a framework: elements, lists that keep what did not change, icons.

/** An element. Properties in `on` are listeners; null and false are left out, of attributes and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on")
      for (const [type, run] of Object.entries(value)) element.addEventListener(type, run);
    else if (name === "style") element.style.cssText = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat().filter((child) => child !== null && child !== false && child !== undefined),
  );
  return element;
}

/**
 * Makes a parent's children say what `items` say. An element stays as long as its item's key and signature do, so
 * that focus, selection and open details stay as well.
 */
export function keyed(parent, items, make) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const kept = before.get(item.key);
    if (kept?.dataset.signature === item.signature) return kept;
    const made = make(item);
    made.dataset.key = item.key;
    made.dataset.signature = item.signature;
    return made;
  });
  keepFocus(() => {
    const keep = new Set(wanted);
    for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((child, at) => {
      if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
    });
  });
}

/** The list in a panel, made where it is not there yet. */
export function listIn(parent, name) {
  const there = parent.querySelector(`:scope > ol.${name}`);
  if (there !== null) return there;
  const made = h("ol", { class: name });
  parent.append(made);
  return made;
}

/** Puts other children in the place of those there are. */
export function fill(parent, ...children) {
  keepFocus(() => parent.replaceChildren(...children.flat().filter(Boolean)));
}

/** What had the focus is made anew: its successor, of the same `data-focus`, gets it. */
function keepFocus(change) {
  const name = document.activeElement?.dataset?.focus;
  change();
  if (name === undefined || document.activeElement?.dataset?.focus === name) return;
  document.querySelector(`[data-focus="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
}

const PATHS = {
  pin: "M6 2h4l-.5 5 2.5 2.5H4L6.5 7zM8 9.5V14",
  skip: "M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM3 13 13 3",
  edit: "M3 13l.7-3L10.5 3.2a1.3 1.3 0 0 1 2 2L5.8 12zM9.3 4.5l2 2",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5 5 13h6l.5-8.5",
  branch:
    "M4.5 5.5v5M4.5 8.5c0-2 7-.5 7-3M4.5 2.5a1.5 1.5 0 1 0 .01 0zM4.5 10.5a1.5 1.5 0 1 0 .01 0zM11.5 2.5a1.5 1.5 0 1 0 .01 0z",
  again: "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
  undo: "M3.5 6.5h6a3.2 3.2 0 0 1 0 6.5H7M6 3.5l-3 3 3 3",
  redo: "M12.5 6.5h-6a3.2 3.2 0 0 0 0 6.5H9M10 3.5l3 3-3 3",
  left: "M10 3.5 5.5 8l4.5 4.5",
  right: "M6 3.5 10.5 8 6 12.5",
  send: "M8 13V3.5M4 7l4-4 4 4",
  stop: "M4.5 4.5h7v7h-7z",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  close: "M4 4l8 8M12 4l-8 8",
  tool: "M9.5 2.8a3.3 3.3 0 0 0-3 4.6L2.8 11.2l2 2 3.8-3.7a3.3 3.3 0 0 0 4.6-3.8L11 7.8 8.3 7.6 8.1 5z",
  layers: "M2 5q3-2 6 0t6 0M2 8.5q3-2 6 0t6 0M2 12q3-2 6 0t6 0",
};

/** An icon of 16 by 16, drawn in the text's colour. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon, named for those who do not see it. */
export function iconButton(name, label, run, attributes = {}) {
  return h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": label,
      title: label,
      on: { click: run },
      ...attributes,
    },
    icon(name),
  );
}

/** 3336 as 3,336, whatever the browser's language. */
export const number = (value) => value.toLocaleString("en");

/** "1 message", "2 messages". */
export const plural = (count, one, many = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : many}`;

/** At most so many characters, on one line. */
export function clip(text, most) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}

/** A time of day, with the date where it is not today. */
export function when(at) {
  const date = new Date(at);
  const time = date.toLocaleTimeString("en-GB");
  return date.toDateString() === new Date().toDateString()
    ? time
    : `${date.toLocaleDateString("en-GB")} ${time}`;
}
