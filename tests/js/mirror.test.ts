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
/** A mirror that has these messages. */
const mirrorOf = (...messages: [id: number, message: unknown][]): Mirror => mirrorOfAll(messages);
const mirrorOfAll = (messages: [id: number, message: unknown][]): Mirror => {
  const mirror = new Mirror();
  mirror.give(JSON.stringify(messages.flat()));
  return mirror;
};

describe("a view", () => {
  test("gives the same frozen message objects in every compile", () => {
    const mirror = mirrorOf([1, message("a")], [2, message("b")]);
    const first = mirror.update(1, splices([0, 0, [1, 2]]), "").messages;
    mirror.give(JSON.stringify([3, message("c")]));
    const second = mirror.update(1, splices([2, 0, [3]]), "").messages;
    expect(texts(second)).toEqual(["a", "b", "c"]);
    expect(second[0]).toBe(first[0]);
    expect(second[1]).toBe(first[1]);
  });

  test("gives the same array where nothing changed", () => {
    const mirror = mirrorOf([1, message("a")]);
    const first = mirror.update(1, splices([0, 0, [1]]), "");
    const second = mirror.update(1, "", "");
    expect(second.messages).toBe(first.messages);
  });

  test("freezes arrays and messages all the way down", () => {
    const mirror = mirrorOf([1, message("a")]);
    mirror.give('[2,"user","e","c","b","c"]');
    const { messages } = mirror.update(1, splices([0, 0, [1, 2]]), "");
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(messages)).toBe(true);
  });

  test("has messages that are only text as if they had come as objects", () => {
    const text = (text: string) => ({ type: "text", text });
    const [one, two] = [["1"], ["1", "", '2"\u2028\ud83d\ude00']].map((all, at) => ({
      role: at === 0 ? "user" : "assistant",
      parts: all.map(text),
      entries: [`e${at}`],
      commits: [`c${at}`],
    }));
    const short = [1, "user", "e0", "c0", "1", 2, message("a"), 3, "assistant", "e1", "c1"];
    const mirror = mirrorOf([4, one], [5, two], [6, message("a")]);
    mirror.give(JSON.stringify([...short, "1", "", '2"\u2028\ud83d\ude00']));
    const { messages } = mirror.update(1, splices([0, 0, [1, 3, 2, 4, 5, 6]]), "");
    expect(messages.slice(0, 3)).toStrictEqual(messages.slice(3));
    expect(JSON.stringify(messages.slice(0, 3))).toBe(JSON.stringify(messages.slice(3)));
    expect(structuredClone(messages[1])).toStrictEqual(two);
  });

  test("shares messages with the other views of its repository", () => {
    const mirror = mirrorOf([1, message("a")]);
    const one = mirror.update(1, splices([0, 0, [1]]), "").messages;
    mirror.give(JSON.stringify([2, message("b")]));
    const two = mirror.update(2, splices([0, 0, [1, 2]]), "").messages;
    expect(two[0]).toBe(one[0]);
    expect(texts(two)).toEqual(["a", "b"]);
  });

  test("that is empty has no messages", () => {
    expect(new Mirror().update(7, "", "").messages).toEqual([]);
  });

  test("takes more messages at once than a call has arguments", () => {
    const ids = Array.from({ length: 200_000 }, (_, id) => id);
    const many = ids.map((id): [number, unknown] => [id, { entries: [`${id}`] }]);
    const mirror = mirrorOfAll([[300_000, message("last")], ...many]);
    mirror.update(1, splices([0, 0, [300_000]]), "");
    const { messages } = mirror.update(1, splices([0, 0, ids]), "");
    expect(messages.length).toBe(200_001);
    expect(messages[199_999]?.entries).toEqual(["199999"]);
    expect(messages[200_000]?.entries).toEqual(["last"]);
  });

  test("lets a message pass that came and went again before anybody looked", () => {
    const state = mirrorOf([8, message("b")]).update(1, splices([0, 0, [7]], [0, 1, [8]]), "");
    expect(state.messages).toEqual([message("b")]);
  });

  test("fails where it is told of a message that it was never given", () => {
    const mirror = mirrorOf([1, message("a")]);
    mirror.update(1, splices([0, 0, [1]]), "[1]");
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
          // Old messages and new ones; sometimes more than are spread at once.
          const items = (big ? Array.from({ length: 1100 }, () => 1) : insert).map((fresh) => {
            if (fresh === 0 && next > 0) return next - 1;
            const id = next++;
            mirror.give(JSON.stringify([id, message(`m${id}`)]));
            return id;
          });
          const names = items.map((item) => `m${item}`);
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
    const state = mirrorOf([1, message("a")]).update(1, splices([0, 0, [1]]), "");
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
