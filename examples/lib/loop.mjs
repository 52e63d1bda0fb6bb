// The loop that all examples share: what differs between SDKs is how one request is made.
import { createVarve } from "varve";
import { models } from "varve/models";
import { getOrder, INSTRUCTIONS, QUESTIONS } from "./fake.mjs";

/** A window that the examples stay below. */
const MAX_TOKENS = 100_000;

/**
 * Asks all questions. `ask(compiled, turn, signal)` makes one request: it writes what streams into the
 * turn, and returns what `finish` takes.
 */
export async function run(model, ask) {
  const varve = createVarve({
    models: { ...models, [model]: models[model] ?? { contextWindow: MAX_TOKENS } },
  });
  const chat = await varve.open("support", { budget: { model, action: "warn" } });
  await chat.instruction(INSTRUCTIONS);
  for (const { text, interrupt } of QUESTIONS) {
    console.log(`\n> ${text}`);
    await chat.user(text);
    while (await step(chat, model, ask, interrupt)) {
      // Its tools have answered: the model goes on.
    }
  }
  const { commits } = await chat.history();
  console.log(`\n${commits.length} commits, ${(await chat.compile()).tokenCount} tokens`);
}

/** One request, and the tools it calls; whether there is another to make. */
async function step(chat, model, ask, interrupt) {
  const stop = new AbortController();
  // A user who loses patience.
  const timer = interrupt && setTimeout(() => stop.abort(), 500);
  const compiled = await chat.prepare({ maxTokens: MAX_TOKENS });
  const turn = chat.turn({ model, signal: stop.signal });
  let end = { status: "aborted" };
  try {
    end = await ask(compiled, turn, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) {
      await turn.finish({ status: "error" });
      throw error;
    }
  } finally {
    clearTimeout(timer);
  }
  await turn.finish(end);
  if (end.usage) await compiled.sent({ model, usage: end.usage });
  const { parts = [] } = (await chat.get(turn.id))?.payload ?? {};
  const said = parts.filter(({ type }) => type === "text").map((part) => part.text);
  console.log(said.join(""), stop.signal.aborted ? "… (interrupted)" : "");
  const calls = parts.filter(({ type }) => type === "tool-call");
  if (stop.signal.aborted) return false;
  for (const { callId, toolName, input } of calls) {
    const output = getOrder(input);
    console.log(`  ${toolName}(${JSON.stringify(input)}) = ${JSON.stringify(output)}`);
    await chat.toolResult(callId, output, { toolName });
  }
  return calls.length > 0;
}
