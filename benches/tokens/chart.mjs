// The warm speeds as a bar chart: one group a text, one bar a counter. Readable on light and dark
// ground, with no fonts and scripts of its own.
const WIDTH = 760;
const LEFT = 150;
const BAR = 12;
const GAP = 26;
const COLOURS = ["#2f81f7", "#8b949e", "#a8917b", "#9a86a4", "#7d9d8c"];

export function chart({ names, speeds }) {
  const kinds = Object.keys(speeds);
  const most = Math.max(
    ...kinds.flatMap((kind) => names.map((name) => speeds[kind].by[name].warm)),
  );
  const scale = (WIDTH - LEFT - 70) / most;
  const groupHeight = names.length * BAR + GAP;
  const top = 56;
  const height = top + kinds.length * groupHeight + 10;

  const groups = kinds.map((kind, row) => {
    const y = top + row * groupHeight;
    const bars = names.map((name, i) => {
      const { warm } = speeds[kind].by[name];
      const width = Math.max(warm * scale, 1);
      const at = y + i * BAR;
      const label = warm.toFixed(warm < 10 ? 1 : 0);
      return `<rect x="${LEFT}" y="${at}" width="${width.toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[i]}"/>
<text x="${(LEFT + width + 5).toFixed(1)}" y="${at + BAR - 3}" class="figure">${label}</text>`;
    });
    const middle = y + (names.length * BAR) / 2 + 4;
    return `<text x="${LEFT - 10}" y="${middle}" class="kind">${kind}</text>\n${bars.join("\n")}`;
  });
  const legend = names.map((name, i) => {
    const x = LEFT + i * 118;
    return `<rect x="${x}" y="30" width="10" height="10" fill="${COLOURS[i]}"/>
<text x="${x + 15}" y="39">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img" aria-label="Tokens of o200k_base counted, in megabytes a second">
<style>text{font:12px system-ui,sans-serif;fill:#6e7781}.kind{text-anchor:end}.figure{font-size:10px}.title{font-weight:600}</style>
<text x="${LEFT}" y="16" class="title">Counting o200k_base tokens, MB/s (longer is better)</text>
${legend.join("\n")}
${groups.join("\n")}
</svg>
`;
}
