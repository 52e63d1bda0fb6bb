// What is done to a repository as a whole.
import type { EntryInfo } from "varve";
import type { Operation } from "./kit.js";

export const CARE: readonly Operation[] = [
  {
    name: "gc",
    arrange: async (chat) => {
      const side = await chat.at("side");
      await side.user("Never mind.", { id: "w" });
      await side.switchTo("main"); // what a handle stands on is kept
      await chat.deleteBranch("side", { force: true });
    },
    run: (chat) => chat.gc({ olderThan: Number.MAX_SAFE_INTEGER }),
  },
  {
    name: "erase",
    arrange: (chat) => chat.get("a"),
    run: (chat, entry) => chat.erase((entry as EntryInfo).contentHash ?? "", "a test"),
  },
  {
    name: "varve.create",
    reads: true,
    id: "new",
    run: (_chat, _, varve) =>
      varve.create({ id: "new", title: "Orders", metadata: { for: "ann", open: true } }),
  },
  {
    name: "varve.update",
    run: (_chat, _, varve) =>
      varve.update("chat", { title: "Orders", metadata: { for: "ann", open: true } }),
  },
  {
    name: "varve.update of what was there",
    arrange: (_, varve) =>
      varve.update("chat", { title: "Orders", metadata: { for: "ann", n: 1 } }),
    run: (_chat, _, varve) =>
      varve.update("chat", { title: null, metadata: { for: null, n: 2 }, operationId: "o" }),
  },
];
