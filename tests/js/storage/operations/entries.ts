// Operations on entries, branches and tags.
import { message, type Operation } from "./kit.js";

export const ENTRIES: readonly Operation[] = [
  { name: "commit", run: (chat) => chat.user("And now?", { id: "x" }) },
  { name: "reasoning", run: (chat) => chat.reasoning("Where is it?", { id: "x" }) },
  { name: "the first commit of all", id: "new", run: (chat) => chat.user("Hi.", { id: "x" }) },
  { name: "edit", run: (chat) => chat.edit("a", message("assistant", "I looked into it.")) },
  { name: "delete", run: (chat) => chat.delete("last") },
  { name: "revert", run: (chat) => chat.revert("u") },
  { name: "annotate", run: (chat) => chat.annotate("u", "pinned", { reason: "the order" }) },
  { name: "skip", run: (chat) => chat.skip("last") },
  { name: "setNote", run: (chat) => chat.setNote("u", "mood", { was: "angry", is: "calm" }) },
  { name: "branch", run: (chat) => chat.branch("new") },
  { name: "renameBranch", run: (chat) => chat.renameBranch("side", "aside") },
  { name: "renameBranch of the default branch", run: (chat) => chat.renameBranch("main", "trunk") },
  { name: "deleteBranch", run: (chat) => chat.deleteBranch("side") },
  { name: "tag", run: (chat) => chat.tag("v2") },
  { name: "untag", run: (chat) => chat.untag("v1") },
  { name: "reset", run: (chat) => chat.reset("v1") },
  { name: "undo", run: (chat) => chat.undo("pin a") },
  { name: "redo", arrange: (chat) => chat.undo("pin a"), run: (chat) => chat.redo() },
  {
    name: "batch",
    run: (chat) =>
      chat.batch(async (tx) => {
        await tx.user("One.", { id: "x" });
        await tx.assistant("Two.", { id: "y" });
        await tx.pin("x");
      }),
  },
  {
    name: "the first commit of a type",
    parts: "in order",
    run: (chat) => chat.commit({ contentType: "ticket", number: 1 }, { id: "x" }),
  },
  {
    name: "a later commit of a type",
    arrange: (chat) => chat.commit({ contentType: "ticket", number: 1 }, { id: "w" }),
    run: (chat) => chat.commit({ contentType: "ticket", number: 2 }, { id: "x" }),
  },
  {
    name: "commits at once",
    parts: "apart",
    // Ends with the last of them, also where the first one failed.
    run: async (chat) => {
      const running = ["x", "y", "z"].map((id) => chat.user(id, { id }));
      await Promise.allSettled(running);
      await Promise.all(running);
    },
  },
];
