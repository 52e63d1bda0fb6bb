// A server's memory: conversations that are opened, used and left, one after the other, in one file; of one workspace, and
// of a workspace each. What is kept of each after its last handle went adds up. Prints a table and writes benches/results/server.md.
// Run it with: npm run bench -- server
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVarve } from "varve";
import { sqlite } from "varve/storage/sqlite";
import { message } from "./lib/messages.mjs";
import { report, thousands } from "./lib/report.mjs";

const { row, write } = report("server");
const EACH = 1000;
const ALL = Number(process.env.CONVERSATIONS ?? 12_000);
const HALF = ALL / 2; // until then the module's memory finds its size, which never shrinks
const MESSAGES = 10;
const STEPS = 1000; // a conversation takes 15,000 bytes while it is open; the module's memory grows in steps

/** Bytes of the process that are in use: of JavaScript, and of the modules' memories. */
async function inUse() {
  // Finalizers run in tasks, and free what the next collection finds.
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function serve(varve, id) {
  const chat = await varve.open(id);
  chat.on("commit", () => void chat.head); // what listens has the handle
  for (let index = 0; index < MESSAGES; index++) await chat.commit(message(index));
  const { messages } = await chat.prepare();
  if (messages.length !== MESSAGES) throw new Error(`${messages.length} messages`);
}

async function measure(what, workspaceOf) {
  const folder = mkdtempSync(join(tmpdir(), "varve-server-"));
  const storage = sqlite(join(folder, "chats.db"), { durability: "relaxed" });
  const varve = createVarve({ storage, encoding: "approximate" });
  let before = 0;
  let after = 0;
  for (let index = 1; index <= ALL; index++) {
    await serve(workspaceOf(varve, index), `chat-${index}`);
    await new Promise(setImmediate); // a server's requests come as tasks, and finalizers between them
    if (index % EACH !== 0) continue;
    after = await inUse(); // each time, or it were the most that waits for the engine to collect
    if (index === HALF) before = after;
  }
  const each = (after - before) / (ALL - HALF);
  const mb = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  row(
    `${what}: in use after ${thousands(HALF)}, after ${thousands(ALL)}`,
    "flat",
    `${mb(before)}, ${mb(after)}`,
    each < STEPS,
    `${Math.round(each)} bytes each`,
  );
  await varve.close();
  rmSync(folder, { recursive: true });
}

await measure("conversations", (varve) => varve);
await measure("customers of a conversation", (varve, index) =>
  varve.workspace(`customer-${index}`),
);
write(
  "A server's memory",
  `Conversations of ${MESSAGES} messages of 200 bytes in SQLite, each opened, compiled and left;
garbage is collected every ${thousands(EACH)}.`,
  `Nobody closes a handle: what was in memory of a conversation goes when the engine has collected the last one. The store
keeps the row numbers of the 10,000 repositories that were used last.`,
);
