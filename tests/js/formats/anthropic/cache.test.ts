// Where a request is marked for Anthropic's cache.
import { describe, expect, test } from "vitest";
import {
  checkAnthropic,
  fromAnthropic,
  toAnthropic,
} from "../../../../js/src/formats/anthropic.js";

const message = (role: "system" | "user" | "assistant", text: string) =>
  ({ role, parts: [{ type: "text", text }] }) as const;
const kinds = ({ warnings }: { warnings: { kind: string; index: number }[] }) =>
  warnings.map(({ kind, index }) => [kind, index]);

describe("the cache", () => {
  const mark = { cache_control: { type: "ephemeral" } };
  const long = { messages: 3, tokens: 5000 };
  const history = [
    message("system", "s"),
    message("user", "a"),
    message("assistant", "b"),
    message("user", "c"),
  ];
  const marked = (request: ReturnType<typeof toAnthropic>) =>
    [
      ...((request.system ?? []) as object[]),
      ...request.messages.flatMap(({ content }) => content as object[]),
    ].filter((block) => typeof block === "object" && "cache_control" in block);

  test("is marked at the end of the stable prefix, of the request and of the system prompt", () => {
    const request = toAnthropic(history, { cache: { stablePrefix: long } });
    expect({ ...request }).toEqual({
      system: [{ type: "text", text: "s", ...mark }],
      messages: [
        { role: "user", content: "a" },
        { role: "assistant", content: [{ type: "text", text: "b", ...mark }] },
        { role: "user", content: [{ type: "text", text: "c", ...mark }] },
      ],
    });
  });

  test("is marked on the nearest block that takes a mark", () => {
    const payloads = fromAnthropic([
      { role: "user", content: [{ type: "text", text: "a" }] },
      { role: "assistant", content: [{ type: "thinking", thinking: "x", signature: "S" }] },
      { role: "user", content: "b" },
    ]);
    const cache = { stablePrefix: { messages: 2, tokens: 5000 }, reserved: 3 };
    expect(toAnthropic(payloads, { cache }).messages[0]?.content).toEqual([
      { type: "text", text: "a", ...mark },
    ]);
  });

  test("is not marked at a prefix too short for the model", () => {
    const stablePrefix = { messages: 3, tokens: 2000 };
    const blocks = (model: string) =>
      marked(toAnthropic(history, { model, cache: { stablePrefix } }));
    expect(blocks("claude-haiku-4-5")).toHaveLength(2);
    expect(blocks("claude-sonnet-4-5")).toHaveLength(3);
  });

  test("has further marks where the look-back of 20 blocks ends, and never more than 4", () => {
    const many = Array.from({ length: 50 }, (_, index) => message("user", `${index}`));
    const cache = { stablePrefix: { messages: 40, tokens: 5000 } };
    const texts = marked(toAnthropic(many, { cache })).map(
      (block) => (block as unknown as { text: string }).text,
    );
    expect(texts).toEqual(["19", "39", "49"]);
    const long = { stablePrefix: { messages: 50, tokens: 5000 } };
    expect(marked(toAnthropic([message("system", "s"), ...many], { cache: long }))).toHaveLength(4);
  });

  test("keeps the last of the marks that pile up in a history", () => {
    const turns = Array.from({ length: 6 }, (_, index) => ({
      role: index % 2 ? "assistant" : "user",
      content: [{ type: "text", text: `${index}`, ...mark }],
    }));
    const request = toAnthropic(fromAnthropic(turns));
    expect(marked(request)).toHaveLength(4);
    expect(kinds(request)).toEqual([
      ["dropped-field", 0],
      ["dropped-field", 1],
    ]);
  });

  test("has no long time behind a short one", () => {
    const messages = [{ role: "user", content: [{ type: "text", text: "a", ...mark }] }];
    const payloads = [...fromAnthropic(messages), message("user", "b")];
    const cache = { stablePrefix: { messages: 0, tokens: 0 }, ttl: "1h" as const };
    expect(checkAnthropic(toAnthropic(payloads, { cache }))).toEqual([]);
    const [first] = marked(toAnthropic([message("user", "b")], { cache }));
    expect(first).toMatchObject({ cache_control: { ttl: "1h" } });
  });
});
