// What the input of a long-running agent costs: whole conversations, one after the other in one repository, within a
// budget. Before each answer of the model its prompt is compiled; what begins like the prompt before is read from the
// provider's cache at a share of the price. Compared: nothing, compressing at a threshold, compressing when it pays, a
// sliding window, and the least that any choice of moments would have cost. Prints a table and writes
// benches/results/cost.md.
// Run it with: npm run bench -- cost [folder or file of conversations, JSON lines of { messages } in OpenAI's format]
// The rule was made with every second conversation of the shared ones, VARVE_HALF=developed; measured is on the others.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { countChat, createVarve, loadEncoding } from "varve";
import { fromOpenAI, toOpenAI } from "varve/formats/openai";
import { floor } from "./cost/floor.mjs";
import { saidText, textOf } from "./fidelity/conversations.mjs";
import { holder, probes } from "./fidelity/probes.mjs";
import { report, thousands } from "./lib/report.mjs";

/** Budget, and the price of cached input: the first is what the aim is about. */
const SETTINGS = [
  [6000, 0.1],
  [6000, 0.5],
  [20_000, 0.1],
  [20_000, 0.5],
];
/** Conversations in one repository: an agent that runs for days. */
const CHAIN = 10;
/** What summaries may take of the budget by default: at a threshold, and where every call pays for them. */
const SHARE = 0.3;
const CHEAP_SHARE = 0.1;

const { row, write } = report("cost");

/** Conversations of a file, or of all files of a folder. */
function conversations(path) {
  if (statSync(path).isDirectory())
    return readdirSync(path)
      .filter((name) => /\.jsonl?$/.test(name))
      .sort()
      .flatMap((name) => conversations(join(path, name)));
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line).messages);
}

/** Tokens of a message as a provider is sent it: with what the format adds, without what varve knows of it. */
const sizes = new WeakMap();
function tokensOf(message) {
  if (!sizes.has(message)) {
    const sent = toOpenAI([message]).messages;
    sizes.set(message, countChat(sent) - countChat([]));
  }
  return sizes.get(message);
}

/** What a provider that caches prefixes of whole messages charges, in tokens of full price. */
function meter(ratio) {
  let last = [];
  const total = { cost: 0, calls: 0, prompt: 0, cached: 0 };
  return {
    total,
    call(messages) {
      let same = 0;
      while (same < last.length && last[same] === messages[same]) same++;
      for (const [index, message] of messages.entries()) {
        const size = tokensOf(message);
        total.prompt += size;
        total.cost += index < same ? size * ratio : size;
        if (index < same) total.cached += size;
      }
      total.calls++;
      last = messages;
    },
  };
}

/** The payloads of a chain. The agent's instructions stand once, however many conversations it has. */
const payloadsOf = (chain) =>
  chain.flatMap((messages, place) =>
    fromOpenAI(messages).filter(({ role }) => place === 0 || role !== "system"),
  );

const asMessage = ({ role, name, parts }) => ({ role, name, parts, entries: [], commits: [] });

async function replay(chain, { definition, compile }, [budget, ratio]) {
  const chat = await createVarve().open("agent");
  if (definition) {
    await chat.setBudget({ maxTokens: budget, action: "warn" });
    await chat.policies.configure({ "auto-compress": { mode: "autonomous", ...definition } });
  }
  const sum = { compressions: 0, most: 0, used: 0, held: 0 };
  chat.on("policy", ({ policy, outcome }) => {
    if (policy === "auto-compress" && outcome === "executed") sum.compressions++;
  });
  const metered = meter(ratio);
  // What was said before the current turn, and in it: what an answer uses of the first has to be in its prompt.
  let [past, turn] = ["", ""];
  for (const payload of payloadsOf(chain)) {
    if (payload.role === "user") [past, turn] = [`${past}${turn}`, ""];
    if (payload.role === "assistant") {
      const { messages, tokenCount } = await chat.prepare(compile);
      metered.call(messages);
      sum.most = Math.max(sum.most, tokenCount);
      const [inPast, inTurn] = [holder(past), holder(turn)];
      const words = [...probes(payload.parts.map(saidText).join("\n"))];
      const used = words.filter((word) => inPast(word) && !inTurn(word));
      sum.used += used.length;
      sum.held += used.filter(holder(textOf(messages))).length;
    }
    if (payload.role !== "system") turn += `${textOf([asMessage(payload)])}\n`;
    await chat.commit(payload);
  }
  return { ...metered.total, ...sum };
}

