// Whatever two agents do to one conversation while it is compressed again and again: every provider takes what comes of
// it, pins stay byte for byte, budgets are kept or an error says why not, and a compression can be taken back exactly.
//
// VARVE_HISTORIES=100000 npx vitest run tests/js/policies/histories tries more of them.
import fc from "fast-check";
import { type Compiled, isVarveError, type Part, type Repository } from "varve";
import { checkAnthropic, toAnthropic } from "varve/formats/anthropic";
import { checkGoogle, toGoogle } from "varve/formats/google";
import { checkOpenAIChat, checkResponses, toOpenAI, toResponses } from "varve/formats/openai";
import { memoryPlace, testVarve } from "varve/testing";
import { expect, test } from "vitest";

const HISTORIES = Number(process.env.VARVE_HISTORIES ?? 60);

const KINDS = [
  "say",
  "say",
  "answer",
  "answer",
  "step",
  "step",
  "late",
  "both",
  "edit",
  "pin",
  "skip",
  "unset",
  "compress",
  "compress",
  "range",
  "clear",
  "prepare",
] as const;

/** One thing that an agent does; `at` and `n` say to what, and how much. */
const deed = fc.record({
  who: fc.nat(1),
  kind: fc.constantFrom(...KINDS),
  at: fc.nat(40),
  n: fc.nat(3),
});
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

const history = fc.record({
  deeds: fc.array(deed, { minLength: 4, maxLength: 40, size: "max" }),
  mode: fc.constantFrom("autonomous" as const, "collaborative" as const, "manual" as const),
  budget: fc.constantFrom(150, 400),
});

const said = (text: string) => [{ type: "text" as const, text }];

/** Two agents, and what is known of what they wrote. */
class Game {
  readonly agents: Repository[] = [];
  readonly ids: string[] = [];
  /** Calls that nobody answered yet. */
  readonly open: string[] = [];
  /** What each entry says that was pinned while it was there to be seen, by its hash. */
  readonly pinned = new Map<string, string | undefined>();
  #made = 0;

  async start({
    mode,
    budget,
  }: {
    mode: "autonomous" | "collaborative" | "manual";
    budget: number;
  }) {
    const place = memoryPlace();
    for (const ids of [1, 2]) {
      const varve = testVarve({ storage: place.open(), ids });
      const limits = { maxTokens: budget, action: "warn" as const };
      this.agents.push(await varve.open("shared", { budget: limits }));
    }
    await this.agents[0]?.policies.setMode(mode);
  }

