// What every runtime does with varve, from the first message to a reopened store. It imports nothing, so any bundler and
// any loader can take it; ids and the clock are given, so the commit hashes are the same everywhere.

const day = Date.UTC(2026, 0, 1);
const assert = (ok, what) => {
  if (!ok) throw new Error(`scenario: ${what}`);
};

/**
 * `varve` is what `import "varve"` gives, `toOpenAI` comes from `varve/formats/openai`, `storage` makes the store's
 * adapter anew each time it is called. Without it all is kept in memory. Answers plain JSON, to be compared with
 * `expected`.
 */
export async function scenario({ varve: api, toOpenAI, storage, id = "support-42" }) {
  const clock = () => day;
  const open = () => api.createVarve(storage ? { storage: storage(), clock } : { clock });
  const varve = open();
  const chat = await varve.open(id, { budget: { maxTokens: 1200, action: "warn" } });
  await chat.policies.configure({
    "auto-pin": { enabled: true, rules: [{ role: "user", pattern: "order \\d+" }] },
  });
  await talk(chat);
  const { head } = chat;
  const pinned = await chat.get("u0");
  const first = await chat.prepare({ maxTokens: 500 });
  const { messages } = toOpenAI(first);
  assert(messages.length > 0, "the window shows messages");
  assert(api.countTokens("hello world") === 2, "o200k_base is loaded");

  await chat.branch("idea");
  await chat.switchTo("idea");
  await chat.user("What if I cancelled it?", { id: "idea" });
  const onBranch = (await chat.compile()).messages.length;
  await chat.switchTo("main");
  const before = await chat.compile();
  const { operation, summaries } = await chat.compress({ preserveRecent: 4 });
  const after = await chat.compile();
  assert(after.tokenCount < before.tokenCount, "the summary is shorter");
  await chat.undo(operation);
  const undone = await chat.compile();
  await chat.redo();
  const error = await chat.edit("nobody", "x").catch((thrown) => thrown);
  assert(api.isVarveError(error), `a typed error, not ${error}`);
  await varve.close();
  return {
    version: await api.version(),
    head,
    pinned: pinned.priority,
    messages: before.messages.length,
    tokens: before.tokenCount,
    window: { messages: messages.length, tokens: first.tokenCount },
    branch: onBranch,
    compressed: { summaries: summaries.length, tokens: after.tokenCount },
    undone: undone.tokenCount,
    error: error.code,
    reopened: storage ? await reopened(open(), id) : null,
  };
}

/** What `scenario` answers, in every runtime; `storage`: whether it was given a store. */
export const expected = ({ storage = false } = {}) => ({
  version: "0.1.0",
  head: "aa4c86be397c4aa6e8a2e9f696cb585619397d668df2a8789b8eaa9bd9f4d851",
  pinned: "pinned",
  messages: 20,
  tokens: 713,
  window: { messages: 15, tokens: 486 },
  branch: 21,
  compressed: { summaries: 4, tokens: 341 },
  undone: 713,
  error: "Validation",
  reopened: storage ? { messages: 8, tokens: 341, ok: true } : null,
});

/** Twenty messages: five rounds of a question, a call, its result, an answer. */
async function talk(chat) {
  for (let round = 0; round < 5; round++) {
    const order = 4711 + round;
    await chat.user(`Where is order ${order}? I paid ${19 + round}.90 for it.`, {
      id: `u${round}`,
    });
    const callId = `call_${round}`;
    await chat.toolCall("get_order", { order }, { callId, id: `c${round}` });
    const output = {
      order,
      state: "lost",
      carrier: "UPS",
      history: Array(12).fill("scanned at the depot"),
    };
    await chat.toolResult(callId, output, { id: `r${round}` });
    await chat.assistant(`UPS lost order ${order}. I am sending it again.`, { id: `a${round}` });
  }
}

async function reopened(varve, id) {
  const chat = await varve.open(id, { create: false });
  const { messages, tokenCount } = await chat.compile();
  const { ok } = await chat.verify();
  await varve.close();
  return { messages: messages.length, tokens: tokenCount, ok };
}
