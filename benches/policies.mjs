// What policies cost: a commit with all four beside one without, prepare at 100 and at 100,000 entries; and a soak of
// 10,000 turns within 4,000 tokens, which must not eat memory. Prints a table and writes benches/results/policies.md.
// Run it with: npm run bench -- policies
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createVarve } from "varve";
import { message } from "./lib/messages.mjs";
import { median, report, thousands } from "./lib/report.mjs";

const { row, write } = report("policies");
const ALL = {
  "auto-pin": {
    enabled: true,
    rules: [{ contentType: "ticket" }, { role: "tool", text: "order" }],
  },
  "auto-compress": { mode: "autonomous" },
  "auto-branch": { enabled: true },
  "auto-rebase": { enabled: true },
};

const open = async (policies) => {
  const chat = await createVarve({ counter: null }).open("bench");
  await chat.setBudget({ maxTokens: 1_000_000_000, action: "warn" });
  if (policies) await chat.policies.configure(policies);
  return chat;
};

/** Microseconds a commit, of the best of some rounds that take turns. */
async function commits() {
  const chats = {
    without: await open({ "auto-compress": { enabled: false } }),
    with: await open(ALL),
  };
  const best = { without: Number.POSITIVE_INFINITY, with: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 15; round++) {
    for (const [name, chat] of Object.entries(chats)) {
      const start = performance.now();
      for (let index = 0; index < 2000; index++) await chat.commit(message(round * 2000 + index));
      best[name] = Math.min(best[name], ((performance.now() - start) / 2000) * 1000);
    }
  }
  const ratio = best.with / best.without;
  const note = `${best.with.toFixed(1)} and ${best.without.toFixed(1)} µs`;
  row("commit with all four policies / without", "≤ 1.3", ratio.toFixed(2), ratio <= 1.3, note);
}

/** Microseconds of `prepare` after an append, in a short and in a long chat, in turns: the machine changes meanwhile. */
async function prepares() {
  const chats = [];
  for (const entries of [100, 100_000]) {
    const chat = await open(ALL);
    for (let done = 0; done < entries; done += 1000)
      await chat.batch(async (tx) => {
        const more = Math.min(1000, entries - done);
        for (let index = 0; index < more; index++) await tx.commit(message(done + index));
      });
    await chat.prepare();
    chats.push({ entries, chat, rounds: [] });
  }
  for (let round = 0; round < 300; round++) {
    for (const { entries, chat, rounds } of chats) {
      await chat.commit(message(entries + round));
      const start = performance.now();
      await chat.prepare();
      rounds.push((performance.now() - start) * 1000);
    }
  }
  const times = Object.fromEntries(chats.map(({ entries, rounds }) => [entries, median(rounds)]));
  const ratio = times[100_000] / times[100];
  const note = `${times[100].toFixed(0)} and ${times[100_000].toFixed(0)} µs`;
  row(
    "prepare after an append, at 100,000 entries / at 100",
    "about 1",
    ratio.toFixed(2),
    ratio < 1.5,
    note,
  );
}

/**
 * Turns of an agent that never ends, in a process of its own (policies/soak.mjs). V8 lets its young generation grow for
 * hours, whatever a program does: so once with the least, and once as it likes it.
 */
function soak(turns) {
  const run = (...flags) => {
    const file = fileURLToPath(new URL("policies/soak.mjs", import.meta.url));
    const options = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
    return JSON.parse(
      execFileSync(process.execPath, [...flags, "--expose-gc", file, turns], options),
    );
  };
  const mb = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  const { most, compressions, failed, memory } = run("--max-semi-space-size=1");
  row(
    `${thousands(turns)} turns within 4,000 tokens: longest prompt`,
    "≤ 4,000",
    thousands(most),
    most <= 4000 && failed === 0,
    `${compressions} compressions, ${failed} failed`,
  );
  const [first, last] = [memory[0], memory.at(-1)];
  row(
    "memory of the process (RSS) after 1,000 turns, and at the end",
    "flat",
    `${mb(first.rss)}, ${mb(last.rss)}`,
    last.rss < first.rss * 1.05,
    `with \`--max-semi-space-size=1\`; in use of it ${mb(first.used)}, ${mb(last.used)}`,
  );
  const [loose, end] = [run().memory, turns / 1000 - 1];
  row(
    "the same without the flag",
    "",
    `${mb(loose[0].rss)}, ${mb(loose[end].rss)}`,
    undefined,
    `in use of it ${mb(loose[0].used)}, ${mb(loose[end].used)}`,
  );
}

soak(Number(process.env.TURNS ?? 10_000));
await commits();
await prepares();
write(
  "What policies cost",
  "Messages of 200 bytes; times are the best of rounds that take turns, with storage in memory.",
  `The soak keeps its whole history, in a file of SQLite: summaries stand for entries, nothing is deleted. Its memory is that
after a collection. Without the flag V8 lets its young generation grow up to its bound, until some 6,000 turns.`,
);
