// What a chat does: turns, alternatives, arrays to sync with, what was sent.
import { type Chat, message, type Operation } from "./kit.js";

type Compiled = Awaited<ReturnType<Chat["prepare"]>>;
type Turn = ReturnType<Chat["turn"]>;

interface Said {
  id: string;
  text: string;
}

/** As an application keeps it. */
const fromSaid = (said: readonly Said[]) => said.map(({ text }) => message("user", text));

/** A turn to which everything was written, saved after the first text. */
async function begun(chat: Chat, save: boolean): Promise<Turn> {
  const turn = chat.turn({ id: "t", model: "m" });
  turn.write({ type: "text", text: "Let me see." });
  if (save) await turn.save();
  turn.write({ type: "tool-call", callId: "d", toolName: "get_order", input: { id: 4712 } });
  turn.write({ type: "tool-result", callId: "d", output: { type: "text", value: "found" } });
  return turn.write({ type: "text", text: "It is here." });
}

const finish = (turn: unknown) =>
  (turn as Turn).finish({ status: "complete", finishReason: "stop" });

export const CHATS: readonly Operation[] = [
  {
    name: "turn.save",
    arrange: (chat) => begun(chat, false),
    run: (_, turn) => (turn as Turn).save(),
  },
  {
    name: "turn.save of what was saved",
    arrange: (chat) => begun(chat, true),
    run: (_, turn) => (turn as Turn).save(),
  },
  {
    name: "turn.finish",
    arrange: (chat) => begun(chat, false),
    run: (_, turn) => finish(turn),
  },
  {
    name: "turn.finish of what was saved",
    arrange: (chat) => begun(chat, true),
    run: (_, turn) => finish(turn),
  },
  {
    name: "save and finish",
    parts: "in order",
    run: async (chat) => finish(await begun(chat, true)),
  },
  { name: "resend", run: (chat) => chat.resend("u", message("user", "It came."), { id: "x" }) },
  { name: "regenerate", run: (chat) => chat.regenerate("a") },
  {
    name: "selectSibling",
    arrange: (chat) => chat.resend("u", message("user", "It came."), { id: "x" }),
    run: (chat) => chat.selectSibling("u"),
  },
  {
    name: "sync",
    run: (chat) => {
      const said = [
        { id: "u", text: "My order 4713 never came." },
        { id: "x", text: "Hello?" },
        { id: "y", text: "Nobody there?" },
      ];
      return chat.sync(said, { format: { from: fromSaid, id: ({ id }) => id } });
    },
  },
  {
    name: "sent",
    arrange: (chat) => chat.prepare(),
    run: (_, compiled) =>
      (compiled as Compiled).sent({ model: "m", usage: { input: { total: 9 } } }),
  },
];