  #fresh(): string {
    this.#made += 1;
    return `e${this.#made}`;
  }

  async #commit(chat: Repository, role: "user" | "assistant" | "tool", parts: Part[]) {
    const id = this.#fresh();
    await chat.commit({ contentType: "message", role, parts } as never, { id });
    this.ids.push(id);
  }

  /** What a deed says: some hundred characters, with figures that a summary may keep. */
  #words(n: number): string {
    return `Number ${this.#made} is ${17 * this.#made}. ${"It goes on, and on. ".repeat(n * 2)}`;
  }

  async play({ who, kind, at, n }: Deed): Promise<void> {
    const chat = this.agents[who] as Repository;
    const target = this.ids[at % Math.max(this.ids.length, 1)];
    switch (kind) {
      case "say":
        return this.#commit(chat, "user", said(this.#words(n)));
      case "answer":
        return this.#commit(chat, "assistant", said(this.#words(n)));
      case "step":
        return this.#step(chat, n, at);
      case "late":
        return this.#results(chat, 1);
      case "both":
        await Promise.all(
          this.agents.map((agent) => this.#commit(agent, "user", said(this.#words(n)))),
        );
        return;
      case "prepare":
        await chat.prepare();
        return;
      case "clear":
        await chat.clearToolResults({ keepLast: n });
        return;
      case "compress":
        return this.#compress(chat, () => chat.compress({ preserveRecent: n }));
      case "range": {
        const ids = this.ids.slice(at % Math.max(this.ids.length, 1)).slice(0, 2 + n);
        return this.#compress(chat, () => chat.compress({ ids, summarize: () => "In short." }));
      }
      default:
        if (target !== undefined) await this.#mark(chat, kind, target);
    }
  }

  /** A message with several calls, some of which are answered at once. */
  async #step(chat: Repository, calls: number, answered: number): Promise<void> {
    const parts = Array.from({ length: calls + 1 }, (_, place) => {
      const callId = `call-${this.#made}-${place}`;
      this.open.push(callId);
      return { type: "tool-call" as const, callId, toolName: "look", input: { place } };
    });
    await this.#commit(chat, "assistant", parts);
    await this.#results(chat, answered % (calls + 2));
  }

  async #results(chat: Repository, count: number): Promise<void> {
    for (const callId of this.open.splice(0, count)) {
      const output = { type: "text" as const, value: this.#words(1) };
      await this.#commit(chat, "tool", [{ type: "tool-result", callId, output } as Part]);
    }
  }

  async #mark(
    chat: Repository,
    kind: "edit" | "pin" | "skip" | "unset",
    id: string,
  ): Promise<void> {
    if (kind === "edit") {
      const payload = (await chat.get(id))?.payload as { role?: string } | undefined;
      if (payload?.role !== "user") return;
      const edited = { contentType: "message", role: "user", parts: said(`edited ${this.#made}`) };
      await chat.edit(id, edited as never);
    } else await chat.annotate(id, kind === "pin" ? "pinned" : kind);
    const { priority, contentHash, status } = (await chat.get(id)) ?? {};
    if (priority === "pinned" && status === "live") this.pinned.set(id, contentHash);
    else this.pinned.delete(id);
  }

  /** Taken back it is as if it had never been, and done again as if it had never been taken back. */
  async #compress(chat: Repository, compress: () => Promise<{ operation?: string | undefined }>) {
    await chat.prepare(); // takes in what the other wrote
    const before = seen(await chat.compile());
    const { operation } = await compress();
    if (operation === undefined) {
      expect(seen(await chat.compile())).toBe(before);
      return;
    }
    const after = seen(await chat.compile());
    await chat.undo(operation);
    expect(seen(await chat.compile())).toBe(before);
    await chat.redo();
    expect(seen(await chat.compile())).toBe(after);
  }

  /** What must hold at any time. */
  async check(): Promise<void> {
    for (const chat of this.agents) {
      await chat.prepare();
      const whole = await chat.compile();
      takenByAll(whole);
      for (const [id, contentHash] of this.pinned) {
        expect(await chat.get(id)).toMatchObject({
          status: "live",
          priority: "pinned",
          contentHash,
        });
      }
      for (const maxTokens of [30, 100, 300]) {
        const window = await chat.compile({ maxTokens }).catch((error) => error);
        if (isVarveError(window, "BudgetExceeded")) continue;
        expect((window as Compiled).tokenCount).toBeLessThanOrEqual(maxTokens);
        takenByAll(window as Compiled);
      }
    }
    const [one, two] = await Promise.all(this.agents.map((chat) => chat.compile()));
    expect(seen(two as Compiled)).toBe(seen(one as Compiled));
    expect((await this.agents[0]?.verify())?.faults).toEqual([]);
  }
}

const seen = ({ messages, tokenCount }: Compiled) => JSON.stringify([tokenCount, messages]);

/** No provider refuses it. A list without messages is refused as such, and nothing can be done about it. */
function takenByAll(compiled: Compiled): void {
  if (compiled.messages.length === 0) return;
  const problems = [
    ...checkOpenAIChat(toOpenAI(compiled).messages),
    ...checkResponses(toResponses(compiled).input),
    ...checkAnthropic(toAnthropic(compiled)),
    ...checkGoogle(toGoogle(compiled)),
  ];
  expect(problems.filter(({ rule }) => rule !== "messages-empty")).toEqual([]);
}

/** What varve refuses by saying so. */
const REFUSALS = new Set(["Compression", "EditTarget", "Validation", "StaleProposal"]);

test(
  "two agents and compressions: clean for every provider, pins stay, budgets hold, all can be taken back",
  () =>
    fc.assert(
      fc.asyncProperty(history, async ({ deeds, ...options }) => {
        const game = new Game();
        await game.start(options);
        for (const each of deeds) {
          try {
            await game.play(each);
          } catch (error) {
            if (!isVarveError(error) || !REFUSALS.has(error.code)) throw error;
          }
        }
        await game.check();
      }),
      { numRuns: HISTORIES },
    ),
  process.env.VARVE_HISTORIES === undefined ? 120_000 : 0, // as long as so many take
);
