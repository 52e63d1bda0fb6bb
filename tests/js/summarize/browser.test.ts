// The browser's own summarizer: a stand-in of the Summarizer API, after its specification.
import type { Message } from "varve";
import { browserSummarizer } from "varve/summarizers";
import { afterEach, expect, test, vi } from "vitest";

interface Stand {
  availability?: string;
  inputQuota?: number;
}

/** Puts the API in place; what was asked of it. */
function provide({ availability = "available", inputQuota = 1000 }: Stand = {}) {
  const seen = { created: [] as object[], texts: [] as string[], contexts: [] as unknown[] };
  let alive = 0;
  vi.stubGlobal("Summarizer", {
    availability: async () => availability,
    create: async (options: { signal?: AbortSignal }) => {
      options.signal?.throwIfAborted();
      seen.created.push(options);
      alive++;
      return {
        inputQuota,
        measureInputUsage: async (text: string) => text.length,
        summarize: async (text: string, { context }: { context?: string }) => {
          if (text.length > inputQuota) throw new DOMException("too large", "QuotaExceededError");
          seen.texts.push(text);
          seen.contexts.push(context);
          return ` about ${text.length} `;
        },
        destroy: () => void alive--,
      };
    },
  });
  return { ...seen, alive: () => alive };
}
afterEach(() => vi.unstubAllGlobals());

const messages: Message[] = Array.from({ length: 6 }, (_, n) => ({
  role: n % 2 ? ("assistant" as const) : ("user" as const),
  parts: [{ type: "text" as const, text: `Parcel ${n} left Oslo.` }],
  entries: [],
  commits: [],
}));

test("a browser that has a model writes the summary, and lets go of it", async () => {
  const api = provide();
  const summarize = browserSummarizer({ sharedContext: "parcels", outputLanguage: "en" });
  const result = await summarize({ messages, targetTokens: 50, instructions: "Mind the places." });
  expect(result).toEqual({
    text: `about ${api.texts[0]?.length}`,
    facts: [],
    summarizer: "browser",
  });
  expect(api.texts[0]).toContain("[user] Parcel 0 left Oslo.\n[assistant] Parcel 1");
  expect(api.contexts).toEqual(["Mind the places."]);
  expect(api.created).toMatchObject([{ sharedContext: "parcels", outputLanguage: "en" }]);
  expect(api.alive()).toBe(0);
});

test("what does not fit is summarized in parts, none of it twice and none left out", async () => {
  const api = provide({ inputQuota: 70 });
  const result = await browserSummarizer()({ messages, targetTokens: 50 });
  expect(api.texts.length).toBeGreaterThan(2);
  expect(
    api.texts
      .join("")
      .replaceAll("\n", "")
      .match(/Parcel \d/g),
  ).toEqual(messages.map((_, n) => `Parcel ${n}`));
  expect((result as { text: string }).text.split("\n")).toHaveLength(api.texts.length);
});

test("facts of the earlier summary and what must be kept are in it", async () => {
  provide();
  const earlier = { text: "Ada came.", facts: ["Ada is C-1"] };
  const mustKeep = ["C-1", "Parcel 3", "about"];
  const result = await browserSummarizer()({ messages, targetTokens: 50, earlier, mustKeep });
  expect(result).toMatchObject({
    text: expect.stringMatching(/^Ada came\.\nabout \d+$/),
    facts: ["Ada is C-1", "Parcel 3"],
  });
});

test("a browser without the API, or without a model, says so", async () => {
  const refusal = (text: string) => ({ code: "Callback", message: expect.stringContaining(text) });
  const summarize = browserSummarizer();
  const request = { messages, targetTokens: 50 };
  await expect(summarize(request)).rejects.toMatchObject(refusal("no Summarizer API"));
  provide({ availability: "unavailable" });
  await expect(summarize(request)).rejects.toMatchObject(refusal("no model"));
  const api = provide({ availability: "downloadable" });
  await expect(summarize(request)).rejects.toMatchObject(refusal("download: true"));
  expect(api.created).toEqual([]);
  await browserSummarizer({ download: true })(request);
  expect(api.created).toHaveLength(1);
});

test("an abort ends it, and lets go of the model", async () => {
  const api = provide();
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(browserSummarizer()({ messages, targetTokens: 50, signal })).rejects.toThrow(
    "enough",
  );
  expect(api.alive()).toBe(0);
});
