// What the operations have in common: the repository that they work on, and how one is described.
import type { BranchInfo } from "varve";
import { testVarve } from "varve/testing";
import type { StorageAdapter } from "../../../../js/src/types/storage.js";

const contentTypes = { ticket: { schema: { type: "object" } } } as const;

/** The varve of a user of that number: ids differ, the clock stands still. */
export function varveOn(storage: StorageAdapter, ids: number) {
  return testVarve({ storage, ids, contentTypes });
}

export type OurVarve = ReturnType<typeof varveOn>;

/** A repository as `varveOn` opens it. */
export type Chat = Awaited<ReturnType<OurVarve["open"]>>;

export const message = (role: "user" | "assistant", text: string) =>
  ({ contentType: "message", role, parts: [{ type: "text", text }] }) as const;

/** Long enough that it can be cleared, and compressed. */
const trail = Array.from({ length: 12 }, (_, day) => `2025-10-${10 + day}: seen in Ring ${day}`);

/** Fills the repository that the operations work on. */
export async function furnish(storage: StorageAdapter): Promise<void> {
  const chat = await varveOn(storage, 1).open("chat");
  await chat.instruction("Be brief.", { id: "i" });
  await chat.user("My order 4711 never came.", { id: "u" });
  await chat.assistant("I am looking into it.", { id: "a" });
  await chat.toolCall("get_order", { id: 4711 }, { callId: "c", id: "c" });
  await chat.toolResult("c", { state: "lost", trail }, { id: "r" });
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
  /**
   * It is several entries of the journal, and can be done in part. `in order`: as far as any of them. `apart`: some
   * may be there without the others. `aside`: the first one is the operation, and what comes of it may fail
   * without failing it. `tried`: what it does is the last one, and those before tell of it, tries that failed too.
   */
  readonly parts?: "in order" | "apart" | "aside" | "tried";
  /** What it gives is read behind its last write: calls up to that go wrong. */
  readonly reads?: true;
  readonly arrange?: (chat: Chat, varve: OurVarve) => Promise<unknown>;
  readonly run: (chat: Chat, arranged: unknown, varve: OurVarve) => Promise<unknown>;
}

/** Goes on with a repository that has these branches now. */
export async function goOn(chat: Chat, branches: readonly BranchInfo[]): Promise<void> {
  const main = branches.find((branch) => branch.default)?.name ?? "main";
  if (chat.currentBranch !== main) {
    await chat.prepare().catch(() => {}); // nobody knew that it was renamed: here it is heard of
    await chat.switchTo(main);
  }
  await chat.user("On we go.", { id: "later" });
}
