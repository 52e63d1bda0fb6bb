// Cold starts in workerd, from outside, as its clock stands still while it computes: a fresh process is asked for the first
// commit and the first count, and another for nothing; the difference is what varve takes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { packaged } from "./project.mjs";
import { bundled } from "./workerd.mjs";

const source = `
  import { countTokens, createVarve } from "varve";
  const steps = {
    async nothing() {
      return 0;
    },
    async commit() {
      const chat = await createVarve().open("chat");
      const { tokenCount } = await chat.user("My order 4711 never came.");
      return tokenCount;
    },
    async count() {
      return countTokens("Every turn is a layer.");
    },
  };
  export default {
    async fetch(request) {
      let answer;
      for (const step of new URL(request.url).pathname.slice(1).split("+")) answer = await steps[step]();
      return new Response(String(answer));
    },
  };`;

/** Prepares both workers in a project; `start(name)` makes a fresh process of "varve" or "bare". */
export function coldStarts(made) {
  made.write("cold.mjs", source);
  const { folder, modules } = bundled(made, "cold.mjs");
  const name = (path) => basename(path);
  const listed = modules.map(({ type, path }) =>
    type === "ESModule"
      ? `(name = "${name(path)}", esModule = embed "${name(path)}")`
      : `(name = "./${name(path)}", wasm = embed "${name(path)}")`,
  );
  const write = (file, text) => made.write(`out/cold-mjs/${file}`, text);
  write("varve.capnp", configuration(listed));
  write("bare.js", 'export default { fetch: () => new Response("0") };');
  write("bare.capnp", configuration(['(name = "bare.js", esModule = embed "bare.js")']));
  return { start: (worker) => started(`${folder}/${worker}.capnp`) };
}

const configuration = (modules) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (modules = [${modules.join(", ")}], compatibilityDate = "2026-01-01");
`;

/** A fresh workerd: when it listened, how long an answer takes, what its processor time is. In milliseconds. */
async function started(config) {
  const cpu = process.arch === "arm64" ? "arm64" : "64";
  const binary = packaged("@cloudflare", `workerd-${process.platform}-${cpu}`, "bin", "workerd");
  const begin = performance.now();
  const child = spawn(binary, ["serve", config, "--control-fd=3"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const port = await portOf(child.stdio[3]);
  const ready = performance.now() - begin;
  return {
    ready,
    async ask(path) {
      const from = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}/${path}`);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
      return { time: performance.now() - from, text };
    },
    processorTime: () => processorTime(child.pid),
    async stop() {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

async function portOf(control) {
  let said = "";
  for await (const chunk of control) {
    said += chunk;
    for (const line of said.split("\n").slice(0, -1)) {
      const { event, port } = JSON.parse(line);
      if (event === "listen") return port;
    }
  }
  throw new Error(`workerd does not listen: ${said}`);
}

/** Of all threads; undefined where the system does not tell. */
function processorTime(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const file = (thread) => `/proc/${pid}/task/${thread}/schedstat`;
    const time = (thread) => Number(readFileSync(file(thread), "utf8").split(" ")[0]);
    return threads.reduce((sum, thread) => sum + time(thread), 0) / 1e6; // from nanoseconds
  } catch {
    return undefined;
  }
}

/**
 * Cold starts, in milliseconds: `all` is what varve takes until the first commit and count are answered; of that
 * `module` passes before the process listens, `answer` after that. `processor`: the time of all threads. A list each. A
 * round before the first is not counted: it reads the files from the disk.
 */
export async function measured(starts, rounds) {
  await (await fetch("data:,")).text(); // our own client is warm
  const times = { all: [], module: [], answer: [], processor: [] };
  for (let round = -1; round < rounds; round++) {
    const one = async (worker, path) => {
      const running = await starts.start(worker);
      const { time, text } = await running.ask(path);
      const processor = running.processorTime();
      await running.stop();
      return { ready: running.ready, time, text, processor };
    };
    const bare = await one("bare", "nothing");
    const varve = await one("varve", "commit+count");
    if (varve.text !== "6") throw new Error(`the count is ${varve.text}, it should be 6`);
    if (round < 0) continue;
    times.module.push(varve.ready - bare.ready);
    times.answer.push(varve.time - bare.time);
    times.all.push(varve.ready + varve.time - bare.ready - bare.time);
    times.processor.push(varve.processor - bare.processor);
  }
  return times;
}
