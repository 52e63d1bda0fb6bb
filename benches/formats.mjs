// Conversion of 1,000 messages, each way, by format: what an agent's loop pays before and after a call. And of 20
// pictures, which come as base64 and go out as such, while a repository keeps their bytes.
// Run it with: npm run bench -- formats
import { createVarve } from "varve";
import {
  fromModelMessages,
  fromUIMessages,
  toModelMessages,
  toUIMessages,
} from "varve/formats/ai-sdk";
import { fromAnthropic, toAnthropic } from "varve/formats/anthropic";
import { fromGoogle, toGoogle } from "varve/formats/google";
import { fromOpenAI, fromResponses, toOpenAI, toResponses } from "varve/formats/openai";

import { report } from "./lib/report.mjs";

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

const { row, write } = report("formats");

function measured(what, run) {
  const ms = best(run);
  row(what, `≤ ${LIMIT_MS} ms`, `${ms.toFixed(2)} ms`, ms <= LIMIT_MS);
  if (ms > LIMIT_MS) process.exitCode = 1;
}

for (const { name, given, from, to } of formats) {
  const read = from(given);
  measured(`from ${name}, ${given.length} messages`, () => from(given));
  measured(`to ${name}, ${given.length} messages`, () => to(read));
}

const PICTURES = 20;
const SIZE = 300_000;
const pictures = Array.from({ length: PICTURES }, (_, index) => {
  const bytes = Uint8Array.from({ length: SIZE }, (_, at) => (at * (index + 7919)) % 251);
  const url = `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
  return { role: "user", content: [{ type: "image_url", image_url: { url } }] };
});
const chatOfPictures = await createVarve({ counter: null }).open("pictures");
for (const payload of fromOpenAI(pictures)) await chatOfPictures.commit(payload);
const compiled = await chatOfPictures.prepare();
const told = (what, run) => row(what, "", `${best(run).toFixed(2)} ms`);
const some = `${PICTURES} pictures of ${SIZE / 1000} KB`;
told(`from Chat Completions, ${some}`, () => fromOpenAI(pictures));
told(`to Chat Completions, ${some}, a second time`, () => toOpenAI(compiled));

write(
  "Formats",
  `The best of 100 runs of one conversion. ${COUNT} messages of 100 to 200 bytes: users, calls, results, answers in turn.`,
  "Pictures that were not converted yet are put into base64 once; the text is kept as long as their bytes are.",
);
