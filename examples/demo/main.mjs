// The demo of varve: replays a conversation and shows what can be done with it.
//   npm start                       the support conversation that ships
//   npm start -- messages.json      any conversation in OpenAI's format
//   npm start -- --auto             the context is compressed as it fills, without asking
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { createVarve, isVarveError } from "varve";
import { toOpenAI } from "varve/formats/openai";
import { InputError, readConversation } from "./input.mjs";
import { autonomous, shape } from "./shape.mjs";
import {
  bar,
  bold,
  clip,
  dim,
  gist,
  green,
  messageLine,
  number,
  plural,
  print,
  ranges,
  red,
  short,
  title,
  width,
  wordDiff,
  yellow,
} from "./terminal.mjs";

const BUDGET = 8000;
const WINDOW = 2000;
/** More messages than this are not all shown. */
const SHOWN = 140;

async function main(path, auto) {
  const { messages, payloads } = readConversation(path);
  const started = performance.now();
  const varve = createVarve();
  const chat = await varve.open("demo", { budget: { maxTokens: BUDGET, action: "warn" } });

  if (auto) {
    const tell = await autonomous(chat);
    await replay(chat, payloads, (options) => chat.prepare(options));
    return tell();
  }
  const turns = await replay(chat, payloads);
  const edited = await edit(chat, payloads);
  const middle = turns[Math.floor((turns.length - 1) / 2)];
  await branch(chat, middle);
  await tag(chat, middle);
  await travel(chat, turns);
  await window(chat, payloads, turns);
  await undo(chat);
  await finish(chat, messages, edited);
  await shape(chat, payloads);
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  print(dim(`\n${plural(messages.length, "message")} in ${seconds} s, printing included\n`));
}

/** Commits one message after the other, and compiles after each, as an agent would. */
async function replay(chat, payloads, compile = (options) => chat.compile(options)) {
  title(
    `${plural(payloads.length, "turn")}, committed one by one; budget ${number(BUDGET)} tokens`,
  );
  const overdrawn = [];
  const stop = chat.on("budget", (event) => overdrawn.push(event));
  const turns = [];
  for (const [index, payload] of payloads.entries()) {
    const receipt = await commit(chat, payload, index);
    const { tokenCount } = await compile({ dangling: "keep" });
    turns.push({ ...receipt, turn: index + 1 });
    const hidden = payloads.length - SHOWN;
    if (hidden > 0 && index >= SHOWN - 20 && index < SHOWN - 20 + hidden) {
      if (index === SHOWN - 20) print(dim(`        … ${plural(hidden, "more message")} …`));
      continue;
    }
    const added = `+${number(receipt.tokenCount)}`.padStart(7);
    const note = `${dim(added)}  ${bar(tokenCount, BUDGET)} ${number(tokenCount).padStart(7)}`;
    print(messageLine(`${index + 1}`.padStart(4), payload, note, 35));
    if (overdrawn.length === 1) {
      const { used, limit } = overdrawn.pop();
      print(
        yellow(
          `      budget: ${number(used)} of ${number(limit)} tokens are used; varve says so, and stores what comes`,
        ),
      );
      stop();
    }
  }
  return turns;
}

async function commit(chat, payload, index) {
  try {
    return await chat.commit(payload, { id: `turn-${index + 1}` });
  } catch (error) {
    if (!isVarveError(error, "Validation")) throw error;
    throw new InputError(`messages[${index}]: ${error.message}`, { cause: error });
  }
}

