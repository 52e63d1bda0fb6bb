// Compressions, and what tools gave back.
import type { PendingCompression } from "varve";
import type { Chat, Operation } from "./kit.js";

const summarize = () => ({ text: "Lost.", facts: ["order: 4712"] });

/** A compression that waits. */
async function waiting(chat: Chat): Promise<PendingCompression> {
  const proposed = await chat.compress({ summarize, autoCommit: false });
  if (proposed === null) throw new Error("nothing could go");
  return proposed;
}

const given = (arranged: unknown) => arranged as PendingCompression;

export const SHRINKING: readonly Operation[] = [
  { name: "compress", run: (chat) => chat.compress({ summarize }) },
  {
    name: "compress, of a given text",
    run: (chat) => chat.compress({ ids: ["c", "r"], content: "Lost." }),
  },
  { name: "compress, by the built-in summarizer", run: (chat) => chat.compress() },
  {
    name: "compress once more",
    arrange: async (chat) => {
      await chat.compress({ summarize });
      await chat.user("And now?", { id: "w" });
    },
    run: (chat) => chat.compress({ summarize: () => "Gone." }),
  },
  {
    name: "undo of compress",
    arrange: (chat) => chat.compress({ summarize, operationId: "c" }),
    run: (chat) => chat.undo("c"),
  },
  { name: "compress, to be approved", run: waiting },
  { name: "approve of a compression", arrange: waiting, run: (_, it) => given(it).approve() },
  { name: "reject of a compression", arrange: waiting, run: (_, it) => given(it).reject("short") },
  {
    name: "editSummary",
    arrange: waiting,
    run: (_, it) => given(it).editSummary(0, { text: "It is gone.", facts: [] }),
  },
  { name: "clearToolResults", run: (chat) => chat.clearToolResults({ keepLast: 0 }) },
];
