import { createVarve, memory } from "varve";
import { sqlite } from "varve/storage/sqlite";
import { rmSync } from "node:fs";
for (const f of ["", "-wal", "-shm"]) rmSync("/tmp/mem.db"+f, {force:true});
const storage = await sqlite("/tmp/mem.db");
const chat = await createVarve({ storage, encoding: "approximate" }).open("soak");
const mode = process.env.MODE;
if (mode !== "policies") await chat.policies.configure({ "auto-compress": { enabled: false } });
await chat.setBudget({ maxTokens: mode === "policies" ? 4000 : 1e9, action: "warn" });
const n = Number(process.env.N ?? 20000);
for (let i = 0; i < n; i++) {
    const turn = i >> 2;
    const text = process.env.SAME ? "same" : `Question ${i}: what became of order #${turn * 7}? ${"Please look it up. ".repeat(6)}`;
    if (process.env.TOOLS && i % 4 === 1) await chat.toolCall("lookup", { order: turn * 7 }, { callId: `c${turn}` });
    else if (process.env.TOOLS && i % 4 === 2) await chat.toolResult(`c${turn}`, { order: turn * 7, note: "x".repeat(200) });
    else await chat.user(text);
    if (process.env.PREPARE && i % 4 === 2) await chat.prepare();
    if ((i + 1) % 4000 === 0) {
      for (let round = 0; round < 4; round++) { globalThis.gc?.(); await new Promise((r) => setTimeout(r, 30)); }
      const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
      console.log(i+1, (heapUsed/2**20).toFixed(1), (external/2**20).toFixed(1), (arrayBuffers/2**20).toFixed(1), "rss", (rss/2**20).toFixed(1));
    }
}
