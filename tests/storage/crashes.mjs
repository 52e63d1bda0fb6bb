// Kills writers at random moments. Whatever they said was acknowledged must be there afterwards.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createVarve } from "varve";
import { openStore } from "./stores.mjs";

const writerFile = fileURLToPath(new URL("writer.mjs", import.meta.url));

/** A process that writes; `lines` grows with what it says. */
export const startWriter = (options) => startProcess(writerFile, options);

/** A process of a script that is told what to do by one argument; `lines` grows with what it says. */
export function startProcess(file, options) {
  const stdio = ["pipe", "pipe", "pipe"];
  const child = spawn(process.execPath, [file, JSON.stringify(options)], { stdio });
  const lines = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = once(child, "close");
  return { child, lines, ended, errors: () => errors };
}

/** Waits until a writer said `count` lines. */
export async function saidLines(writer, count) {
  while (writer.lines.length < count) {
    if (writer.child.exitCode !== null || writer.child.signalCode !== null) {
      throw new Error(`the writer ended before its time:\n${writer.errors()}`);
    }
    await sleep(2);
  }
}

/**
 * `rounds` writers, one after another, each killed up to `within` milliseconds after its first
 * acknowledgement by `kill`. Gives how many commits were acknowledged; throws where one is lost, or
 * where the repository is not sound.
 */
export async function crashes({
  store,
  rounds,
  within = 120,
  verifyEvery = 20,
  kill = killWriter,
}) {
  let acknowledged = 0;
  for (let round = 0; round < rounds; round++) {
    const writer = startWriter({ store, repository: "crash", writer: `w${round}`, mixed: true });
    await saidLines(writer, 1);
    await sleep(Math.random() * within);
    await kill(writer);
    await writer.ended;
    const said = writer.lines.map((line) => line.split(" "));
    await check(
      store,
      said.filter(([, hash]) => hash?.length === 64),
      {
        verify: round % verifyEvery === verifyEvery - 1 || round === rounds - 1,
      },
    );
    acknowledged += said.length;
  }
  return { rounds, acknowledged };
}

async function killWriter({ child }) {
  child.kill("SIGKILL");
}

async function check(store, said, { verify }) {
  const varve = createVarve({ storage: await openStore(store), encoding: "approximate" });
  const chat = await varve.open("crash", { create: false });
  for (const [id, hash] of said) {
    const found = await chat.get(hash);
    if (found === null) throw new Error(`${id}, commit ${hash}, was acknowledged and is lost`);
  }
  if (verify) {
    const { faults } = await chat.verify();
    if (faults.length > 0) throw new Error(`not sound: ${JSON.stringify(faults.slice(0, 5))}`);
  }
  await varve.close();
}
