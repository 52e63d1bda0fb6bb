// Many writers on one branch: nothing is lost, and each writer's order is kept.
import { createVarve } from "varve";
import { saidLines, startWriter } from "./crashes.mjs";
import { openStore } from "./stores.mjs";

/**
 * Writers at once, each with `commits` commits, one after another. Gives the longest that any of them
 * waited for one, in milliseconds.
 */
export async function contention({ store, writers, commits }) {
  const repository = "contended";
  const names = Array.from({ length: writers }, (_, number) => `w${number}`);
  const all = names.map((writer) =>
    startWriter({ store, repository, writer, count: commits, wait: true }),
  );
  for (const writer of all) await saidLines(writer, 1);
  const start = performance.now();
  for (const { child } of all) child.stdin.write("go\n");
  for (const writer of all) {
    const [code] = await writer.ended;
    if (code !== 0) throw new Error(`a writer ended with ${code}:\n${writer.errors()}`);
  }
  const seconds = (performance.now() - start) / 1000;
  const longest = all.map(({ lines }) => Number(/^longest (.+)$/.exec(lines.at(-1))?.[1]));

  const varve = createVarve({ storage: await openStore(store), encoding: "approximate" });
  const chat = await varve.open(repository, { create: false });
  const { faults, commits: found } = await chat.verify();
  if (faults.length > 0) throw new Error(`not sound: ${JSON.stringify(faults.slice(0, 5))}`);
  if (found !== writers * commits) throw new Error(`${found} commits, not ${writers * commits}`);
  await checkOrder(chat, names, commits);
  await varve.close();
  return { longest: Math.max(...longest), seconds };
}

/** Every commit of every writer, each writer's in its order. */
async function checkOrder(chat, names, commits) {
  const next = new Map(names.map((name) => [name, commits - 1]));
  let before;
  for (;;) {
    const page = await chat.history({ limit: 1000, before });
    for (const { id } of page.commits) {
      const [name, number] = id.split("-");
      if (next.get(name) !== Number(number)) throw new Error(`${id} is out of order`);
      next.set(name, Number(number) - 1);
    }
    before = page.cursor;
    if (before === undefined) break;
  }
  const missing = [...next].find(([, left]) => left !== -1);
  if (missing) throw new Error(`commits of ${missing[0]} are missing`);
}
