// The mirror of compiled messages: unchanged messages stay the same objects, older results stay right.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CompiledView } from "../../js/src/compiled.js";
import { Mirror } from "../../js/src/mirror.js";
import type { Message } from "../../js/src/types.js";

const message = (text: string): Message => ({
  role: "user",
  parts: [{ type: "text", text, provider: { x: { deep: [1] } } }],
  entries: [text],
  commits: [],
});
const texts = (messages: readonly Message[]) => messages.map((each) => each.entries[0]);
const splices = (...changes: unknown[]) => JSON.stringify(changes);

describe("a view", () => {
  test("gives the same frozen message objects in every compile", () => {
    const mirror = new Mirror();
    const first = mirror.update(
      1,
      splices([
        0,
        0,
        [
          [1, message("a")],
          [2, message("b")],
        ],
      ]),
      "",
    ).messages;
    const second = mirror.update(1, splices([2, 0, [[3, message("c")]]]), "").messages;
    expect(texts(second)).toEqual(["a", "b", "c"]);
    expect(second[0]).toBe(first[0]);
    expect(second[1]).toBe(first[1]);
  });

  test("gives the same array where nothing changed", () => {
    const mirror = new Mirror();
    const first = mirror.update(1, splices([0, 0, [[1, message("a")]]]), "");
    const second = mirror.update(1, "", "");
    expect(second.messages).toBe(first.messages);
  });

  test("freezes arrays and messages all the way down", () => {
    const { messages } = new Mirror().update(1, splices([0, 0, [[1, message("a")]]]), "");
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(messages)).toBe(true);
  });

  test("shares messages with the other views of its repository", () => {
    const mirror = new Mirror();
    const one = mirror.update(1, splices([0, 0, [[1, message("a")]]]), "").messages;
    const two = mirror.update(2, splices([0, 0, [1, [2, message("b")]]]), "").messages;
    expect(two[0]).toBe(one[0]);
    expect(texts(two)).toEqual(["a", "b"]);
  });

  test("that is empty has no messages", () => {
    expect(new Mirror().update(7, "", "").messages).toEqual([]);
  });

  test("takes more messages at once than a call has arguments", () => {
    const mirror = new Mirror();
    const many = Array.from({ length: 200_000 }, (_, id) => [id, { entries: [`${id}`] }]);
    mirror.update(1, splices([0, 0, [[300_000, message("last")]]]), "");
    const { messages } = mirror.update(1, splices([0, 0, many]), "");
    expect(messages.length).toBe(200_001);
    expect(messages[199_999]?.entries).toEqual(["199999"]);
    expect(messages[200_000]?.entries).toEqual(["last"]);
  });

  test("lets a message pass that came and went again before anybody looked", () => {
    const mirror = new Mirror();
    const state = mirror.update(1, splices([0, 0, [7]], [0, 1, [[8, message("b")]]]), "");
    expect(state.messages).toEqual([message("b")]);
  });

  test("fails where it is told of a message that it was never given", () => {
    const mirror = new Mirror();
    mirror.update(1, splices([0, 0, [[1, message("a")]]]), "[1]");
    expect(() => mirror.update(1, splices([1, 0, [1]]), "")).toThrow(/message 1 was not given/);
  });
});

test("older results stay what they were, whenever they are read", () => {
  const change = fc.record({
    start: fc.nat(),
    remove: fc.nat(4),
    insert: fc.array(fc.nat(1), { maxLength: 4 }),
    big: fc.boolean(),
  });
  const step = fc.record({ changes: fc.array(change, { maxLength: 3 }), read: fc.array(fc.nat()) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const mirror = new Mirror();
      let model: string[] = [];
      let next = 0;
      const results: { expected: string[]; actual: () => readonly Message[] }[] = [];
      const check = ({ expected, actual }: (typeof results)[number]) =>
        expect(texts(actual())).toEqual(expected);
      for (const { changes, read } of steps) {
        const told = changes.map(({ start, remove, insert, big }) => {
          const from = start % (model.length + 1);
          const count = Math.min(remove, model.length - from);
          // Old messages by number, new ones in full; sometimes more than are spread at once.
          const items = (big ? Array.from({ length: 1100 }, () => 1) : insert).map((fresh) => {
            if (fresh === 0 && next > 0) return next - 1;
            const id = next++;
            return [id, message(`m${id}`)] as const;
          });
          const names = items.map((item) =>
            typeof item === "number" ? `m${item}` : `m${item[0]}`,
          );
          model = [...model.slice(0, from), ...names, ...model.slice(from + count)];
          return [from, count, items];
        });
        const state = mirror.update(1, told.length === 0 ? "" : JSON.stringify(told), "");
        results.push({ expected: model, actual: () => state.messages });
        for (const index of read)
          check(results[index % results.length] as (typeof results)[number]);
      }
      results.forEach(check);
    }),
    { numRuns: 60 },
  );
});

describe("a compiled result", () => {
  const make = (warnings = "[]") => {
    const state = new Mirror().update(1, splices([0, 0, [[1, message("a")]]]), "");
    return new CompiledView(state, 12, 1, "none", "ab", 1, 5, warnings, "digest");
  };

  test("is frozen, and shows its figures", () => {
    const compiled = make('[{"kind":"step-hidden","entries":["a"]}]');
    expect(Object.isFrozen(compiled)).toBe(true);
    expect(compiled).toMatchObject({
      tokenCount: 12,
      commitCount: 1,
      tokenSource: "none",
      head: "ab",
    });
    expect(compiled.stablePrefix).toEqual({ messages: 1, tokens: 5 });
    expect(compiled.warnings).toEqual([{ kind: "step-hidden", entries: ["a"] }]);
    expect(JSON.parse(JSON.stringify(compiled)).messages).toHaveLength(1);
  });

  test("tells what was sent to the handle that made it", async () => {
    const told: string[] = [];
    const compiled = make().from(async (args) => void told.push(args));
    await compiled.sent({ model: "m", usage: { input: { total: 5 } }, responseId: "r" });
    expect(JSON.parse(told[0] ?? "")).toEqual({
      digest: "digest",
      estimate: 12,
      head: "ab",
      model: "m",
      responseId: "r",
      input: { total: 5 },
    });
  });
});
