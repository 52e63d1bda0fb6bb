// Every operation of a repository, to be tried on stores that go wrong, and what a repository amounts to.
import type { EntryInfo, Repository } from "varve";
import { type TestVarve, testVarve } from "varve/testing";
import type { StorageAdapter } from "../../../js/src/types/storage.js";
import { texts } from "../repository/support.js";

const contentTypes = { ticket: { schema: { type: "object" } } } as const;

/** The varve of a user of that number: ids differ, the clock stands still. */
export function varveOn(storage: StorageAdapter, ids: number) {
  return testVarve({ storage, ids, contentTypes });
}

/** A repository as `varveOn` opens it. */
export type Chat = Awaited<ReturnType<ReturnType<typeof varveOn>["open"]>>;

const message = (role: "user" | "assistant", text: string) =>
  ({ contentType: "message", role, parts: [{ type: "text", text }] }) as const;

/** Fills the repository that the operations work on. */
export async function furnish(storage: StorageAdapter): Promise<void> {
  const chat = await varveOn(storage, 1).open("chat");
  await chat.instruction("Be brief.", { id: "i" });
  await chat.user("My order 4711 never came.", { id: "u" });
  await chat.assistant("I am looking into it.", { id: "a" });
  await chat.toolCall("get_order", { id: 4711 }, { callId: "c", id: "c" });
  await chat.toolResult("c", { state: "lost" }, { id: "r" });
  await chat.edit("u", message("user", "My order 4712 never came."));
  await chat.pin("a", { operationId: "pin a" });
  await chat.setNote("u", "mood", "angry");
  await chat.tag("v1");
  await chat.branch("side");
  await chat.user("Hello?", { id: "last", operationId: "last" });
}

/** What somebody does with a repository. `run` is what goes wrong; what is to be there first is arranged. */
export interface Operation {
  readonly name: string;
  readonly id?: string;
  /** It is several entries of the journal: it can be done in part. */
  readonly parts?: true;
  readonly arrange?: (chat: Chat) => Promise<unknown>;
  readonly run: (chat: Chat, arranged: unknown) => Promise<unknown>;
}

type Compiled = Awaited<ReturnType<Chat["prepare"]>>;

export const OPERATIONS: readonly Operation[] = [
  { name: "commit", run: (chat) => chat.user("And now?", { id: "x" }) },
  { name: "the first commit of all", id: "new", run: (chat) => chat.user("Hi.", { id: "x" }) },
  { name: "edit", run: (chat) => chat.edit("a", message("assistant", "I looked into it.")) },
  { name: "delete", run: (chat) => chat.delete("last") },
  { name: "revert", run: (chat) => chat.revert("u") },
  { name: "annotate", run: (chat) => chat.annotate("u", "pinned", { reason: "the order" }) },
  { name: "skip", run: (chat) => chat.skip("last") },
  { name: "setNote", run: (chat) => chat.setNote("u", "mood", { was: "angry", is: "calm" }) },
  { name: "branch", run: (chat) => chat.branch("new") },
  { name: "renameBranch", run: (chat) => chat.renameBranch("side", "aside") },
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
    parts: true,
    run: (chat) => chat.commit({ contentType: "ticket", number: 1 }, { id: "x" }),
  },
  {
    name: "a later commit of a type",
    arrange: (chat) => chat.commit({ contentType: "ticket", number: 1 }, { id: "w" }),
    run: (chat) => chat.commit({ contentType: "ticket", number: 2 }, { id: "x" }),
  },
  {
    name: "sent",
    arrange: (chat) => chat.prepare(),
    run: (_, compiled) =>
      (compiled as Compiled).sent({ model: "m", usage: { input: { total: 9 } } }),
  },
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
    name: "commits at once",
    parts: true,
    run: (chat) => Promise.all(["x", "y", "z"].map((id) => chat.user(id, { id }))),
  },
];

/** Questions: they change nothing, whatever goes wrong. */
export const QUESTIONS: Readonly<Record<string, (chat: Chat, varve: TestVarve<never>) => unknown>> =
  {
    compile: (chat) => chat.compile(),
    prepare: (chat) => chat.prepare(),
    status: (chat) => chat.status(),
    history: (chat) => chat.history(),
    get: (chat) => chat.get("u"),
    diff: (chat) => chat.diff("v1", "main"),
    operations: (chat) => chat.operations(),
    at: (chat) => chat.at("v1"),
    open: (_, varve) => varve.open("chat"),
    list: (_, varve) => varve.list(),
  };

/** All that can be asked of a repository. */
export async function stateOf(chat: Repository<never>) {
  const { commits } = await chat.history({ limit: 1000 });
  const ids = commits.flatMap(({ id }) => id ?? []);
  const { messages, tokenCount } = await chat.compile();
  return {
    commits,
    messages: texts(messages),
    tokenCount,
    branches: await chat.branches(),
    tags: await chat.tags(),
    operations: await chat.operations({ limit: 1000 }),
    notes: await Promise.all(ids.map((id) => chat.notes(id))),
    entries: await Promise.all(
      [...ids, ...commits.map(({ hash }) => hash)].map((ref) => chat.get(ref)),
    ),
    types: await chat.types(),
  };
}
