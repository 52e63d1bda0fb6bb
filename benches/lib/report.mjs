// A table of what was measured and what was wanted, on the screen and in benches/results/.
import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, totalmem } from "node:os";

export const thousands = (value) => Math.round(value).toLocaleString("en-US");

export const percentile = (values, share) => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
};

export const median = (values) => percentile(values, 0.5);

const met = (ok) => (ok === undefined ? "" : ok ? "yes" : "**no**");

/** Collects rows and writes them. `name` is that of the file in benches/results/. */
export function report(name) {
  const load = loadavg()[0].toFixed(1); // below 0.5 the machine was quiet
  const rows = [];
  return {
    /** `ok` is undefined where nothing was wanted in particular. */
    row(what, target, value, ok, note = "") {
      rows.push({ what, target, value, ok, note });
      const mark = ok === undefined ? " " : ok ? "✓" : "✗";
      console.log(
        `${mark} ${what.padEnd(72)} ${value.padStart(14)}   wanted ${target.padEnd(14)} ${note}`,
      );
    },

    write(title, before, after) {
      const [{ model }] = cpus();
      const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
      const machine = `${model.trim()}, ${cpus().length} cores, ${memory}, ${platform()} ${arch()}, Node ${process.version}, load average ${load} at the start`;
      const lines = rows.map(
        ({ what, target, value, ok, note }) =>
          `| ${what} | ${value} | ${target} | ${met(ok)} | ${note} |`,
      );
      const text = `# ${title}

${before} Made by \`npm run bench -- ${name}\` on ${new Date().toISOString().slice(0, 10)}.

Machine: ${machine}.

| what | measured | wanted | met | |
|---|---:|---:|---|---|
${lines.join("\n")}

${after}
`;
      const folder = new URL("../results/", import.meta.url);
      mkdirSync(folder, { recursive: true });
      writeFileSync(new URL(`${name}.md`, folder), text);
      console.log(machine);
    },
  };
}
