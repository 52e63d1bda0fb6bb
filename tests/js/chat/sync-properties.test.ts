// Whatever becomes of an array, and whatever is done in between: after a sync the branch says it.
import fc from "fast-check";
import { createVarve, isVarveError, type Repository } from "varve";
import { fromUIMessages, toUIMessages } from "varve/formats/ai-sdk";
import { fromOpenAI, toOpenAI } from "varve/formats/openai";
import { memoryPlace } from "varve/testing";
import { expect, test } from "vitest";

type Message = Record<string, unknown>;

/** Formats with and without ids of messages; `make` gives some messages that stay together. */
const formats = [
  {
    from: fromOpenAI,
    read: async (chat: Repository) => toOpenAI(await chat.compile({ dangling: "keep" })).messages,
    make(kind: number, name: string): Message[] {
      if (kind < 3) return [{ role: kind === 0 ? "user" : "assistant", content: name }];
      const tool = { id: name, type: "function", function: { name: "f", arguments: "{}" } };
      return [
        { role: "assistant", content: null, tool_calls: [tool] },
        { role: "tool", tool_call_id: name, content: `found ${name}` },
      ];
    },
    change: (message: Message, name: string): Message =>
      message.tool_calls ? message : { ...message, content: name },
  },
  {
    from: fromUIMessages,
    read: async (chat: Repository) =>
      toUIMessages(await chat.compile({ dangling: "keep" })).messages,
    make(kind: number, name: string): Message[] {
      const role = kind === 0 ? "user" : "assistant";
      return [{ id: name, role, parts: [{ type: "text", text: name }] }];
    },
    change: (message: Message, name: string): Message => ({
      ...message,
      parts: [{ type: "text", text: name }],
    }),
  },
] as const;

const kinds = [
  "append",
  "append",
  "insert",
  "change",
  "change",
  "truncate",
  "remove",
  "empty",
  "note",
  "pin",
  "tag",
  "undo",
  "redo",
  "regenerate",
  "select",
  "commit",
] as const;

const step = fc.record({
  kind: fc.constantFrom(...kinds),
  place: fc.nat(20),
  what: fc.nat(3),
  who: fc.nat(2),
});

async function entryAt(chat: Repository, place: number): Promise<string> {
  const { entries } = await chat.transcript();
  return entries[place % Math.max(entries.length, 1)]?.id ?? "none";
}

/** An entry of any branch. */
async function anywhere(chat: Repository, place: number): Promise<string> {
  const branches = await chat.branches({ anonymous: true });
  const { name } = branches[place % branches.length] as { name: string };
  const { entries } = await chat.transcript({ branch: name }).catch(() => ({ entries: [] }));
  return entries.at(-1)?.id ?? "none";
}

test.each(formats)(
  "after a sync with $from.name the branch says what the array says",
  async (format) => {
    const run = async (
      steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
    ) => {
      const place = memoryPlace();
      const open = () => createVarve({ counter: null, storage: place.open() }).open("x");
      const here = await open();
      const chats = [here, await here.at("main"), await open()];
      let blocks: Message[][] = [];
      for (const [turn, { kind, place: at, what, who }] of steps.entries()) {
        const chat = chats[who] as Repository;
        const position = at % Math.max(blocks.length, 1);
        await chat.prepare();
        await act().catch((error) => {
          if (!isVarveError(error) || error.code === "Internal") throw error;
        });
        const array = blocks.flat();
        await chat.sync(array, { format: format.from });
        expect(await format.read(chat)).toEqual(array);
        const { head } = chat;
        for (const other of chats) {
          await other.prepare();
          const again = await other.sync(array, { format: format.from });
          expect(again).toEqual({ appended: [], edited: [], divergedAt: undefined });
          expect(other.head).toBe(head);
        }

        async function act(): Promise<unknown> {
          switch (kind) {
            case "append":
              return blocks.push(format.make(what, `m${turn}`));
            case "insert":
              return blocks.splice(position, 0, format.make(what, `m${turn}`));
            case "change": {
              const block = blocks[position];
              if (block)
                blocks[position] = block.map((message) => format.change(message, `c${turn}`));
              return undefined;
            }
            case "truncate":
              blocks = blocks.slice(0, position);
              return undefined;
            case "remove":
              return blocks.splice(position, 1);
            case "empty":
              blocks = [];
              return undefined;
            case "note":
              return chat.setNote(await entryAt(chat, at), "seen", turn);
            case "pin":
              return chat.pin(await entryAt(chat, at));
            case "tag":
              return chat.tag(`v${turn}`);
            case "undo": {
              // The newest of all: undoing what others built upon deletes it, and what is deleted stays so.
              const [newest] = await chat.operations({ limit: 1 });
              return chat.undo(newest?.id);
            }
            case "redo":
              return chat.redo();
            case "regenerate":
              return chat.regenerate(await entryAt(chat, at));
            case "select":
              return chat.selectSibling(await anywhere(chat, at));
            case "commit":
              return chat.user(`from here ${turn}`);
          }
        }
      }
    };
    const steps = fc.array(step, { minLength: 1, maxLength: 25 });
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 60 });
  },
  120_000,
);
