// What the input of a long-running agent costs: whole conversations, one after the other in one repository, within a
// budget of 6,000 tokens. Before each answer of the model its prompt is compiled; what begins like the prompt before is
// read from the provider's cache at a tenth of the price. Compared: nothing, compressing at a threshold, compressing
// when it pays, a sliding window. Prints a table and writes benches/results/cost.md.
// Run it with: npm run bench -- cost [folder or file of conversations, JSON lines of { messages } in OpenAI's format]
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { countMessageTokens, createVarve, loadEncoding } from "varve";
import { fromOpenAI } from "varve/formats/openai";
import { report } from "./lib/report.mjs";

const BUDGET = 6000;
const CACHED = 0.1;
/** Conversations in one repository: an agent that runs for days. */
const CHAIN = 10;

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

/** What a provider that caches prefixes of whole messages charges, in tokens of full price. */
function meter() {
  let last = [];
  const tokens = new WeakMap();
  const count = (message) => {
    if (!tokens.has(message))
      tokens.set(message, countMessageTokens({ ...message, contentType: "message" }));
    return tokens.get(message);
  };
  const total = { cost: 0, calls: 0, prompt: 0, cached: 0 };
  return {
    total,
    call(messages) {
      let same = 0;
      while (same < last.length && last[same] === messages[same]) same++;
      for (let index = 0; index < messages.length; index++) {
        const size = count(messages[index]);
        total.prompt += size;
        total.cost += index < same ? size * CACHED : size;
        if (index < same) total.cached += size;
      }
      total.calls++;
      last = messages;
    },
  };
}

const STRATEGIES = {
  nothing: {},
  threshold: { definition: { mode: "autonomous" } },
  "cache-aware": { definition: { mode: "autonomous", cachedRatio: CACHED } },
  "sliding window": { compile: { maxTokens: BUDGET } },
};

async function replay(chain, { definition, compile }) {
  const chat = await createVarve().open("agent");
  if (definition) {
    await chat.setBudget({ maxTokens: BUDGET, action: "warn" });
    await chat.policies.configure({ "auto-compress": definition });
  }
  let compressions = 0;
  let most = 0;
  chat.on("policy", ({ policy, outcome }) => {
    if (policy === "auto-compress" && outcome === "executed") compressions++;
  });
  const metered = meter();
  for (const [place, messages] of chain.entries()) {
    for (const payload of fromOpenAI(messages)) {
      // The agent's instructions stand once, however many conversations it has.
      if (place > 0 && payload.role === "system") continue;
      if (payload.role === "assistant") {
        const compiled = await chat.prepare(compile);
        metered.call(compiled.messages);
        most = Math.max(most, compiled.tokenCount);
      }
      await chat.commit(payload);
    }
  }
  return { ...metered.total, compressions, most };
}

const path =
  process.argv[2] ??
  join(import.meta.dirname, "..", "..", "shared", "data", "airline-sessions.jsonl");
await loadEncoding();
const all = conversations(path);
const chains = Array.from({ length: Math.ceil(all.length / CHAIN) }, (_, index) =>
  all.slice(index * CHAIN, (index + 1) * CHAIN),
);
const costs = {};
for (const [name, strategy] of Object.entries(STRATEGIES)) {
  const sum = { cost: 0, calls: 0, prompt: 0, cached: 0, compressions: 0, most: 0 };
  for (const chain of chains) {
    const result = await replay(chain, strategy);
    for (const key of ["cost", "calls", "prompt", "cached", "compressions"])
      sum[key] += result[key];
    sum.most = Math.max(sum.most, result.most);
  }
  costs[name] = sum.cost;
  const detail = `${Math.round(sum.cost / sum.calls)} a call; ${Math.round((100 * sum.cached) / sum.prompt)} % cached; ${sum.compressions} compressions; longest prompt ${sum.most}`;
  row(
    `${name}, tokens of full price`,
    "",
    Math.round(sum.cost).toLocaleString("en"),
    undefined,
    detail,
  );
}
const ratio = costs["cache-aware"] / costs.threshold;
row("cache-aware / threshold", "≤ 0.7", ratio.toFixed(2), ratio <= 0.7);
write(
  "What input costs",
  `${all.length} conversations, ${CHAIN} after one another in one repository, a budget of ${BUDGET} tokens. Before each answer of the model the prompt is compiled; messages that begin like those of the prompt before cost ${CACHED} of the price, the others all of it. The built-in summarizer costs nothing. Counted with o200k_base.`,
  "`nothing` grows beyond any window. The sliding window takes off the front, so that hardly anything is cached once it is full. How `cache-aware` decides is told in [docs/policies.md](../../docs/policies.md#when-compressing-pays).",
);
