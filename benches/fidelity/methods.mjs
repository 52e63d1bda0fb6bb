// Ways to make a context smaller. Each takes messages and a limit in tokens, and gives the text that is left: never
// more than the limit.
import { builtinSummarizer, countTokens } from "varve";
import { messageText, textOf } from "./conversations.mjs";

/** Text and facts of a summary, as a model reads them. */
export const summaryText = ({ text, facts = [] }) =>
  [text, ...facts.map((fact) => `- ${fact}`)].join("\n");

/** Asks the built-in summarizer. */
export const summarize = (messages, targetTokens, earlier) =>
  builtinSummarizer({ messages, targetTokens, earlier, countTokens });

const builtin = async (messages, limit) => summaryText(await summarize(messages, limit));

/** The last messages, and the end of the one before them. */
function window(messages, limit) {
  let text = "";
  for (const message of messages.toReversed()) {
    const longer = `${messageText(message)}\n${text}`;
    if (countTokens(longer) <= limit) text = longer;
    else return longest(longer.length, limit, (length) => longer.slice(longer.length - length));
  }
  return text;
}

/** The longest piece that fits, by bisection. */
function longest(length, limit, piece) {
  let [fits, tooLong] = [0, length + 1];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (countTokens(piece(middle)) <= limit) fits = middle;
    else tooLong = middle;
  }
  return piece(fits);
}

/** Tool results cleared, the oldest first; where that is not enough, the last messages. */
function cleared(messages, limit) {
  const left = [...messages];
  for (let place = 0; place < left.length && countTokens(textOf(left)) > limit; place++) {
    if (left[place].role !== "tool") continue;
    left[place] = { role: "tool", parts: [{ type: "text", text: "[cleared]" }] };
  }
  return window(left, limit);
}

/** The first and the last sentence of each message, then the second and the last but one, as many rounds as fit. */
function sentences(messages, limit) {
  const cut = messages.map((message) => messageText(message).split(/(?<=[.!?])\s+|\n+/));
  const taken = cut.map(() => new Set());
  const written = () =>
    cut.map((all, place) => all.filter((_, n) => taken[place].has(n)).join(" ")).join("\n");
  const rounds = Math.max(...cut.map(({ length }) => length));
  for (let round = 0; round < rounds; round++) {
    for (let place = cut.length - 1; place >= 0; place--) {
      const all = cut[place];
      for (const number of [round, all.length - 1 - round]) {
        if (number < 0 || number >= all.length || taken[place].has(number)) continue;
        taken[place].add(number);
        if (countTokens(written()) > limit) taken[place].delete(number);
      }
    }
  }
  return written();
}

export const METHODS = {
  "built-in summarizer": builtin,
  "first and last sentences": sentences,
  "sliding window": window,
  "clearing tool results": cleared,
};
