// The results as Markdown.
const number = (value, digits = 0) =>
  value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });
const milliseconds = (ms) => (Number.isFinite(ms) ? number(ms, ms < 10 ? 1 : 0) : "> 5,000");
const outcome = ({ ms, failed }) => (failed ? "crashes" : milliseconds(ms));

function rows(head, body) {
  const lines = [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...body];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function table({ machine, names, speeds, cold, slow, sizes }) {
  const kinds = Object.keys(speeds);
  const [ours, ...others] = names;
  const speed = ({ warm, first }) =>
    `${number(warm, warm < 10 ? 1 : 0)} (${number(first, first < 10 ? 1 : 0)})`;
  const wrong = (kind, name) =>
    speeds[kind].by[name].tokens === speeds[kind].by[ours].tokens ? "" : " ≠";
  const throughput = rows(
    [
      "MB/s, warm (first pass)",
      ...kinds.map((kind) => `${kind}, ${number(speeds[kind].bytes / 1000)} KB`),
      "ready, ms",
      "gz KB",
    ],
    names.map((name) => [
      name === ours ? `**${name}**` : name,
      ...kinds.map((kind) => speed(speeds[kind].by[name]) + wrong(kind, name)),
      milliseconds(cold[name].ms),
      number(sizes[name]),
    ]),
  );
  const ratio = (kind, name) => {
    const [a, b] = [speeds[kind].by[ours], speeds[kind].by[name]];
    return `${number(a.warm / b.warm, 1)} × (${number(a.first / b.first, 1)} ×)`;
  };
  const ratios = rows(
    [`${ours} against`, ...kinds],
    others.map((name) => [name, ...kinds.map((kind) => ratio(kind, name))]),
  );
  const inputs = Object.keys(slow);
  const slowest = rows(
    ["ms for 100 KB", ...inputs],
    names.map((name) => [
      name === ours ? `**${name}**` : name,
      ...inputs.map((input) => outcome(slow[input][name])),
    ]),
  );
  return `<!-- Made by npm run bench:tokens -->
# Token counting, side by side

o200k_base; ${machine}. All counters in one process, taking turns; warm is the best of nine passes,
the first pass in brackets. Ready: from the import to the first count, in a fresh process, best of
five. Size: what an app ships that only counts, bundled, minified and gzipped. ≠: another count than
tiktoken's.

${throughput}

How many times faster, warm (first pass):

${ratios}

Inputs that are hard on merging, each in a fresh process:

${slowest}
`;
}