/** Replaces what somebody should not have written. */
async function edit(chat, payloads) {
  const card = /\b(?:\d[ -]?){13,19}\b/;
  const says = (payload) =>
    payload.role === "user" && payload.parts.some((part) => part.type === "text");
  let index = payloads.findIndex((payload) => says(payload) && card.test(gist(payload)));
  if (index < 0) index = payloads.findIndex(says);
  title("An edit");
  if (index < 0) return print("There is no text of a user to edit.");
  const rewrite = (text) =>
    card.test(text) ? text.replace(card, "[removed] ") : `${text} (edited)`;
  const parts = payloads[index].parts.map((part) =>
    part.type === "text" ? { ...part, text: rewrite(part.text) } : part,
  );
  const before = (await chat.compile()).messages;
  const { hash } = await chat.edit(`turn-${index + 1}`, { ...payloads[index], parts });
  const after = (await chat.compile()).messages;
  const same = after.filter((message, position) => message === before[position]).length;
  const { changed } = await chat.diff("HEAD~1", "HEAD");
  print(`turn ${index + 1}: ${wordDiff(changed[0]?.words ?? [])}`);
  print(`The edit is commit ${short(hash)}; the entry keeps its id and its place.`);
  print(
    `Of ${plural(after.length, "message")} of the compile ${number(same)} are the very same objects as before.`,
  );
  return index;
}

/** Tries another answer, and goes back. */
async function branch(chat, { hash, turn }) {
  title("A branch explored, and left");
  const home = chat.currentBranch;
  const before = chat.head;
  await chat.branch("what-if", { from: hash });
  await chat.switchTo("what-if");
  await chat.assistant("Let me try another way from here.", { note: "another way" });
  const there = await chat.compile();
  for (const { name, head, current } of await chat.branches()) {
    print(`${current ? green("→") : " "} ${bold(name.padEnd(10))} ${short(head ?? "")}`);
  }
  print(
    `what-if leaves ${home} at turn ${turn}: ${plural(there.messages.length, "message")}, ${plural(there.tokenCount, "token")}.`,
  );
  await chat.switchTo(home);
  print(
    `Back on ${home}, which is where it was: ${short(chat.head)}${chat.head === before ? "" : " (!)"}.`,
  );
}

async function tag(chat, { hash, turn }) {
  title("A tag");
  await chat.tag("half-way", { at: hash });
  for (const { name, hash: at } of await chat.tags())
    print(`${bold(name)} is ${short(at)}, turn ${turn}.`);
}

/** What did the model see, back then? */
async function travel(chat, turns) {
  const { hash, turn } = turns[Math.min(19, turns.length - 1)];
  title(`Time travel: what did the model see at turn ${turn}?`);
  const then = await chat.compile({ asOf: hash });
  const now = await chat.compile();
  print(
    `${plural(then.messages.length, "message")}, ${plural(then.tokenCount, "token")} (now ${number(now.messages.length)} and ${number(now.tokenCount)}). The first and the last three:`,
  );
  const shown = [...then.messages.entries()].filter(
    ([at]) => at < 2 || at >= then.messages.length - 3,
  );
  for (const [at, message] of shown) print(messageLine(`${at + 1}`.padStart(4), message, "", 0));
  const changed = then.messages.findIndex(
    (message, at) => now.messages[at] && gist(message) !== gist(now.messages[at]),
  );
  if (changed >= 0) print(dim(`Message ${changed + 1} reads as it did then, before the edit.`));
}

/** What fits into little room, and why. */
async function window(chat, payloads, turns) {
  title(`A window of ${number(WINDOW)} tokens`);
  const full = await chat.compile();
  const small = await chat.compile({ maxTokens: WINDOW, onOverflow: "return" });
  const entriesOf = ({ messages }) => new Set(messages.flatMap((message) => message.entries));
  const [all, kept] = [entriesOf(full), entriesOf(small)];
  const lastUser = payloads.findLastIndex((payload) => payload.role === "user");
  const reason = (index) => {
    const id = `turn-${index + 1}`;
    if (!all.has(id)) return "left out with or without a window";
    if (!kept.has(id)) return "dropped: the oldest go first, calls together with their results";
    if (["system", "developer"].includes(payloads[index].role))
      return "kept: pinned, as system messages are";
    return index >= lastUser ? "kept: the current turn" : "kept: the newest that fit";
  };
  const groups = Map.groupBy
    ? Map.groupBy(turns, ({ turn }) => reason(turn - 1))
    : groupBy(turns, ({ turn }) => reason(turn - 1));
  for (const [why, members] of groups) {
    const tokens = members.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
    const mark = why.startsWith("kept") ? green("✓") : red("✗");
    print(`${mark} ${why}`);
    print(
      dim(
        `    ${plural(members.length, "turn")}, ${plural(tokens, "token")}: ${clip(ranges(members.map(({ turn }) => turn)), width - 30)}`,
      ),
    );
  }
  print(
    `${plural(full.tokenCount, "token")} became ${number(small.tokenCount)}, in ${plural(small.messages.length, "message")} of ${number(full.messages.length)}.`,
  );
  for (const warning of small.warnings) print(yellow(describe(warning)));
}

