// The conversation in IndexedDB: opening it, in step with other tabs, and reading all that the page shows of it.
import { countChat, createVarve, isVarveError, memory } from "varve";
import { toOpenAI } from "varve/formats/openai";
import { indexedDB } from "varve/storage/indexed-db";
import { seed } from "./seed.js";
import { isQuiet } from "./words.js";

const DATABASE = "varve-example";
const ID = "lamp-and-rug";
const TITLE = "Lamp and rug, order LL-20418";
/** In tokens: a little more than the beginning of the story has. */
export const BUDGET = 4000;
const THRESHOLD = 0.85;
/** Entries and commits that are read for the screen. The story has some 170. */
const MOST = 500;

/** Runs alone among the tabs of this browser. */
export const alone = (name, run) =>
  navigator.locks ? navigator.locks.request(`${DATABASE}:${name}`, run) : run();

/** Whether a tab has it for itself just now. */
async function isHeld(name) {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some((lock) => lock.name === `${DATABASE}:${name}`);
}

/** The clock is behind while the beginning is told, as if that had taken its time. */
let behind = 0;
const clock = () => Date.now() - behind;

/**
 * Opens the conversation, and tells its beginning where nobody did. `lost` is why it is not what it was: without storage
 * it lasts as long as the tab; and a browser may have thrown everything away.
 */
export async function open() {
  let lost;
  const onDataLoss = (error) => {
    lost = error;
  };
  const varve = createVarve({ storage: indexedDB(DATABASE, { onDataLoss }), clock });
  try {
    return { varve, chat: await enter(varve), lost };
  } catch (error) {
    if (!isVarveError(error, "Unavailable")) throw error;
    const fleeting = createVarve({ storage: memory(), clock });
    return { varve: fleeting, chat: await enter(fleeting), lost: error };
  }
}

/** A handle on the conversation: for the first time, or after it was deleted. */
export async function enter(varve) {
  const chat = await alone("seed", async () => {
    await begin(varve);
    return varve.open(ID);
  });
  await returnToBranch(chat);
  return chat;
}

async function begin(varve) {
  const here = await varve.open(ID);
  if ((await here.status()).title !== undefined) return;
  const steps = 52; // about as many as there are; the last one is just now
  behind = steps * 20_000;
  const tick = () => {
    behind = Math.max(0, behind - 14_000 - Math.round(Math.random() * 6000));
  };
  await seed(varve, ID, { title: TITLE, budget: BUDGET, threshold: THRESHOLD, tick });
  behind = 0;
}

/** Deletes everything and begins anew. Other tabs find their handles closed, and open again. */
export async function startOver(varve) {
  await alone("seed", async () => {
    await varve.delete(ID);
    await begin(varve);
  });
}

/** HEAD belongs to the handle, so each tab remembers its own branch. */
async function returnToBranch(chat) {
  const name = sessionStorage.getItem("branch");
  if (name === null || name === chat.currentBranch) return;
  await chat.switchTo(name).catch((error) => {
    if (!isVarveError(error, "RefNotFound")) throw error;
  });
}

/** Back to where everybody begins. */
export const leaveBranch = () => sessionStorage.removeItem("branch");

/** The budget is kept with the conversation, so that all tabs have the same. */
export const setBudget = (varve, budget) => varve.update(ID, { metadata: { budget } });

/** Everything that the page shows. `past` is what `asOf` of a compile takes. */
export async function look(chat, past) {
  const described = await chat.status();
  // Takes in what other tabs wrote, and fails where one of them deleted it all. No policy looks at a compile of the past.
  if (described.head !== null) await chat.prepare({ asOf: "HEAD" });
  const limit = Number(described.metadata?.budget ?? BUDGET);
  if (described.budget?.limit !== limit) await chat.setBudget({ maxTokens: limit, action: "warn" });
  const [status, branches, operations, proposals, pending, policies] = await Promise.all([
    chat.status(),
    chat.branches({ anonymous: true }),
    chat.operations({ limit: MOST }),
    chat.policies.proposals(),
    chat.pending(),
    chat.policies.list(),
  ]);
  sessionStorage.setItem("branch", status.branch ?? "main");
  const compiled = await chat.compile();
  const { definition } = policies.find(({ name }) => name === "auto-compress");
  return {
    status,
    branches,
    operations,
    steps: stepsOf(operations),
    // What is about another branch is answered there; what rests on what is no more is not listed as waiting.
    proposals: proposals.filter(({ policy, branch }) => policy && branch === status.branch),
    pending: pending.filter(
      ({ id, branch }) => branch === status.branch && proposals.some((open) => open.id === id),
    ),
    threshold: definition?.threshold ?? 0.9,
    commits: await commitsOf(chat, branches),
    isAnswered: await isHeld("answer"),
    now: await viewOf(chat, compiled),
    past: past === undefined ? undefined : await pastOf(chat, past),
  };
}

/** Operations that changed what a model sees, the oldest first. Those of one moment are one step. */
function stepsOf(operations) {
  const byTime = new Map();
  for (const operation of operations) if (!isQuiet(operation)) byTime.set(operation.at, operation);
  return [...byTime.values()].reverse();
}

/** A compile as people and as models read it. */
async function viewOf(chat, compiled) {
  const { messages } = toOpenAI(compiled);
  const isOneEach = messages.length === compiled.messages.length;
  const at = compiled.head;
  const { entries } =
    at === undefined ? { entries: [] } : await chat.transcript({ branch: at, limit: MOST });
  return {
    head: at,
    entries,
    tokens: compiled.tokenCount,
    source: compiled.tokenSource,
    stable: compiled.stablePrefix.messages,
    warnings: compiled.warnings,
    messages: messages.map((message, index) => ({
      message,
      entries: isOneEach ? compiled.messages[index].entries : [],
      tokens: countChat([message]) - countChat([]),
    })),
  };
}

/** What was there then: on this branch, or where it did not exist yet, on the default one. */
async function pastOf(chat, past) {
  try {
    return await pastView(chat, past);
  } catch (error) {
    if (!isVarveError(error, "CommitNotFound")) throw error;
    const { name } = (await chat.branches()).find((branch) => branch.default);
    const main = await chat.at(name);
    return { ...(await pastView(main, past)), branch: name };
  }
}

async function pastView(chat, past) {
  const view = await viewOf(chat, await chat.compile({ asOf: past }));
  const then = view.head === undefined ? chat : await chat.at(view.head);
  return { ...view, stable: 0, status: await then.status() };
}

/** Payloads of commits never change, so each is read once. */
const payloads = new Map();

/** The commits that a branch leads to, the newest first, each with its payload. */
async function commitsOf(chat, branches) {
  const found = new Map();
  for (const { head } of branches) {
    if (head === undefined || found.has(head)) continue;
    const { commits } = await chat.history({ from: head, limit: MOST });
    for (const commit of commits) found.set(commit.hash, commit);
  }
  const read = async ({ hash }) => {
    if (!payloads.has(hash)) payloads.set(hash, (await chat.get(hash))?.payload ?? null);
  };
  await Promise.all([...found.values()].map(read));
  return [...found.values()]
    .sort((a, b) => b.createdAt - a.createdAt || b.height - a.height)
    .map((commit) => ({ ...commit, payload: payloads.get(commit.hash) }));
}
