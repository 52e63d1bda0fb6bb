// An app as a stranger would write it, compiled by every TypeScript of types.test.mjs, as ESM and as CommonJS: what
// results are, errors told apart, content types of its own, adapters of stores, converters. It is never run.
import {
  type Compiled,
  type Compression,
  createVarve,
  isVarveError,
  type JsonObject,
  type Message,
  memory,
  type Repository,
  type StandardSchema,
  type StorageAdapter,
  type StoredEntry,
  storageError,
  VarveError,
  type VarveOptions,
  type WriteResult,
} from "varve";
import { cl100k_base } from "varve/encodings/cl100k_base";
import { fromUIMessages, toUIMessages } from "varve/formats/ai-sdk";
import { toAnthropic } from "varve/formats/anthropic";
import { fromOpenAI, toOpenAI } from "varve/formats/openai";
import { models } from "varve/models";
import { init } from "varve/slim";
import { indexedDB } from "varve/storage/indexed-db";
import { postgres } from "varve/storage/postgres";
import { sqlite } from "varve/storage/sqlite";
import { testStorageAdapter } from "varve/testing";
import { countTokens, loadEncoding } from "varve/tokens";

interface Ticket {
  readonly id: string;
  readonly priority?: number;
}
declare const ticket: StandardSchema<Ticket>;

const app = createVarve({
  storage: sqlite("context.db", { durability: "relaxed" }),
  contentTypes: { ticket: { schema: ticket, hints: { defaultPriority: "pinned" } } },
});

/** What results are, and that they are not `any`. */
export async function results(): Promise<{ tokens: number; first: Message | undefined }> {
  const chat = await app.open("chat", { budget: { maxTokens: 8000, action: "warn" } });
  await chat.commit({ contentType: "ticket", id: "T1", priority: 1 });
  // @ts-expect-error an id is a text
  await chat.commit({ contentType: "ticket", id: 1 });
  // @ts-expect-error not a type of this app
  await chat.commit({ contentType: "invoice", id: "I1" });
  await chat.user("hello", { id: "u0", metadata: { tags: ["a", null] } });
  // @ts-expect-error JSON has no dates
  await chat.user("hello", { metadata: { at: new Date() } });
  const compiled: Compiled = await chat.prepare({ maxTokens: 500 });
  for (const warning of compiled.warnings) {
    if (warning.kind === "overflow") {
      const required: number = warning.required;
      // @ts-expect-error a number, and nothing looser
      const text: string = warning.required;
      console.log(required, text);
    }
  }
  // @ts-expect-error what was compiled is frozen
  compiled.messages.push(compiled.messages[0]);
  const compression: Compression = await chat.compress({ preserveRecent: 4 });
  await chat.undo(compression.operation);
  const plain: Repository = chat;
  await plain.compile();
  await app.close();
  return { tokens: compiled.tokenCount, first: compiled.messages[0] };
}

/** Errors are told apart by code, which says what their details are. */
export function explain(error: unknown): string {
  if (isVarveError(error, "BudgetExceeded")) {
    const over: number = error.details.required - error.details.limit;
    // @ts-expect-error no such detail of this code
    console.log(error.details.pointer);
    return `${over} too many`;
  }
  if (!isVarveError(error)) return "not varve's";
  switch (error.code) {
    case "Validation":
      return error.details.pointer;
    case "RefNotFound": {
      const kind: "branch" | "tag" = error.details.kind;
      return kind;
    }
    // @ts-expect-error no such code
    case "NoSuchCode":
      return "";
    default:
      return error instanceof VarveError ? error.message : "";
  }
}

/** An adapter of its own: what a method may be given and has to answer. */
export class Journal implements Pick<StorageAdapter, "name" | "write" | "readJournal"> {
  readonly name = "journal";
  readonly #entries: StoredEntry[] = [];

  write: StorageAdapter["write"] = (repository, batch): WriteResult => {
    if (batch.entry.bytes.length > 1_000_000) {
      throw storageError("TooLarge", `entry ${batch.entry.seq} of ${repository.id} is too large`, {
        details: { limit: 1_000_000 },
      });
    }
    const taken = this.#entries.slice(batch.entry.seq - 1);
    if (taken.length > 0) return { conflict: taken };
    this.#entries.push(batch.entry);
    return {};
  };

  readJournal: StorageAdapter["readJournal"] = async (_repository, { after, limit }) =>
    this.#entries.slice(after, after + limit);
}

/** Stores, wherever the app runs. */
export const stores: VarveOptions["storage"][] = [
  memory(),
  sqlite(":memory:"),
  indexedDB("app"),
  postgres("postgres://localhost/app"),
];
// @ts-expect-error an adapter has more than a name
export const half: StorageAdapter = { name: "half" };

/** Converters give what the SDKs take. */
export async function converted(chat: Repository): Promise<JsonObject[]> {
  for (const payload of fromOpenAI([{ role: "user", content: "hello" }]))
    await chat.commit(payload);
  for (const payload of fromUIMessages([])) await chat.commit(payload);
  const compiled = await chat.compile();
  const { system, messages } = toAnthropic(compiled);
  // @ts-expect-error a role is one of a few texts
  const roles: number[] = messages.map(({ role }) => role);
  console.log(system, roles, toUIMessages(compiled).messages, toOpenAI(compiled).messages);
  return [];
}

/** Counting, models, a module of one's own, the kit for adapters. */
export async function rest(): Promise<number> {
  init(new Uint8Array(8));
  await loadEncoding(cl100k_base);
  // @ts-expect-error no such encoding
  await loadEncoding("cl200k_base");
  const suite = testStorageAdapter;
  const window: number = models["gpt-5"].contextWindow;
  return countTokens("hello", "cl100k_base") + window + suite.length;
}
