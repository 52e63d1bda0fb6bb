// Lines, colours and bars for the demo. Colour only where the terminal has it.
const { env, stdout } = process;
const colour = env.FORCE_COLOR
  ? env.FORCE_COLOR !== "0"
  : stdout.isTTY && !env.NO_COLOR && env.TERM !== "dumb";
const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : `${text}`);

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);
export const blue = paint(34);
export const magenta = paint(35);
export const cyan = paint(36);

const roles = { system: magenta, developer: magenta, user: green, assistant: cyan, tool: yellow };
export const width = Math.max(60, Math.min(stdout.columns ?? 100, 120));

export const print = (text = "") => void stdout.write(`${text}\n`);
export const title = (text) => print(`\n${bold(text)}\n${dim("─".repeat(width))}`);
export const number = (value) => value.toLocaleString("en-US");
export const short = (hash) => hash.slice(0, 8);
export const plural = (count, what, many = `${what}s`) =>
  `${number(count)} ${count === 1 ? what : many}`;

/** A text on one line, cut to a length. */
export function clip(text, length) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** How full a budget is. */
export function bar(used, limit, cells = 16) {
  const full = Math.min(cells, Math.round((cells * used) / limit));
  const shade = used > limit ? red : used > 0.8 * limit ? yellow : green;
  return shade("█".repeat(full)) + dim("░".repeat(cells - full));
}

/** What a message says, in a few words. */
export function gist({ parts }) {
  const words = parts.map((part) => {
    switch (part.type) {
      case "text":
      case "reasoning":
        return part.text;
      case "tool-call":
        return `${part.toolName}(${part.rawInput ?? JSON.stringify(part.input)})`;
      case "tool-result":
        return `← ${typeof part.output.value === "string" ? part.output.value : JSON.stringify(part.output)}`;
      default:
        return `[${part.type}]`;
    }
  });
  return words.join("  ");
}

/** A message on one line: who, what, and a note at the right end. */
export function messageLine(label, message, note, noteWidth) {
  const role = (roles[message.role] ?? bold)(message.role.padEnd(9));
  const room = width - label.length - noteWidth - 14;
  return `${dim(label)}  ${role}  ${clip(gist(message), room).padEnd(room)} ${note}`;
}

/** 1, 2, 3, 7 as "1–3, 7". */
export function ranges(numbers) {
  const runs = [];
  for (const each of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === each - 1) last[1] = each;
    else runs.push([each, each]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}

/** What changed in a text, with a little of what did not. */
export function wordDiff(runs) {
  const shades = {
    same: (text) => text,
    removed: (text) => red(`[-${text}-]`),
    added: (text) => green(`[+${text}+]`),
  };
  const texts = runs.map(({ kind, text }, at) => {
    if (kind !== "same" || text.length <= 60) return shades[kind](text);
    const head = at === 0 ? "" : text.slice(0, 30);
    const tail = at === runs.length - 1 ? "" : text.slice(-30);
    return `${head}…${tail}`;
  });
  return texts.join("").replace(/\s+/g, " ");
}
