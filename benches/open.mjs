// Opening a repository that is kept in JavaScript: what varve itself takes, since this store only copies
// bytes out of Maps. One journal entry a commit, payloads of 200 to 300 bytes. Prints a table and writes
// benches/results/open.md. Run it with: npm run bench -- open
import { createVarve } from "varve";
import { memoryAdapter } from "varve/testing";
import { report, thousands } from "./lib/report.mjs";

const { row, write } = report("open");
const filler = "The parcel left the warehouse this morning and should be with you on Thursday. ";
const WINDOW = { maxTokens: 8000 };

/** A message whose payload has 200 to 300 bytes as canonical JSON; each another one. */
function message(index) {
  const text = `${index} ${filler.repeat(4)}`.slice(0, 125 + ((index * 37) % 100));
  const role = index % 2 ? "assistant" : "user";
  return { contentType: "message", role, parts: [{ type: "text", text }] };
}

/** A store that says it lasts, so that checkpoints go to it. It can hide them, and counts bytes. */
function store() {
  const kept = memoryAdapter({ durability: "strict" });
  const bytes = { payload: 0, journal: 0, checkpoint: 0 };
  const sum = (parts) => parts.reduce((total, part) => total + part.bytes.length, 0);
  const adapter = {
    ...kept,
    hidesCheckpoint: false,
    write(key, batch) {
      bytes.journal += batch.entry.bytes.length;
      bytes.payload += sum(batch.objects);
      return kept.write(key, batch);
    },
    async readCheckpoint(key) {
      const found = adapter.hidesCheckpoint ? undefined : await kept.readCheckpoint(key);
      if (found) bytes.checkpoint = found.manifest.length + sum(found.segments);
      return found;
    },
  };
  return { adapter, bytes };
}

/** The best of some rounds, by the clock and by the time that all threads of this process had. */
async function best(rounds, run) {
  const times = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    const before = process.cpuUsage();
    const start = performance.now();
    await run();
    times.wall = Math.min(times.wall, performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    times.cpu = Math.min(times.cpu, (user + system) / 1000);
  }
  return times;
}

async function measure(count, rounds, targets) {
  const { adapter, bytes } = store();
  const open = () => createVarve({ storage: adapter, encoding: "approximate" }).open("bench");
  const chat = await open();
  for (let index = 0; index < count; index++) await chat.commit(message(index));
  const compiled = async (options) => {
    const { messages } = await (await open()).compile(options);
    if (options === undefined && messages.length !== count) throw new Error(`${messages.length}`);
  };
  const time = async (what, target, run) => {
    const { wall, cpu } = await best(rounds, run);
    const note = `${cpu.toFixed(0)} ms by CPU time`;
    row(what, `≤ ${target} ms`, `${wall.toFixed(0)} ms`, wall <= target, note);
  };
  for (const [way, [alone, window, all]] of Object.entries(targets)) {
    adapter.hidesCheckpoint = way !== "checkpoint";
    const from = `${thousands(count)} commits, ${way}`;
    await time(`${from}: open`, alone, open);
    await time(`${from}: open, compile 8,000 tokens`, window, () => compiled(WINDOW));
    await time(`${from}: open, compile and read all`, all, () => compiled());
  }
  const each = Object.entries(bytes).map(
    ([kind, total]) => `${(total / count).toFixed(0)} ${kind}`,
  );
  const stored = (bytes.journal + bytes.checkpoint) / count;
  const what = `${thousands(count)} commits: bytes of each beyond its payload`;
  row(what, "≤ 700 bytes", `${stored.toFixed(0)} bytes`, stored <= 700, each.join(", "));
}

// What a database needs comes on top: hence less than its users should wait for.
await measure(10_000, 5, { checkpoint: [60, 60, 60], journal: [150, 150, 200] });
await measure(100_000, 3, { checkpoint: [250, 250, 600], journal: [1500, 1500, 2000] });
write(
  "Opening",
  "Messages of 200 to 300 bytes in JavaScript Maps, approximate counter.",
  `"Checkpoint": the newest one and the entries behind it are read; "journal": there is no checkpoint. Times are the best of
several rounds, each with a varve of its own, its module loaded. A database adds what it takes itself.`,
);
