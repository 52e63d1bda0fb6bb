// Whatever is done by several handles: a compile that was kept up to date equals one from scratch, and
// results that were given out stay what they were.
import fc from "fast-check";
import { type Compiled, createVarve, isVarveError, type Repository } from "varve";
import { expect, test } from "vitest";

interface Step {
  handle: number;
  kind: (typeof kinds)[number];
  entry: number;
  number: number;
}

const kinds = [
  "user",
  "user",
  "assistant",
  "call",
  "result",
  "instruction",
  "reasoning",
  "edit",
  "edit",
  "delete",
  "revert",
  "skip",
  "pin",
  "unset",
  "branch",
  "switch",
  "reset",
  "undo",
  "redo",
  "batch",
  "compile",
] as const;

const step: fc.Arbitrary<Step> = fc.record({
  handle: fc.nat(2),
  kind: fc.constantFrom(...kinds),
  entry: fc.nat(30),
  number: fc.nat(3),
});

const adding = new Set(["user", "assistant", "call", "result", "instruction", "reasoning"]);

async function take(chat: Repository, step: Step, turn: number, ids: string[]): Promise<unknown> {
  const { kind, entry, number } = step;
  const target = ids[entry % Math.max(ids.length, 1)] ?? "none";
  const fresh = { id: `e${turn}` };
  if (adding.has(kind)) ids.push(fresh.id);
  switch (kind) {
    case "user":
      return chat.user(`u${turn}`, fresh);
    case "assistant":
      return chat.assistant(`a${turn}`, { ...fresh, turn: `t${number}` });
    case "call":
      return chat.toolCall("f", { turn }, { ...fresh, callId: `c${number}` });
    case "result":
      return chat.toolResult(`c${number}`, `r${turn}`, fresh);
    case "instruction":
      return chat.instruction(`i${turn}`, {
        ...fresh,
        name: `n${number % 2}`,
        place: number > 1 ? "here" : "slot",
      });
    case "reasoning":
      return chat.reasoning(`thinking ${turn}`, { ...fresh, turn: `t${number}` });
    case "edit":
      return chat.edit(target, { contentType: "dialogue", role: "user", text: `edited ${turn}` });
    case "delete":
      return chat.delete(target);
    case "revert":
      return chat.revert(target);
    case "skip":
      return chat.skip(target);
    case "pin":
      return chat.pin(target);
    case "unset":
      return chat.annotate(target, "unset");
    case "branch":
      return chat.branch(`b${number}`);
    case "switch":
      return chat.switchTo(number === 0 ? "main" : `b${number}`);
    case "reset":
      return chat.reset(`HEAD~${number}`);
    case "undo":
      return chat.undo();
    case "redo":
      return chat.redo();
    case "batch":
      return chat.batch(async (tx) => {
        await tx.user(`x${turn}`);
        await tx.delete(target);
      });
    case "compile":
      return chat.compile({ includeReasoning: number > 1, dangling: "keep" });
  }
}

test("kept up to date or made from scratch, a compile is the same; and it stays that way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
      async (steps) => {
        const varve = createVarve({ counter: { name: "length", count: (text) => text.length } });
        const handles = await Promise.all([1, 2, 3].map(() => varve.open("x")));
        const given: [Compiled, string][] = [];
        const ids: string[] = [];
        for (const [turn, each] of steps.entries()) {
          const chat = handles[each.handle] as Repository;
          try {
            await take(chat, each, turn, ids);
          } catch (error) {
            if (!isVarveError(error) || error.code === "Internal") throw error;
          }
          const kept = await chat.compile();
          // A view that nobody asked for before.
          const scratch = await chat.compile({ preserveRecent: 1000 + turn });
          expect(kept.tokenCount).toBe(scratch.tokenCount);
          expect(kept.warnings).toEqual(scratch.warnings);
          const expected = JSON.stringify(scratch.messages);
          if (each.number > 1) expect(JSON.stringify(kept.messages)).toBe(expected);
          given.push([kept, expected]);
        }
        for (const [kept, expected] of given) expect(JSON.stringify(kept.messages)).toBe(expected);
      },
    ),
    { numRuns: 150 },
  );
}, 120_000);
