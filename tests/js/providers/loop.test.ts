// Real SDKs in an agent's loop of 30 turns against stand-ins that refuse what the providers refuse: with
// aborts, parallel calls, tools that never answer, a regenerate, an edit and resend, a window, and
// another model or provider half-way. Never a request that is refused.
import { createVarve, type Repository } from "varve";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Driver, drivers } from "./drivers.js";
import type { Scripted } from "./script.js";
import { FakeProviders } from "./server.js";

const TURNS = 30;

let fake: FakeProviders;
beforeEach(async () => {
  fake = await FakeProviders.start();
});
afterEach(() => fake.close());

const call = (q: string, name = "search") => ({ name, args: JSON.stringify({ q }) });

/** What happens in a turn, by its number: answers, the last of which may stop half-way. */
const PLANS: readonly ((turn: number) => readonly Scripted[])[] = [
  () => [{ thought: "easy enough", text: "Here is what I think of it." }],
  (turn) => [
    { thought: "I have to look", text: "Let me look.", calls: [call(`t${turn}`)] },
    { thought: "found", text: "There it is." },
  ],
  (turn) => [
    { thought: "all at once", calls: [call("a"), call("b", "book"), call(`c${turn}`)] },
    { text: "All three are done." },
  ],
  () => [
    { thought: "step by step", calls: [call("one")] },
    { thought: "and on", text: "Next.", calls: [call("two"), call("three")] },
    { text: "Done, step by step." },
  ],
  () => [{ thought: "long", text: "A long answer that nobody reads to its end.", stallAt: 0.7 }],
  () => [
    {
      thought: "call",
      text: "Soon.",
      calls: [call("a rather long argument"), call("z")],
      stallAt: 0.8,
    },
  ],
  () => [
    { thought: "This thought is never thought to its end, and nothing is said.", stallAt: 0.4 },
  ],
  () => [
    { thought: "ask", calls: [call("x"), call("y")] },
    { text: "never", stallAt: 0 },
  ],
];

interface Run {
  readonly chat: Repository;
  /** Turns that were aborted, requests with several calls. */
  aborted: number;
  parallel: number;
}

/** One turn: the user says something, the model answers, its tools run, until it calls no more. */
async function turn(
  run: Run,
  driver: Driver,
  model: string,
  number: number,
  plan = number,
): Promise<void> {
  const { chat } = run;
  const answers = (PLANS[plan % PLANS.length] as (typeof PLANS)[number])(number);
  fake.script(...answers);
  for (const [step, answer] of answers.entries()) {
    const stop = new AbortController();
    // Nobody waits for a stream that stands still, once what came of it has been read.
    let quiet: NodeJS.Timeout | undefined;
    fake.onStall = () => {
      quiet = setTimeout(() => stop.abort(), 50);
    };
    const onPiece = () => void quiet?.refresh();
    const compile = number > 6 ? { maxTokens: 400, onOverflow: "return" as const } : {};
    const { signal } = stop;
    const id = `a${number}-${plan}-${step}`;
    const asking = {
      chat,
      url: fake.url,
      model,
      compile,
      turn: `t${number}-${plan}`,
      id,
      signal,
      onPiece,
    };
    const calls = await driver.ask(asking);
    if (signal.aborted) {
      run.aborted += 1;
      return;
    }
    expect(calls).toHaveLength(answer.calls?.length ?? 0);
    if (calls.length > 1) run.parallel += 1;
    // Tools answer in the order in which they are done, and one in a while never.
    const lost = number % 7 === 3 && step === answers.length - 2;
    for (const { callId, toolName } of [...calls].reverse().slice(lost ? 1 : 0)) {
      const output = step % 2 === 0 ? { found: callId } : `found ${callId}`;
      const status = number % 5 === 0 ? "error" : "success";
      await chat.toolResult(callId, output, { toolName, status });
    }
  }
}

async function loop(first: [Driver, string], second: [Driver, string]): Promise<Run> {
  const chat = await createVarve({ encoding: "approximate" }).open("loop");
  const run: Run = { chat, aborted: 0, parallel: 0 };
  await chat.instruction("You are the agent of a library.");
  for (let number = 0; number < TURNS; number++) {
    const [driver, model] = number < TURNS / 2 ? first : second;
    await chat.user(`Question number ${number}, please.`, { id: `u${number}` });
    await turn(run, driver, model, number);
    if (number % 9 === 8) {
      await chat.regenerate(`a${number}-${number}-0`);
      await turn(run, driver, model, number, number + 2);
    }
    if (number % 10 === 9) {
      const parts = [{ type: "text" as const, text: `Question ${number}, said better.` }];
      await chat.resend(`u${number}`, { contentType: "message", role: "user", parts });
      await turn(run, driver, model, number, number + 1);
    }
  }
  return run;
}

const names = Object.keys(drivers);
const pairs = names.flatMap((name, index) => [
  [name, name] as const,
  [name, names[(index + 1) % names.length] as string] as const,
  [name, names[(index + 3) % names.length] as string] as const,
]);

describe.each(pairs)("%s, then %s", (one, two) => {
  test("no request is ever refused", { timeout: 60_000 }, async () => {
    (globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;
    const [first, second] = [drivers[one], drivers[two]] as [Driver, Driver];
    const run = await loop([first, first.models[0]], [second, second.models[one === two ? 1 : 0]]);
    expect(fake.refused.map(({ api, refused }) => `${api}: ${refused}`)).toEqual([]);
    expect(fake.seen.length).toBeGreaterThan(45);
    expect(run.aborted).toBeGreaterThan(10);
    expect(run.parallel).toBeGreaterThan(8);
  });
});
