// The core's figures, on 200-byte messages in memory storage with the null counter: commits a second,
// compile after an append, reading messages, memory a commit. Prints a table and writes
// benches/results/core.md. Run it with: npm run bench -- core
import { createVarve } from "varve";
import { message } from "./lib/messages.mjs";
import { percentile, report, thousands } from "./lib/report.mjs";

const { row, write } = report("core");

const messages = Array.from({ length: 110_000 }, (_, index) => message(index));

const open = (id = "bench") => createVarve({ counter: null }).open(id);

function rateRow(what, target, { wall, cpu }) {
  const note = `${thousands(cpu)} by CPU time`;
  row(what, `≥ ${thousands(target)}`, thousands(wall), wall >= target, note);
}

async function fill(chat, from, count) {
  for (let index = from; index < from + count; index++) await chat.commit(messages[index]);
}

async function fillBatch(chat, from, count) {
  await chat.batch(async (tx) => {
    for (let index = from; index < from + count; index++) await tx.commit(messages[index]);
  });
}

/** The best of some rounds, each on a fresh repository: what the code can do, without the noise. */
async function best(rounds, measure) {
  const rates = [];
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    rates.push(await measure());
  }
  const most = (key) => Math.max(...rates.map((each) => each[key]));
  return { wall: most("wall"), cpu: most("cpu") };
}

/** A second, by the clock and by the time that all threads of this process had. */
async function rate(run, count) {
  const before = process.cpuUsage();
  const start = performance.now();
  await run();
  const wall = (count / (performance.now() - start)) * 1000;
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (count / (user + system)) * 1e6 };
}

async function commits() {
  await fill(await open(), 0, 20_000); // warm
  const small = await best(9, async () => {
    const chat = await open();
    return rate(() => fill(chat, 0, 1000), 1000);
  });
  rateRow("commits/s, awaited one by one, the first 1,000", 80_000, small);
  const large = await best(3, async () => {
    const chat = await open();
    return rate(() => fill(chat, 0, 100_000), 100_000);
  });
  rateRow("commits/s, awaited one by one, 100,000 of them", 80_000, large);
  const late = await best(3, async () => {
    const chat = await open();
    await fillBatch(chat, 0, 100_000);
    return rate(() => fill(chat, 100_000, 10_000), 10_000);
  });
  rateRow("commits/s, awaited one by one, 10,000 after 100,000", 80_000, late);
}

async function batches() {
  await fillBatch(await open(), 0, 20_000);
  const small = await best(9, async () => {
    const chat = await open();
    return rate(() => fillBatch(chat, 0, 1000), 1000);
  });
  rateRow("commits/s, in a batch of 1,000", 120_000, small);
  const large = await best(3, async () => {
    const chat = await open();
    return rate(() => fillBatch(chat, 0, 100_000), 100_000);
  });
  rateRow("commits/s, in a batch of 100,000", 120_000, large);
  const late = await best(3, async () => {
    const chat = await open();
    await fillBatch(chat, 0, 100_000);
    return rate(() => fillBatch(chat, 100_000, 10_000), 10_000);
  });
  rateRow("commits/s, in a batch of 10,000 after 100,000 commits", 120_000, late);
}

async function compiles() {
  for (const size of [100, 10_000, 100_000]) {
    const chat = await open();
    await fillBatch(chat, 0, size);
    await chat.compile();
    const times = [];
    for (let index = 0; index < 1000; index++) {
      await chat.commit(messages[(size + index) % messages.length]);
      const start = performance.now();
      await chat.compile();
      times.push((performance.now() - start) * 1000);
    }
    const p50 = percentile(times, 0.5);
    const what = `compile after an append at ${thousands(size)} entries, p50 (p99 ${percentile(times, 0.99).toFixed(0)} µs)`;
    row(what, "≤ 20 µs", `${p50.toFixed(1)} µs`, p50 <= 20);
  }
}

async function reading() {
  const chat = await open();
  await fillBatch(chat, 0, 100_000);
  await chat.compile();
  const times = [];
  for (let index = 0; index < 15; index++) {
    await chat.commit(messages[100_000 + index]);
    const compiled = await chat.compile();
    const start = performance.now();
    const { length } = compiled.messages;
    times.push((performance.now() - start) * 1000);
    if (length !== 100_001 + index) throw new Error(`${length} messages`);
  }
  const p50 = percentile(times, 0.5);
  row("reading messages once at 100,000, p50", "≤ 500 µs", `${p50.toFixed(0)} µs`, p50 <= 500);
}

/** Bytes of the JavaScript heap and of what lies outside of it: the module's memory. */
async function memoryUsed() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function memory() {
  const chat = await open();
  await fill(chat, 0, 1000);
  const before = await memoryUsed();
  const count = 100_000;
  let payloads = 0;
  for (let index = 1000; index < 1000 + count; index++) {
    payloads += JSON.stringify(messages[index]).length;
    await chat.commit(messages[index]);
  }
  const after = await memoryUsed();
  const each = (after - before - payloads) / count;
  const what = "memory a commit beyond its payload, 100,000 commits one by one";
  row(what, "≤ 600 bytes", `${each.toFixed(0)} bytes`, each <= 600);
  await chat.user("keep the repository alive until here");
}

// Memory first: a fresh module's memory has not grown yet.
await memory();
await commits();
await batches();
await compiles();
await reading();
write(
  "The core",
  "200-byte messages, memory storage, null counter.",
  `Rates are the best of several rounds, each on a fresh repository; times are medians.
"By CPU time" counts the time of all threads of the process, the collector's and compiler's included, and not
the time that others had the cores.`,
);
