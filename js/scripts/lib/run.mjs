// Runs commands and shows that something is happening while they last.
import { spawn } from "node:child_process";
import { delimiter } from "node:path";

const out = process.stderr;
const live = out.isTTY && !process.env.CI;
const colour = out.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
export const dim = (text) => paint("2", text);
export const red = (text) => paint("31", text);
export const green = (text) => paint("32", text);
export const bold = (text) => paint("1", text);

export function seconds(since) {
  const s = (performance.now() - since) / 1000;
  return s < 60 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}

/** A step that cannot go on, and what the reader can do about it. */
export class StepError extends Error {
  constructor(message, { hint, output } = {}) {
    super(message);
    this.hint = hint;
    this.output = output;
  }
}

/** Ends the process with the error and its hint, or with the stack of what nobody expected. */
export function fail(error) {
  if (!(error instanceof StepError)) {
    console.error(error);
    process.exit(1);
  }
  if (error.output) out.write(`\n${excerpt(error.output)}\n`);
  out.write(`\n${red("✗")} ${error.message}\n`);
  if (error.hint) out.write(`  ${error.hint}\n`);
  process.exit(1);
}

/** The start and the end of a long output: npm names the cause first, cargo last. */
export function excerpt(text, { first = 12, last = 60 } = {}) {
  const lines = text.trimEnd().split("\n");
  const hidden = lines.length - first - last;
  if (hidden <= 1) return lines.join("\n");
  return [...lines.slice(0, first), dim(`… ${hidden} lines …`), ...lines.slice(-last)].join("\n");
}

/**
 * Announces a step, shows the time it takes (every second on a terminal, every 15 elsewhere), and
 * how it ended. `work` gets a function that shows what is going on right now; `went` tells from
 * its result whether it went well.
 */
export async function step(title, work, went = () => true) {
  const start = performance.now();
  let detail = "";
  const show = () => {
    const line = `  ${title} ${dim(`${seconds(start)} ${detail}`)}`;
    if (live) out.write(`\r\x1b[K${line.slice(0, (out.columns ?? 100) + 8)}`);
    else out.write(`${line}\n`);
  };
  if (live) show();
  else out.write(`  ${title}\n`);
  const timer = setInterval(show, live ? 500 : 15_000);
  const end = (mark) => {
    clearInterval(timer);
    out.write(`${live ? "\r\x1b[K" : ""}${mark} ${title} ${dim(seconds(start))}\n`);
  };
  try {
    const result = await work((text) => {
      detail = text;
    });
    end(went(result) ? green("✓") : red("✗"));
    return result;
  } catch (error) {
    end(red("✗"));
    throw error;
  }
}

/** Runs a command to its end. Never throws for a failing command: look at `code`. */
export function capture(command, args = [], { cwd, env, onLine, timeout } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout,
    });
    let output = "";
    let stdout = "";
    const take = (chunk, isStdout) => {
      output += chunk;
      if (isStdout) stdout += chunk;
      const line = chunk
        .trimEnd()
        .split(/[\r\n]/)
        .at(-1)
        ?.trim();
      if (line && onLine) onLine(line);
    };
    child.stdout.setEncoding("utf8").on("data", (chunk) => take(chunk, true));
    child.stderr.setEncoding("utf8").on("data", (chunk) => take(chunk, false));
    child.on("error", (error) =>
      resolve({ code: 127, output: `${output}${error.message}\n`, stdout }),
    );
    child.on("close", (code, signal) => resolve({ code: code ?? 1, signal, output, stdout }));
  });
}

/** Runs a command inside a step; a failing one throws with its output and the hint. */
export async function must(command, args, { hint, message, ...options } = {}) {
  const result = await capture(command, args, options);
  if (result.code === 0) return result;
  throw new StepError(
    message ?? `${command} ${args.join(" ")} ended with ${result.signal ?? result.code}`,
    {
      hint,
      output: result.output,
    },
  );
}

/** The environment with folders put before the PATH. */
export function withPath(folders, env = process.env) {
  return { ...env, PATH: [...folders, env.PATH].filter(Boolean).join(delimiter) };
}