function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** A step too far, taken back. */
async function undo(chat) {
  title("An undo");
  const before = await chat.compile();
  // Of a conversation of one message the half is the whole.
  const slip = chat.head === (await chat.resolve("half-way")) ? "delete" : "reset to half-way";
  await (slip === "delete" ? chat.delete("half-way") : chat.reset("half-way"));
  const lost = await chat.compile();
  print(
    `${slip}: ${plural(before.messages.length, "message")} became ${red(number(lost.messages.length))}. Oops.`,
  );
  const { undid } = await chat.undo();
  const back = await chat.compile();
  const same =
    back.messages.length === before.messages.length &&
    back.messages.every((message, at) => message === before.messages[at]);
  print(
    `undo of operation ${undid}: ${green(plural(back.messages.length, "message"))}, ${same ? "every one the same as before" : red("not all the same")}.`,
  );
  const last = await chat.operations({ limit: 4 });
  print(dim(`the journal, newest first: ${last.map(({ kind }) => kind).join(", ")} …`));
}

/** What goes to the model. */
async function finish(chat, messages, edited) {
  title("The final compile");
  const compiled = await chat.prepare();
  const request = toOpenAI(compiled);
  const { tokenCount, commitCount, tokenSource, head } = compiled;
  print(
    `${plural(request.messages.length, "message")} from ${plural(commitCount, "commit")}, head ${short(head)}`,
  );
  print(`${plural(tokenCount, "token")} (${tokenSource})  ${bar(tokenCount, BUDGET)}`);
  const same = (message, at) => at === edited || isDeepStrictEqual(message, messages[at]);
  const exact = request.messages.length === messages.length && request.messages.every(same);
  const but = edited === undefined ? "" : ` (turn ${edited + 1} is edited)`;
  if (exact) print(green(`toOpenAI gives back exactly what came in${but}.`));
  else
    print(
      "The compile differs from what came in: calls without results and results without calls were mended.",
    );
  for (const warning of compiled.warnings) print(yellow(describe(warning)));
  for (const { index, message } of request.warnings)
    print(yellow(`message ${index + 1}: ${message}`));
}

function describe({ kind, entries, limit, required }) {
  switch (kind) {
    case "overflow":
      return `What must stay needs ${number(required)} tokens, more than the ${number(limit)} allowed.`;
    case "result-without-call":
      return `Left out, as no call comes before it: the result of ${entries.join(", ")}.`;
    default:
      return `Left out as a whole: ${entries.join(", ")}.`;
  }
}

const shipped = fileURLToPath(new URL("conversation.json", import.meta.url));
try {
  // npm runs scripts in the package's folder, and says where it was called.
  const { values, positionals } = parseArgs({
    options: { auto: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [given] = positionals;
  const path = given === undefined ? shipped : resolve(process.env.INIT_CWD ?? ".", given);
  await main(path, values.auto);
} catch (error) {
  if (!(error instanceof InputError) && !isVarveError(error)) throw error;
  process.stderr.write(`${red("error:")} ${error.message}\n`);
  process.exitCode = 1;
}