/** Adds up what all chains came to. */
function summed(results) {
  const sum = {};
  for (const result of results)
    for (const [key, value] of Object.entries(result))
      sum[key] = key === "most" ? Math.max(sum.most ?? 0, value) : (sum[key] ?? 0) + value;
  return sum;
}

function leastOf(chains, [budget, ratio], share) {
  const least = chains.map((chain) => {
    const entries = payloadsOf(chain).map((payload) => {
      return { role: payload.role, tokens: tokensOf(asMessage(payload)) };
    });
    return floor(entries, { budget, ratio, most: share * budget });
  });
  return summed(least.map(({ cost, compressions }) => ({ cost, compressions })));
}

const shared = join(import.meta.dirname, "..", "..", "shared", "data", "airline-sessions.jsonl");
const path = process.argv[2] ?? shared;
const half = process.env.VARVE_HALF ?? (path === shared ? "held" : "all");
const isMine = { all: () => true, developed: (n) => n % 2 === 0, held: (n) => n % 2 === 1 }[half];
await loadEncoding();
const all = conversations(path).filter((_, number) => isMine(number));
const chains = Array.from({ length: Math.ceil(all.length / CHAIN) }, (_, index) =>
  all.slice(index * CHAIN, (index + 1) * CHAIN),
);

for (const [number, setting] of SETTINGS.entries()) {
  const [budget, ratio] = setting;
  const named = `${thousands(budget)} at ${ratio}: `;
  const strategies = {
    nothing: {},
    "sliding window": { compile: { maxTokens: budget } },
    threshold: { definition: {} },
    [`threshold, summaries of ${CHEAP_SHARE}`]: { definition: { summaryShare: CHEAP_SHARE } },
    [`cache-aware, summaries of ${SHARE}`]: { share: SHARE },
    "cache-aware, summaries of 0.15": { share: 0.15 },
    "cache-aware": { share: CHEAP_SHARE },
  };
  let base;
  for (const [name, { share, ...strategy }] of Object.entries(strategies)) {
    if (share !== undefined)
      strategy.definition = {
        cachedRatio: ratio,
        ...(share === CHEAP_SHARE ? {} : { summaryShare: share }),
      };
    const results = [];
    for (const chain of chains) results.push(await replay(chain, strategy, setting));
    const sum = summed(results);
    const { cost, calls, cached, prompt, compressions, most, held, used } = sum;
    if (name === "threshold") base = cost;
    const cachedShare = Math.round((100 * cached) / prompt);
    const heldShare = ((100 * held) / used).toFixed(1);
    let note = `${thousands(cost / calls)} a call; ${cachedShare} % cached; ${compressions} compressions; longest prompt ${thousands(most)}; holds ${heldShare} % of what answers use of earlier turns`;
    if (base !== undefined) note = `${(cost / base).toFixed(2)} of threshold; ${note}`;
    row(`${named}${name}`, "", thousands(cost), undefined, note);
    if (share === undefined) continue;
    const least = leastOf(chains, setting, share);
    const ofLeast = cost / least.cost;
    row(
      `${named}${name} / the least possible`,
      "≤ 1.1",
      ofLeast.toFixed(2),
      ofLeast <= 1.1,
      `${thousands(least.cost)}, ${(least.cost / base).toFixed(2)} of threshold, with ${least.compressions} compressions`,
    );
    if (number === 0 && share === CHEAP_SHARE) {
      const ofBase = cost / base;
      row(`${named}${name} / threshold`, "≤ 0.7", ofBase.toFixed(2), ofBase <= 0.7);
    }
  }
}
write(
  "What input costs",
  `${all.length} conversations, ${CHAIN} after one another in one repository, within a budget in tokens. Before each answer of the model the prompt is compiled; messages that begin like those of the prompt before cost a share of the price (\`6,000 at 0.1\`: a budget of 6,000 tokens, cached input at a tenth), the others all of it. Costs are tokens of full price, counted with o200k_base as they are sent. The built-in summarizer costs nothing.`,
  `\`nothing\` grows beyond any window. The sliding window takes off the front, so that hardly anything is cached once it is full. \`threshold\` compresses at nine tenths of the budget, to summaries of at most ${SHARE} of it. The least possible is what the best choice of moments would have cost somebody who knew all that was to come, with summaries of the same length: dynamic programming over all choices. What a prompt holds are the identifiers, names and figures that its answer uses and that were said before the current turn, as in [fidelity](fidelity.md). The rule was made with every second conversation; these are the others. How \`cache-aware\` decides is told in [docs/policies.md](../../docs/policies.md#when-compressing-pays).`,
);
