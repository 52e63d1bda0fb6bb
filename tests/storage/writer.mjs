// A process that writes, and says on stdout what was acknowledged: `<id> <hash>` a line. It may be
// killed at any moment. Its one argument is JSON: `{ store, repository, writer, count?, mixed?, wait? }`.
//
// mixed: batches, edits and several at once besides single commits. wait: says "ready", and begins when
// stdin says so; at the end says "longest <milliseconds>".
import { once } from "node:events";
import { writeSync } from "node:fs";
import { createVarve } from "varve";
import { openStore } from "./stores.mjs";

const { store, repository, writer, count, mixed, wait } = JSON.parse(process.argv[2]);
const varve = createVarve({ storage: await openStore(store), encoding: "approximate" });
const chat = await varve.open(repository);
const say = (text) => writeSync(1, `${text}\n`);
const said = (receipt) => say(`${receipt.id} ${receipt.hash}`);
const text = (n) => `Message ${n} of writer ${writer}. `.repeat(1 + (n % 9));

async function single(n) {
  said(await chat.user(text(n), { id: `${writer}-${n}` }));
}

async function several(n) {
  const ids = [0, 1, 2, 3].map((part) => `${writer}-${n}-${part}`);
  await Promise.all(ids.map(async (id) => said(await chat.assistant(text(n), { id }))));
}

async function batch(n) {
  const receipts = await chat.batch(async (tx) => [
    await tx.user(text(n), { id: `${writer}-${n}-a` }),
    await tx.assistant(text(n), { id: `${writer}-${n}-b` }),
  ]);
  receipts.forEach(said);
}

async function edit(n) {
  const receipt = await chat.user(text(n), { id: `${writer}-${n}` });
  await chat.edit(receipt.id, { contentType: "dialogue", role: "user", text: `edited ${n}` });
  await chat.pin(receipt.id);
  said(receipt);
}

const kinds = mixed ? [single, several, batch, edit] : [single];
if (wait) {
  say("ready");
  await once(process.stdin, "data");
}
let longest = 0;
for (let n = 0; n < (count ?? Number.POSITIVE_INFINITY); n++) {
  const start = performance.now();
  await kinds[n % kinds.length](n);
  longest = Math.max(longest, performance.now() - start);
}
if (wait) say(`longest ${longest}`);
await varve.close();
process.exit(0);
