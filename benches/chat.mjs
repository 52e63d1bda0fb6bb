// What a chat's screen waits for: a page of the transcript, a sync of the application's array, an answer
// made anew. Prints a table and writes benches/results/chat.md. Run it with: npm run bench -- chat
import { createVarve } from "varve";
import { fromOpenAI } from "varve/formats/openai";
import { message } from "./lib/messages.mjs";
import { median, report } from "./lib/report.mjs";

const { row, write } = report("chat");

const open = () => createVarve({ counter: null }).open("bench");

const openAI = (index) => {
  const { role, parts } = message(index);
  return { role, content: parts[0].text };
};

/** The median of some rounds, in milliseconds. */
async function time(rounds, run) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await run(round);
    times.push(performance.now() - start);
  }
  return median(times);
}

function timeRow(what, target, value, note) {
  row(what, `≤ ${target} ms`, `${value.toFixed(2)} ms`, value <= target, note);
}

async function transcripts() {
  const chat = await open();
  await chat.batch(async (tx) => {
    for (let index = 0; index < 10_000; index++) await tx.commit(message(index));
  });
  await time(50, () => chat.transcript());
  timeRow("transcript, the last 50 of 10,000", 1, await time(200, () => chat.transcript()));
  const { entries } = await chat.transcript({ limit: 5000 });
  const before = entries[0].id;
  timeRow(
    "transcript, 50 in the middle of 10,000",
    1,
    await time(200, () => chat.transcript({ before })),
  );
  const anew = async (round) => {
    const last = (await chat.transcript({ limit: 1 })).entries[0];
    const start = performance.now();
    await chat.regenerate(last.id);
    const took = performance.now() - start;
    await chat.assistant(`again ${round}`);
    return took;
  };
  const times = [];
  for (let round = 0; round < 50; round++) times.push(await anew(round));
  timeRow("regenerate at the end of 10,000", 10, median(times));
  timeRow(
    "transcript, the last 50 of 10,000, one entry with 50 siblings",
    1,
    await time(200, () => chat.transcript()),
  );
}

async function syncs() {
  const array = Array.from({ length: 1000 }, (_, index) => openAI(index));
  const options = { format: fromOpenAI };
  timeRow("sync, an array of 1,000 with 2 new ones", 2, await growing(array.slice()));
  timeRow("sync, an array of 1,000 as it was", 2, await unchanged(array));
  const chat = await open();
  await chat.sync(array, options);
  const cold = await time(10, async () => (await chat.at("main")).sync(array, options));
  timeRow("sync, an array of 1,000 by a handle that remembers nothing", 50, cold);
}

async function growing(array) {
  const chat = await open();
  await chat.sync(array, { format: fromOpenAI });
  let next = 5000;
  return time(60, () => {
    array.push(openAI(next), openAI(next + 1));
    next += 2;
    return chat.sync(array, { format: fromOpenAI });
  });
}

async function unchanged(array) {
  const chat = await open();
  await chat.sync(array, { format: fromOpenAI });
  return time(60, () => chat.sync(array, { format: fromOpenAI }));
}

await transcripts();
await syncs();
write(
  "Chats",
  "Messages of 200 bytes in memory storage, nothing counted; medians.",
  "The array that grows has 1,000 to 1,120 messages while it is measured.",
);
