// What policies cost: a commit with all four beside one without, prepare at 100 and at 100,000 entries; and a soak of
// 10,000 turns within 4,000 tokens, which must not eat memory. Prints a table and writes benches/results/policies.md.
// Run it with: npm run bench -- policies
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVarve } from "varve";
import { sqlite } from "varve/storage/sqlite";
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

/** Turns of an agent that never ends, stored in a file; memory is what is left after a collection. */
async function soak(turns) {
  const folder = mkdtempSync(join(tmpdir(), "varve-soak-"));
  const storage = sqlite(join(folder, "soak.db"), { driver: "node:sqlite" });
  const chat = await createVarve({ storage, encoding: "approximate" }).open("soak");
  await chat.setBudget({ maxTokens: 4000, action: "warn" });
  await chat.policies.configure({ "auto-compress": { mode: "autonomous" } });
  let compressions = 0;
  let most = 0;
  let failed = 0;
  chat.on("policy", ({ outcome }) => {
    if (outcome === "executed") compressions++;
    else if (outcome === "failed") failed++;
  });
  const sizes = [];
  for (let turn = 0; turn < turns; turn++) {
    await chat.user(
      `Question ${turn}: what became of order #${turn * 7}? ${"Please look it up. ".repeat(6)}`,
    );
    await chat.toolCall("lookup", { order: turn * 7 }, { callId: `c${turn}` });
    await chat.toolResult(`c${turn}`, {
      order: turn * 7,
      state: turn % 3 ? "sent" : "lost",
      note: "x".repeat(200),
    });
    const { tokenCount } = await chat.prepare();
    most = Math.max(most, tokenCount);
    await chat.assistant(`Order #${turn * 7} is ${turn % 3 ? "sent" : "lost"}. Anything else?`);
    if ((turn + 1) % 1000 === 0) {
      // Instances of the summarizer serve one call each; their memories go once the engine has come to it.
      for (let round = 0; round < 4; round++) {
        globalThis.gc?.();
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      sizes.push(heapUsed + external + arrayBuffers);
    }
  }
  const mb = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  // Until then the module has met its largest checkpoint: it keeps what it once had of the engine.
  const settled = Math.min(5, sizes.length);
  const [first, then, last] = [sizes[0], sizes[settled - 1], sizes.at(-1)];
  const each = (last - then) / (turns - settled * 1000 || 1);
  row(
    `${thousands(turns)} turns within 4,000 tokens: longest prompt`,
    "≤ 4,000",
    thousands(most),
    most <= 4000,
    `${compressions} compressions, ${failed} failed`,
  );
  row(
    `memory of the process after 1,000 and ${thousands(settled * 1000)} turns, and at the end`,
    "flat",
    `${mb(first)}, ${mb(then)}, ${mb(last)}`,
    last < then * 1.05,
    `${Math.round(each)} bytes a turn of 4 entries at the end; the history is in a file`,
  );
  await storage.close?.();
  rmSync(folder, { recursive: true });
}

await soak(Number(process.env.TURNS ?? 10_000)); // first: memory of the module never shrinks
await commits();
await prepares();
write(
  "What policies cost",
  "Messages of 200 bytes; times are the best of rounds that take turns, with storage in memory.",
  "The soak keeps its whole history: summaries stand for entries, nothing is deleted.",
);
