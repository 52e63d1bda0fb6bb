// How much of what later turns use a context still holds that was made smaller: identifiers, names and figures. Prints
// a table and writes benches/results/fidelity.md. Run it with: npm run bench -- fidelity
// Another folder of conversations: VARVE_CONVERSATIONS=/folder npm run bench -- fidelity
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { countTokens, loadEncoding } from "varve";
import { conversations, saidText, textOf } from "./fidelity/conversations.mjs";
import { METHODS, summarize, summaryText } from "./fidelity/methods.mjs";
import { holder, probes } from "./fidelity/probes.mjs";
import { report } from "./lib/report.mjs";

const SHARE = 0.25;
/** Shorter contexts are not made smaller. */
const LEAST_TOKENS = 400;

const shared = fileURLToPath(new URL("../../shared/data", import.meta.url));
const folder = process.env.VARVE_CONVERSATIONS ?? shared;
const HALVES = { all: () => true, developed: (n) => n % 2 === 0, held: (n) => n % 2 === 1 };
const half = process.env.VARVE_HALF ?? (folder === shared ? "held" : "all");

/** Where a conversation is cut: before the user's messages next to a quarter, a half and three quarters of it. */
function cuts(messages) {
  const users = messages.flatMap(({ role }, place) =>
    role === "user" && place > 0 ? [place] : [],
  );
  const nearest = (wanted) =>
    users.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0];
  const places = [0.25, 0.5, 0.75].map((share) => nearest(messages.length * share));
  return [...new Set(places)].filter((place) => place !== undefined);
}

/** What later turns use of what came before: in words and calls, or in the answers of tools as well. */
function wanted(before, after, withResults) {
  const isUsed = ({ type }) => withResults || type !== "tool-result";
  const parts = after.flatMap((message) => message.parts.filter(isUsed));
  const has = holder(textOf(before));
  return [...probes(parts.map(saidText).join("\n"))].filter(has);
}

const tally = () => ({ kept: 0, of: 0 });
const add = (sum, words, text) => {
  const has = holder(text);
  sum.of += words.length;
  sum.kept += words.filter(has).length;
};
const share = ({ kept, of }) => kept / Math.max(1, of);

async function once(all) {
  const sums = Object.fromEntries(Object.keys(METHODS).map((name) => [name, [tally(), tally()]]));
  const lost = tally();
  let count = 0;
  for (const { messages } of all) {
    for (const cut of cuts(messages)) {
      const [before, after] = [messages.slice(0, cut), messages.slice(cut)];
      const tokens = countTokens(textOf(before));
      if (tokens < LEAST_TOKENS) continue;
      count++;
      const words = [wanted(before, after, false), wanted(before, after, true)];
      const left = {};
      for (const [name, method] of Object.entries(METHODS)) {
        const text = await method(before, Math.floor(tokens * SHARE));
        if (countTokens(text) > tokens * SHARE) throw new Error(`${name} is over its limit`);
        for (const [n, list] of words.entries()) add(sums[name][n], list, text);
        left[name] = text;
      }
      const isInWindow = holder(left["sliding window"]);
      add(
        lost,
        words[0].filter((word) => !isInWindow(word)),
        left["built-in summarizer"],
      );
    }
  }
  return { sums, lost, count };
}

/** Summaries of summaries: each third of a conversation extends the summary of those before it. */
async function threefold(all) {
  const facts = tally();
  const used = tally();
  for (const { messages } of all) {
    const thirds = [0, 1, 2, 3].map((n) => Math.round((messages.length * n) / 3));
    if (countTokens(textOf(messages)) < 3 * LEAST_TOKENS) continue;
    let earlier;
    let first;
    let limit = 0;
    for (let n = 0; n < 3; n++) {
      const part = messages.slice(thirds[n], thirds[n + 1]);
      limit += Math.floor(countTokens(textOf(part)) * SHARE);
      earlier = await summarize(part, limit, earlier);
      first ??= earlier;
    }
    add(facts, [...probes(first.facts.join("\n"))], summaryText(earlier));
    const [before, after] = [messages.slice(0, thirds[1]), messages.slice(thirds[1])];
    add(used, wanted(before, after, false), summaryText(earlier));
  }
  return { facts, used };
}

const percent = (value) => `${(100 * value).toFixed(1)} %`;

if (existsSync(folder)) {
  await loadEncoding();
  const all = conversations(folder).filter((_, number) => HALVES[half](number));
  const { row, write } = report("fidelity");
  const { sums, lost, count } = await once(all);
  for (const [name, [words, withResults]] of Object.entries(sums)) {
    const isOurs = name === "built-in summarizer";
    const value = share(words);
    const note = `${words.kept} of ${words.of}; with the answers of tools: ${percent(share(withResults))}`;
    row(name, isOurs ? "≥ 80 %" : "", percent(value), isOurs ? value >= 0.8 : undefined, note);
  }
  const windowed = share(sums["sliding window"][0]);
  const times = share(sums["built-in summarizer"][0]) / windowed;
  const limit = `the window holds ${percent(windowed)}, so ${(1 / windowed).toFixed(2)} would be all`;
  row("built-in summarizer, times the sliding window", "≥ 2", times.toFixed(2), times >= 2, limit);
  const note = `${lost.kept} of ${lost.of}`;
  row(
    "built-in summarizer, of what the sliding window lost",
    "",
    percent(share(lost)),
    undefined,
    note,
  );
  const { facts, used } = await threefold(all);
  const third = "after three summaries: terms of the first one's facts";
  row(third, "≥ 95 %", percent(share(facts)), share(facts) >= 0.95, `${facts.kept} of ${facts.of}`);
  row(
    "after three summaries: what later turns use of the first third",
    "",
    percent(share(used)),
    undefined,
    `${used.kept} of ${used.of}`,
  );
  // The file is about these conversations alone.
  const writeHere = folder === shared && half === "held" ? write : () => {};
  writeHere(
    "What is left of a context",
    `Contexts made smaller to ${100 * SHARE} % of their tokens (o200k_base): the share of the identifiers, names and figures used in later turns, in words and calls, that they still hold. ${all.length} conversations, ${count} contexts: what came before the user's messages next to a quarter, a half and three quarters of each, if it has ${LEAST_TOKENS} tokens. System messages are left out. Three summaries: each extends the one before it by a third of the conversation, with ${100 * SHARE} % of the tokens so far.`,
    "The conversations are customer-service sessions with tools (tau-bench, airline), every second one: the summarizer was developed on the others. `benches/fidelity/` has the rules for what counts as an identifier, a name or a figure; they are not those of the summarizer.",
  );
} else {
  console.log(
    `left out: there are no conversations in ${folder}; name a folder in VARVE_CONVERSATIONS`,
  );
}
