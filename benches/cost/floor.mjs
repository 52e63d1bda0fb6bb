// What input would have cost at least, had somebody known the whole conversation beforehand: the best of all ways to
// choose the calls before which everything but the current turn is compressed, found by dynamic programming. A summary is
// taken to be as long as one may be: a quarter of what is new, with the one before it, at most `most` tokens.

/** Of new entries a summary keeps this share. */
const KEPT = 0.25;
/** The frame of a summary, in tokens; what saves less is none. */
const FRAME = 25;
/** Summaries of nearly the same length are taken for one. */
const STEP = 5;

/**
 * Entries in order, `{ role, tokens }`, the first the system's. The cost in tokens of full price, and how many
 * compressions it takes. Prompts stay within the budget wherever a compression can bring them there.
 */
export function floor(entries, { budget, ratio, most }) {
  const [system, ...rest] = entries;
  const before = [0]; // tokens of the entries before each place
  for (const { tokens } of rest) before.push(before.at(-1) + tokens);
  let sent = 0;
  let turn = 0;
  // Ways that lead to one state are one from then on: the place up to which all is summarised, and how long the summary is.
  let ways = new Map([["0:0", { from: 0, summary: 0, cost: 0, compressions: 0 }]]);
  for (const [place, { role }] of rest.entries()) {
    if (role === "user") turn = place;
    if (role !== "assistant") continue;
    const next = new Map();
    const keep = (way) => {
      const key = `${way.from}:${way.summary}`;
      const known = next.get(key);
      if (known === undefined || way.cost < known.cost) next.set(key, way);
    };
    for (const way of ways.values()) {
      const { from, summary, cost, compressions } = way;
      const front = system.tokens + summary;
      const used = front + before[place] - before[from];
      const gone = before[turn] - before[from];
      const wanted = Math.min(most, (summary || FRAME) + KEPT * gone);
      const shorter = Math.round(wanted / STEP) * STEP;
      const canGo = turn > from && summary + gone > shorter + FRAME;
      if (used <= budget || !canGo) {
        const cached = sent === 0 ? 0 : front + before[sent] - before[from];
        keep({ ...way, cost: cost + used - cached * (1 - ratio) });
      }
      if (canGo) {
        const anew = shorter + before[place] - before[turn];
        const paid = cost + system.tokens * ratio + anew;
        keep({ from: turn, summary: shorter, cost: paid, compressions: compressions + 1 });
      }
    }
    ways = next;
    sent = place;
  }
  return [...ways.values()].reduce((best, way) => (way.cost < best.cost ? way : best));
}
