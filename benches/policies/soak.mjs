// Turns of an agent that never ends, stored in a file: `node soak.mjs <turns>`. Prints as JSON what it did, and what the
// process takes after each thousand turns, after a collection.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVarve } from "varve";
import { sqlite } from "varve/storage/sqlite";

const turns = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), "varve-soak-"));
const storage = sqlite(join(folder, "soak.db"), { driver: "node:sqlite" });
const chat = await createVarve({ storage, encoding: "approximate" }).open("soak");
await chat.setBudget({ maxTokens: 4000, action: "warn" });
await chat.policies.configure({ "auto-compress": { mode: "autonomous" } });
const done = { compressions: 0, failed: 0, most: 0, memory: [] };
chat.on("policy", ({ outcome }) => {
  if (outcome === "executed") done.compressions++;
  else if (outcome === "failed") done.failed++;
});
for (let turn = 0; turn < turns; turn++) {
  const order = turn * 7;
  await chat.user(
    `Question ${turn}: what became of order #${order}? ${"Please look it up. ".repeat(6)}`,
  );
  await chat.toolCall("lookup", { order }, { callId: `c${turn}` });
  const state = turn % 3 ? "sent" : "lost";
  await chat.toolResult(`c${turn}`, { order, state, note: "x".repeat(200) });
  const { tokenCount } = await chat.prepare();
  done.most = Math.max(done.most, tokenCount);
  await chat.assistant(`It is ${state}. Anything else?`); // as said before, also by what has left memory
  if ((turn + 1) % 1000 === 0) {
    // Instances of the summarizer serve one call each; their memories go once the engine has come to it.
    for (let round = 0; round < 4; round++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    done.memory.push({ rss, used: heapUsed + external });
  }
}
await storage.close?.();
rmSync(folder, { recursive: true });
console.log(JSON.stringify(done));
