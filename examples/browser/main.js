// The page: what is looked at, what is done about it, and drawing again whenever something changed, here or in another
// tab. All that is kept is kept by varve; what is only of this tab is in `tab`.
import { isVarveError } from "varve";
import { entryActions, proposalActions } from "./actions.js";
import { answer } from "./agent.js";
import { alone, enter, leaveBranch, look, open, setBudget, startOver } from "./chat.js";
import { h, iconButton } from "./dom.js";
import { nextLine } from "./script.js";
import { undoable } from "./undo.js";
import { showBudget } from "./views/budget.js";
import { showComposer } from "./views/composer.js";
import { showBranches, showGraph } from "./views/graph.js";
import { showModel } from "./views/model.js";
import { showProposals } from "./views/proposals.js";
import { showTranscript } from "./views/transcript.js";
import { showTravel } from "./views/travel.js";
import { inWords, operationName, textOf } from "./words.js";

const $ = (id) => document.getElementById(id);

/** What only this tab knows. */
const tab = {
  past: undefined,
  form: undefined,
  streaming: undefined,
  answering: undefined,
  by: "type",
  tasks: 0,
};

let varve;
let chat;
let stop = () => {};
/** What was read last. */
let seen;

async function start() {
  const opened = await open();
  ({ varve } = opened);
  stand(opened.chat);
  const { lost } = opened;
  const more = isVarveError(lost, "Unavailable")
    ? "It goes on in memory, and lasts as long as this tab."
    : "It begins anew.";
  if (lost) say(lost, more);
  await refresh();
}

/** Stands on a handle, and draws again whenever something changes. */
function stand(handle) {
  stop();
  chat = handle;
  stop = chat.subscribe(() => refresh());
}

let reading;
let isStale = false;

/** Reads everything and draws it. Called while it reads, it reads once more. */
function refresh() {
  isStale = true;
  reading ??= read().finally(() => {
    reading = undefined;
  });
  return reading;
}

async function read() {
  while (isStale) {
    isStale = false;
    try {
      const before = seen;
      seen = await look(chat, tab.past);
      draw();
      if (before && before.operations[0]?.id !== seen.operations[0]?.id && tab.tasks === 0)
        tell("Another tab changed the conversation.");
    } catch (error) {
      if (isVarveError(error, "Closed"))
        await reopen(); // another tab started over
      else say(error);
    }
  }
}

let reopening;

/** Takes another handle where the conversation was deleted, here or in another tab. */
function reopen() {
  reopening ??= (async () => {
    Object.assign(tab, { past: undefined, form: undefined });
    tab.answering?.abort();
    leaveBranch();
    stand(await enter(varve));
    isStale = true;
  })().finally(() => {
    reopening = undefined;
  });
  return reopening;
}

/**
 * Does something that the user asked for, and has the policies look, as an agent does before each call of a model. What
 * goes wrong is said in words, and everything is drawn anew.
 */
async function act(run, news) {
  tab.tasks += 1;
  try {
    await run();
    await chat.prepare();
    if (news) tell(news);
  } catch (error) {
    if (isVarveError(error, "Closed")) await reopen();
    else say(error);
  } finally {
    await refresh();
    tab.tasks -= 1;
  }
}

/** Has the assistant answer, one tab at a time. */
async function respond() {
  if (tab.answering) return;
  const stopper = new AbortController();
  tab.answering = stopper;
  tab.streaming = {};
  draw();
  const onPiece = (piece) => {
    tab.streaming = piece;
    drawTranscript();
    scrollDown();
  };
  await act(async () => {
    try {
      await alone("answer", () => answer(chat, { signal: stopper.signal, onPiece }));
    } finally {
      tab.answering = tab.streaming = undefined;
    }
  }, "The assistant has answered.");
}

function travel(past) {
  tab.past = past;
  tab.form = undefined;
  return refresh();
}

function draw() {
  const { past } = tab;
  const atEnd = isAtEnd();
  document.body.classList.toggle("in-past", past !== undefined);
  $("title").textContent = seen.status.title ?? "";
  drawActions();
  showBudget($("budget"), seen, {
    by: tab.by,
    onBy(by) {
      tab.by = by;
      draw();
    },
    onBudget: (limit) =>
      act(async () => {
        await setBudget(varve, limit);
        await look(chat); // the handle takes the budget; policies look at it from there
      }),
  });
  showTravel($("travel"), seen, { past, onTravel: travel });
  $("proposals").hidden = past !== undefined;
  showProposals($("proposals"), seen, proposals);
  const view = seen.past ?? seen.now;
  showBranches($("branches"), seen, {
    disabled: past !== undefined || tab.answering !== undefined,
    onSwitch: (name) => act(() => chat.switchTo(name), `On ${name}.`),
  });
  showGraph($("graph"), seen, {
    at: past === undefined ? undefined : view.head,
    onCommit: (hash) => travel(hash === seen.status.head ? undefined : hash),
  });
  drawTranscript();
  showModel($("model"), $("model-note"), view, { onHover: light, onCopy: copy });
  $("graph-note").textContent = `${seen.commits.length} commits`;
  const where = view.branch ?? seen.status.branch;
  const then = typeof past === "string" ? `at ${past.slice(0, 8)}` : `then, on ${where}`;
  $("conversation-note").textContent = past === undefined ? `on ${where}` : `as it was ${then}`;
  drawComposer(view);
  if (atEnd && tab.form === undefined) scrollDown();
}

