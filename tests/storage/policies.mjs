// Policies in several processes at once: a proposal is used once, and a pause holds everywhere.
import { fileURLToPath } from "node:url";
import { createVarve } from "varve";
import { saidLines, startProcess } from "./crashes.mjs";
import { openStore } from "./stores.mjs";

const file = fileURLToPath(new URL("policy-process.mjs", import.meta.url));
const DAYS = 24 * 60 * 60 * 1000;

async function opened(store, repository, clock) {
  const varve = createVarve({ storage: await openStore(store), encoding: "approximate", clock });
  return { varve, chat: await varve.open(repository) };
}

/** Asks processes for something, all at once, and gives what each of them answers. */
async function ask(all, text) {
  const before = all.map(({ lines }) => lines.length);
  for (const { child } of all) child.stdin.write(`${text}\n`);
  for (const [place, each] of all.entries()) await saidLines(each, (before[place] ?? 0) + 1);
  return all.map(({ lines }, place) => lines[before[place]]);
}

/**
 * `rounds` proposals, each approved by every one of `count` processes at once. Throws where it is not used exactly once;
 * gives how often which code was the answer of those that lost.
 */
export async function approvals({ store, rounds, count = 3 }) {
  const repository = "approvals";
  let now = Date.now();
  const { varve, chat } = await opened(store, repository, () => now);
  await chat.user("base");
  await chat.policies.configure({ "auto-rebase": { enabled: true } });
  const all = Array.from({ length: count }, () =>
    startProcess(file, { store, repository, role: "approve" }),
  );
  for (const each of all) await saidLines(each, 1);
  const lost = {};
  for (let round = 0; round < rounds; round++) {
    await chat.branch(`side-${round}`);
    now += 8 * DAYS;
    const [proposal] = (await chat.prepare()).proposals;
    const answers = await ask(all, `${now} ${proposal.id}`);
    const won = answers.filter((answer) => answer === "executed");
    if (won.length !== 1) throw new Error(`round ${round}: ${answers.join(", ")}`);
    for (const answer of answers) {
      if (answer === "executed") continue;
      if (!["StaleProposal", "Conflict"].includes(answer)) throw new Error(`answered ${answer}`);
      lost[answer] = (lost[answer] ?? 0) + 1;
    }
    await chat.prepare();
    const archived = (await chat.branches()).filter(({ name }) => name === `archive/side-${round}`);
    if (archived.length !== 1) throw new Error(`round ${round}: archived ${archived.length} times`);
  }
  for (const { child, ended } of all) {
    child.stdin.end();
    await ended;
  }
  const { faults } = await chat.verify();
  if (faults.length > 0) throw new Error(`not sound: ${JSON.stringify(faults.slice(0, 5))}`);
  await varve.close();
  return lost;
}

/**
 * `rounds` pauses while another process has a policy pin what it writes. Throws where something was pinned after the
 * pause was acknowledged; gives how much was before.
 */
export async function pauses({ store, rounds }) {
  let before = 0;
  for (let round = 0; round < rounds; round++) {
    const repository = `pauses-${round}`;
    const { varve, chat } = await opened(store, repository, Date.now);
    await chat.policies.configure({ "auto-pin": { enabled: true, rules: [{ text: "pin me" }] } });
    const writer = startProcess(file, { store, repository, role: "pin" });
    await saidLines(writer, 2 + round);
    await chat.policies.pauseAll("a test");
    const pinned = async () =>
      (await chat.transcript({ limit: 1000 })).entries.filter(
        ({ priority }) => priority === "pinned",
      );
    const then = (await pinned()).length; // the pause was written behind all of these
    const so = writer.lines.length;
    await saidLines(writer, so + 10);
    writer.child.stdin.end();
    await writer.ended;
    await chat.prepare();
    const { entries } = await chat.transcript({ limit: 1000 });
    if (entries.length < so + 9)
      throw new Error(`only ${entries.length} messages, it did not go on`);
    const now = (await pinned()).length;
    if (now !== then) throw new Error(`round ${round}: ${now - then} were pinned after the pause`);
    before += then;
    await varve.close();
  }
  if (before === 0) throw new Error("nothing was ever pinned");
  return before;
}
