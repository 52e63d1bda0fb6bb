// Conversion of 1,000 messages, each way, by format: what an agent's loop pays before and after a call.
// Prints a table. Run it with: npm run bench -- formats
import {
  fromModelMessages,
  fromUIMessages,
  toModelMessages,
  toUIMessages,
} from "varve/formats/ai-sdk";
import { fromAnthropic, toAnthropic } from "varve/formats/anthropic";
import { fromGoogle, toGoogle } from "varve/formats/google";
import { fromOpenAI, fromResponses, toOpenAI, toResponses } from "varve/formats/openai";

const COUNT = 1000;
const LIMIT_MS = 5;
const filler = "The parcel left the warehouse this morning and should be with you on Thursday. ";

/** Users, calls, results, answers in turn, in Chat Completions. */
const chat = Array.from({ length: COUNT }, (_, index) => {
  const id = `call_${index - (index % 4)}`;
  const args = JSON.stringify({ id: index, text: filler });
  switch (index % 4) {
    case 0:
      return { role: "user", content: `${index} ${filler}` };
    case 1: {
      const call = {
        id: `call_${index - 1}`,
        type: "function",
        function: { name: "track", arguments: args },
      };
      return { role: "assistant", content: null, tool_calls: [call] };
    }
    case 2:
      return { role: "tool", tool_call_id: id, content: `${index} ${filler.repeat(2)}` };
    default:
      return { role: "assistant", content: `${index} ${filler}` };
  }
});

const payloads = fromOpenAI(chat);
const items = toResponses(payloads).input;
const { messages } = toAnthropic(payloads);
const { contents } = toGoogle(payloads);
const model = toModelMessages(payloads).messages;
// As many UI messages: each holds a step with a call, its result and the answer.
const steps = toUIMessages(payloads).messages;
const ui = [...steps, ...steps].map((message, index) => ({ ...message, id: `m${index}` }));

const formats = [
  { name: "Chat Completions", given: chat, from: fromOpenAI, to: toOpenAI },
  { name: "Responses", given: items, from: fromResponses, to: toResponses },
  { name: "Anthropic", given: messages, from: fromAnthropic, to: toAnthropic },
  { name: "Google", given: contents, from: fromGoogle, to: toGoogle },
  { name: "AI SDK, model messages", given: model, from: fromModelMessages, to: toModelMessages },
  { name: "AI SDK, UI messages", given: ui, from: fromUIMessages, to: toUIMessages },
];

/** Milliseconds a run takes, the best of many: what the code can do, without the noise. */
function best(run) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 100; round++) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

let slow = false;
function row(what, count, ms) {
  const ok = ms <= LIMIT_MS;
  slow ||= !ok;
  const mark = ok ? "✓" : "✗";
  console.log(
    `${mark} ${what.padEnd(32)} ${String(count).padStart(5)} ${ms.toFixed(2).padStart(8)} ms`,
  );
}

for (const { name, given, from, to } of formats) {
  const read = from(given);
  row(
    `from ${name}`,
    given.length,
    best(() => from(given)),
  );
  row(
    `to ${name}`,
    given.length,
    best(() => to(read)),
  );
}
if (slow) process.exitCode = 1;
