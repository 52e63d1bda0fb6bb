// The agent's loop of this page, as one with a model would be: prepare, ask, take in tools and text as they come. Only
// that the answers come from a script.
import { toOpenAI } from "varve/formats/openai";
import { answerTo } from "./script.js";
import { textOf } from "./words.js";

/** Milliseconds that a tool, and a word, take; none where people want no motion. */
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const wait = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (calm.matches || signal.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Answers the last message of the user. `onPiece` is told what is under way: a tool, or a text as it grows. */
export async function answer(chat, { signal, onPiece }) {
  const prepared = await chat.prepare(); // policies look here, and say what they propose
  const { messages } = toOpenAI(prepared);
  const question = await lastQuestion(chat);
  if (question === undefined) return;
  const attempt = await attemptsAt(chat, question);
  const given = { messages: messages.length, tokens: prepared.tokenCount };
  await prepared.sent({ model: "script" });

  const calls = new Map(); // names of calls are used once on a branch, answers may come again
  for (const payload of answerTo(textOf(question.payload), attempt, given)) {
    if (signal.aborted) return;
    if (payload.contentType === "tool_io") await useTool(chat, payload, { calls, signal, onPiece });
    else await say(chat, textOf(payload), { signal, onPiece });
  }
  await chat.prepare(); // the answer may have filled the budget
}

async function lastQuestion(chat) {
  const { entries } = await chat.transcript({ limit: 200 });
  return entries.findLast(({ role, contentType }) => role === "user" && contentType !== "summary");
}

/** How many answers a message has on all lines together. */
async function attemptsAt(chat, { id }) {
  const children = await chat.children(id);
  return children.filter(({ operation }) => operation.kind === "append").length;
}

async function useTool(chat, payload, { calls, signal, onPiece }) {
  const { callId, direction, toolName } = payload;
  if (direction === "call")
    calls.set(callId, `${callId}-${Math.random().toString(36).slice(2, 6)}`);
  onPiece({ tool: toolName });
  await wait(280, signal);
  await chat.commit(
    { ...payload, callId: calls.get(callId) ?? callId },
    { author: { kind: "agent", name: "script" } },
  );
}

/** Takes a text in while it comes, and stores it as one operation; what was cut off is kept as far as it came. */
async function say(chat, text, { signal, onPiece }) {
  const turn = chat.turn({ model: "script" });
  let said = "";
  for (const word of text.split(/(?<=\s)/)) {
    if (signal.aborted) break;
    turn.write({ type: "text-delta", text: word });
    said += word;
    onPiece({ text: said });
    await wait(22, signal);
  }
  await turn.finish({ status: signal.aborted ? "aborted" : "complete" });
}
