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

/** The best of nine rounds, each the median of some calls, in milliseconds: without the machine's noise. */
async function time(calls, run) {
  const rounds = [];
  for (let round = 0; round < 9; round++) {
    const times = [];
    for (let call = 0; call < calls; call++) {
      const start = performance.now();
      await run();
      times.push(performance.now() - start);
    }
    rounds.push(median(times));
  }
  return Math.min(...rounds);
}

function timeRow(what, target, value, note) {
  row(what, `≤ ${target} ms`, `${value.toFixed(2)} ms`, value <= target, note);
}

async function transcripts() {
  const chat = await open();
  await chat.batch(async (tx) => {
    for (let index = 0; index < 10_000; index++) await tx.commit(message(index));
  });
  timeRow("transcript, the last 50 of 10,000", 1, await time(20, () => chat.transcript()));
  const { entries } = await chat.transcript({ limit: 5000 });
  const before = entries[0].id;
  timeRow(
    "transcript, 50 in the middle of 10,000",
    1,
    await time(20, () => chat.transcript({ before })),
  );
  const times = [];
  for (let round = 0; round < 50; round++) {
    const last = (await chat.transcript({ limit: 1 })).entries[0];
    const start = performance.now();
    await chat.regenerate(last.id);
    times.push(performance.now() - start);
    await chat.assistant(`again ${round}`);
  }
  timeRow("regenerate at the end of 10,000", 10, median(times));
  timeRow(
    "transcript, the last 50 of 10,000, one entry with 50 siblings",
    1,
    await time(20, () => chat.transcript()),
  );
}

async function syncs() {
  const array = Array.from({ length: 1000 }, (_, index) => openAI(index));
  const options = { format: fromOpenAI };
  timeRow("sync, an array of 1,000 with 2 new ones", 2, await growing(array.slice()));
  timeRow("sync, an array of 1,000 as it was", 2, await unchanged(array));
  const chat = await open();
  await chat.sync(array, options);
  const cold = await time(3, async () => (await chat.at("main")).sync(array, options));
  timeRow("sync, an array of 1,000 by a handle that remembers nothing", 50, cold);
}

async function growing(array) {
  const chat = await open();
  await chat.sync(array, { format: fromOpenAI });
  let next = 5000;
  return time(7, () => {
    array.push(openAI(next), openAI(next + 1));
    next += 2;
    return chat.sync(array, { format: fromOpenAI });
  });
}

async function unchanged(array) {
  const chat = await open();
  await chat.sync(array, { format: fromOpenAI });
  return time(7, () => chat.sync(array, { format: fromOpenAI }));
}

await transcripts();
await syncs();
write(
  "Chats",
  "Messages of 200 bytes in memory storage, nothing counted. The best of nine rounds, each the median of some calls.",
  "The array that grows has 1,000 to 1,126 messages while it is measured. Most of a sync is the converter's, which is given the whole array each time.",
);
