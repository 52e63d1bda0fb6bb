// What the examples need to run offline: `--fake` has stand-ins for the providers' APIs, those of the tests,
// which refuse what the providers refuse. Without it, the key of the provider comes from the environment.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SERVER = fileURLToPath(new URL("../../tests/js/providers/server.ts", import.meta.url));

/** What the model says with `--fake`: it calls a tool twice at once, then answers; then it is interrupted. */
const SCRIPT = [
  {
    thought: "Two orders, two look-ups.",
    text: "Let me look.",
    calls: [
      { name: "get_order", args: '{"id":4711}' },
      { name: "get_order", args: '{"id":4712}' },
    ],
  },
  { text: "4711 is lost, 4712 is on its way." },
  { text: "I will refund it to you within five working days, and I will also", stallAt: 0.6 },
  { text: "The refund of 4711 is under way." },
];

/**
 * Where to send requests, and the key. With `--fake`: stand-ins on this machine, ended by `close`, which
 * throws where one refused a request.
 */
export async function provider(keyName) {
  if (!process.argv.includes("--fake")) {
    const apiKey = process.env[keyName];
    if (apiKey) return { apiKey, url: undefined, close: async () => {} };
    console.error(`set ${keyName}, or give --fake to run offline`);
    process.exit(1);
  }
  const { FakeProviders } = await compiled(SERVER);
  const fake = await FakeProviders.start();
  fake.script(...SCRIPT);
  const close = async () => {
    await fake.close();
    const [refused] = fake.refused;
    if (refused) throw new Error(`${refused.api} refused a request: ${refused.refused}`);
  };
  return { apiKey: "none", url: fake.url, close };
}

/** Node 20 reads no TypeScript. */
async function compiled(input) {
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({ input, platform: "node" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  const folder = mkdtempSync(join(tmpdir(), "varve-example-"));
  try {
    const file = join(folder, "server.mjs");
    writeFileSync(file, output[0].code);
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A tool: what became of an order. */
export function getOrder({ id }) {
  return { id, state: id === 4711 ? "lost" : "shipped" };
}

/** What the user asks, one after the other; the second answer is interrupted. */
export const QUESTIONS = [
  { text: "Where are my orders 4711 and 4712?" },
  { text: "Can I have my money back?", interrupt: true },
  { text: "Well?" },
];

export const INSTRUCTIONS = "You are a friendly support agent.";
export const SCHEMA = { type: "object", properties: { id: { type: "number" } }, required: ["id"] };
