// A process with policies, told what to do by a JSON argument: `{ store, repository, role }`. It ends when stdin does.
//
// approve: says "ready"; for each line `<time> <proposal>` of stdin it approves, and says the state that came of it, or
// the error's code. pin: writes messages that a policy pins, and says the id of each.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { createVarve } from "varve";
import { openStore } from "./stores.mjs";

const { store, repository, role } = JSON.parse(process.argv[2]);
let now = Date.now();
const varve = createVarve({
  storage: await openStore(store),
  encoding: "approximate",
  clock: () => now,
});
const chat = await varve.open(repository);
const say = (text) => writeSync(1, `${text}\n`);
const input = createInterface({ input: process.stdin });

async function approve() {
  say("ready");
  for await (const line of input) {
    const [time, proposal] = line.split(" ");
    now = Number(time);
    const { state, code, message } = await chat.policies.approve(proposal).catch((error) => error);
    say(state ?? code ?? message);
  }
}

async function pin() {
  let ended = false;
  input.on("close", () => {
    ended = true;
  });
  for (let n = 0; !ended; n++) {
    const { id } = await chat.user(`pin me, ${n}`);
    say(id);
  }
}

await { approve, pin }[role]();
await varve.close();
process.exit(0);