function isAtEnd() {
  const { scrollHeight, scrollTop, clientHeight, firstElementChild } = $("transcript");
  return scrollHeight - scrollTop - clientHeight < 60 || firstElementChild?.id === "waiting";
}

function drawTranscript() {
  if (seen === undefined) return;
  const parent = $("transcript");
  const readOnly = tab.past !== undefined;
  const { form } = tab;
  const streaming = readOnly ? undefined : tab.streaming;
  const state = { readOnly, form, streaming, busy: tab.answering !== undefined };
  showTranscript(parent, seen.past ?? seen.now, state, entries);
}

function scrollDown() {
  const parent = $("transcript");
  parent.scrollTop = parent.scrollHeight;
}

function drawComposer({ entries: all }) {
  const spoken = all.filter(
    ({ role, contentType }) => role === "user" && contentType !== "summary",
  );
  const last = all.findLast(
    ({ contentType }) => contentType !== "summary" && contentType !== "instruction",
  );
  showComposer($("composer"), {
    past: tab.past !== undefined,
    answering: tab.answering !== undefined,
    isOpen: !seen.isAnswered && (last?.role === "user" || last?.role === "tool"),
    suggestion: nextLine(spoken.map(({ payload }) => textOf(payload))),
    onSend: (text) =>
      act(async () => {
        await chat.user(text, { author: { kind: "user" } });
        scrollDown();
        await refresh();
        await respond();
      }),
    onAnswer: respond,
    onStop: () => tab.answering?.abort(),
    onNow: () => travel(undefined),
  });
}

function drawActions() {
  const { undo, redo } = undoable(seen.operations);
  const disabled = tab.past !== undefined || tab.answering !== undefined;
  const button = (name, operation, label) =>
    iconButton(
      name,
      operation ? `${label}: ${operationName(operation)}` : `Nothing to ${label.toLowerCase()}`,
      () => act(() => chat.undo(operation.id), `${label}: ${operationName(operation)}.`),
      {
        disabled: disabled || operation === undefined,
        "data-focus": name,
        id: name,
      },
    );
  $("actions").replaceChildren(
    button("undo", undo, "Undo"),
    button("redo", redo, "Redo"),
    h(
      "button",
      {
        type: "button",
        id: "start-over",
        class: "small",
        disabled: tab.answering !== undefined,
        on: { click: begin },
      },
      "Start over",
    ),
  );
}

function begin() {
  if (!confirm("Delete this conversation, with all its history, and begin anew?")) return;
  tab.past = tab.form = undefined;
  return act(async () => {
    await startOver(varve);
    await reopen();
  }, "Started over.");
}

/** Shows which messages of the model an entry is in, and the other way round. */
function light(ids) {
  const wanted = new Set(ids);
  for (const element of document.querySelectorAll("[data-entries]")) {
    element.classList.toggle(
      "lit",
      element.dataset.entries.split(" ").some((id) => wanted.has(id)),
    );
  }
  for (const element of document.querySelectorAll("li[data-entry]")) {
    element.classList.toggle("lit", wanted.has(element.dataset.entry));
  }
}

const copy = (messages) =>
  act(() => navigator.clipboard.writeText(JSON.stringify({ messages }, null, 2)), "Copied.");

/** Says something to those who do not see the page. */
function tell(news) {
  $("news").textContent = news;
}

/** An error, in words, until somebody closes it. */
function say(error, more = "") {
  const { title, detail } = inWords(error);
  const box = h(
    "div",
    { class: "error" },
    h("div", {}, h("strong", {}, `${title} ${more}`), h("p", {}, detail)),
    iconButton("close", "Close", () => box.remove()),
  );
  $("errors").replaceChildren(box);
}

const shared = {
  get chat() {
    return chat;
  },
  get seen() {
    return seen;
  },
  act,
  respond,
  light,
  form(form) {
    const before = tab.form;
    tab.form = form;
    drawTranscript();
    const [field, button] = [
      ".entries form textarea, .entries form input",
      `[data-focus="${before?.kind}-${before?.id}"]`,
    ];
    document.querySelector(form ? field : button)?.focus();
  },
};
const entries = entryActions(shared);
const proposals = proposalActions(shared);

for (const button of document.querySelectorAll("[data-show]")) {
  const show = () => {
    document.body.dataset.panel = button.dataset.show;
    for (const each of document.querySelectorAll("[data-show]")) {
      each.setAttribute("aria-pressed", String(each.dataset.show === document.body.dataset.panel));
    }
    if (button.dataset.show === "conversation") scrollDown();
  };
  button.addEventListener("click", show);
  if (button.dataset.show === document.body.dataset.panel) show();
}

// A tab that was asleep may have missed what others wrote.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && chat) act(() => undefined);
});

start().catch((error) => {
  $("waiting")?.remove();
  say(error);
});
