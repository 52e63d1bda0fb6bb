// auto-compress: the context stays within its budget, by proposal or by itself, and nothing is lost.
import type { PolicyEvent, Repository, Summarizer } from "varve";
import { memory } from "varve";
import { checkAnthropic, toAnthropic } from "varve/formats/anthropic";
import { checkGoogle, toGoogle } from "varve/formats/google";
import { checkOpenAIChat, toOpenAI } from "varve/formats/openai";
import { testVarve } from "varve/testing";
import { describe, expect, test, vi } from "vitest";
import { failure, texts } from "../repository/support.js";

/** A summary that keeps the numbers of what it stands for, and of the summary before. */
const numbers: Summarizer = ({ messages, earlier }) => {
  const text = JSON.stringify(messages) + (earlier ? earlier.text + earlier.facts.join(" ") : "");
  const facts = [...new Set(text.match(/#\d+/g) ?? [])];
  return { text: `About ${facts.length} things.`, facts };
};

async function opened(options: Parameters<typeof testVarve>[0] = {}) {
  const varve = testVarve({ summarize: numbers, ...options });
  const chat = await varve.open("chat", { budget: { maxTokens: 600, action: "warn" } });
  return { varve, chat };
}

/** Turns of a question and an answer. */
async function talk(chat: Repository, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    await chat.user(`Question #${n}: ${"what about it? ".repeat(4)}`, { id: `u${n}` });
    await chat.assistant(`Answer to #${n}: ${"this and that. ".repeat(4)}`, { id: `a${n}` });
  }
}

/** No provider would refuse it. */
async function clean(chat: Repository): Promise<void> {
  const compiled = await chat.compile();
  expect(checkOpenAIChat(toOpenAI(compiled).messages)).toEqual([]);
  expect(checkAnthropic(toAnthropic(compiled))).toEqual([]);
  expect(checkGoogle(toGoogle(compiled))).toEqual([]);
}

describe("collaborative, as it is by default", () => {
  test("proposes with what it would do; approved, the conversation goes on within its budget", async () => {
    const { chat } = await opened();
    await talk(chat, 0, 4);
    expect((await chat.prepare()).proposals).toEqual([]);
    await talk(chat, 4, 14);
    const { proposals, tokenCount } = await chat.prepare();
    expect(tokenCount).toBeGreaterThan(540);
    const [proposal] = proposals;
    expect(proposal).toMatchObject({ policy: "auto-compress", kind: "compress", state: "pending" });
    expect(proposal?.plan).toMatchObject({ tokensBefore: tokenCount });
    expect(proposal?.action).toMatchObject({ ids: expect.arrayContaining(["u0", "a12"]) });
    const before = texts((await chat.compile()).messages);
    const done = await chat.policies.approve(proposal as never);
    expect(done.state).toBe("executed");
    const after = await chat.prepare();
    expect(after.tokenCount).toBeLessThan(600);
    expect(after.proposals).toEqual([]);
    await clean(chat);
    // The last turn is as it was; the summary is by the policy; undo brings everything back.
    expect(texts(after.messages).at(-1)).toContain("#13");
    const { author } = (await chat.history({ limit: 1 })).commits[0] ?? {};
    expect(author).toEqual({ kind: "policy", name: "auto-compress" });
    await chat.undo(done.operation);
    expect(texts((await chat.compile()).messages)).toEqual(before);
  });

  test("a proposal stays fresh while the branch grows, and is stale once an entry of it changed", async () => {
    const { chat } = await opened();
    await talk(chat, 0, 14);
    const [proposal] = (await chat.prepare()).proposals;
    await talk(chat, 14, 15);
    expect((await chat.prepare()).proposals.map(({ id }) => id)).toEqual([proposal?.id]);
    await chat.pin("u3");
    expect((await failure(chat.policies.approve(proposal as never))).code).toBe("StaleProposal");
    const [next] = (await chat.prepare()).proposals;
    expect(next?.id).not.toBe(proposal?.id);
    await chat.policies.approve(next as never);
    expect((await chat.get("u3"))?.status).toBe("live");
    expect((await chat.get("u4"))?.status).toBe("compacted");
  });

  test("a proposal is executed after a restart, in every state that it can wait in", async () => {
    const storage = memory("restart-compress");
    const { chat } = await opened({ storage });
    await talk(chat, 0, 14);
    const [proposal] = (await chat.prepare()).proposals;
    let calls = 0;
    const dying = await opened({
      storage,
      ids: 2,
      summarize: () => {
        calls++;
        // The process ends here: nobody ever answers.
        return new Promise<string>(() => {});
      },
    });
    void dying.chat.policies.approve(proposal as never).catch(() => {});
    await vi.waitFor(() => expect(calls).toBe(1));
    const later = await opened({ storage, ids: 3 });
    const [approved] = await later.chat.policies.proposals({ states: ["approved"] });
    expect(approved?.id).toBe(proposal?.id);
    expect((await later.chat.policies.approve(approved as never)).state).toBe("executed");
    expect((await later.chat.prepare()).tokenCount).toBeLessThan(600);
  });
});

describe("autonomous", () => {
  test("keeps a long conversation within its budget; pins stay byte for byte, facts of the first summary too", async () => {
    const { chat } = await opened();
    const events: PolicyEvent[] = [];
    chat.on("policy", (event) => events.push(event));
    await chat.policies.configure({ "auto-compress": { mode: "autonomous" } });
    await talk(chat, 0, 1);
    await chat.pin("a0");
    const pinned = (await chat.get("a0"))?.contentHash;
    for (let n = 1; n < 60; n++) {
      await talk(chat, n, n + 1);
      const { tokenCount, messages } = await chat.prepare();
      expect(tokenCount).toBeLessThanOrEqual(600 + 100);
      expect(texts(messages).some((text) => text.includes("Answer to #0"))).toBe(true);
    }
    expect(events.filter(({ outcome }) => outcome === "executed").length).toBeGreaterThan(3);
    expect((await chat.get("a0"))?.contentHash).toBe(pinned);
    // A summary of a summary of a summary still has what the first one said.
    const { messages } = await chat.compile();
    expect(JSON.stringify(messages)).toContain("#1");
    await clean(chat);
    const { entries } = await chat.transcript({ limit: 1000 });
    expect(entries.filter(({ compactedInto }) => compactedInto).length).toBeGreaterThan(80);
  });

  test("where the summarizer fails for good the agent goes on, and it is told once a turn", async () => {
    const { chat } = await opened({
      summarize: () => {
        throw new Error("no model today");
      },
    });
    const events: PolicyEvent[] = [];
    chat.on("policy", (event) => events.push(event));
    await chat.policies.configure({ "auto-compress": { mode: "autonomous" } });
    await talk(chat, 0, 14);
    const { tokenCount } = await chat.prepare();
    expect(tokenCount).toBeGreaterThan(540);
    expect(events).toMatchObject([{ policy: "auto-compress", outcome: "failed" }]);
  });

  test("where nothing can go it asks for nothing, again and again", async () => {
    const { chat } = await opened();
    const events: PolicyEvent[] = [];
    chat.on("policy", (event) => events.push(event));
    await chat.policies.configure({ "auto-compress": { mode: "autonomous" } });
    await chat.user("one long turn ".repeat(200));
    for (let n = 0; n < 3; n++) await chat.prepare();
    expect(events).toEqual([]);
  });

  test("leaves the last entries that policyConfig wants to stay", async () => {
    const { chat } = await opened();
    await chat.setPolicyConfig({ threshold: 0.5, preserveRecentCount: 6 });
    await chat.policies.setMode("autonomous");
    await talk(chat, 0, 14);
    await chat.prepare();
    const status = async (id: string) => (await chat.get(id))?.status;
    expect(await status("a10")).toBe("compacted");
    expect(await Promise.all(["u11", "a11", "u12", "a12", "u13", "a13"].map(status))).toEqual(
      Array(6).fill("live"),
    );
  });
});
