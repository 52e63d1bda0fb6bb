// Compiling is passing: the calls of a repository, and what custom types make of them.

import {
  type BuiltInPayload,
  type Compiled,
  type Compression,
  type CompressPlan,
  createVarve,
  type Message,
  memory,
  type PendingCompression,
  type Receipt,
  type Repository,
  type StandardSchema,
  type StoredPayload,
  type Synced,
} from "varve";
import { fromOpenAI, type OpenAIMessage, toOpenAI } from "varve/formats/openai";
import { models } from "varve/models";
import { expectTypeOf } from "vitest";

declare const ticketSchema: StandardSchema<{ id: string; tags?: string[] }>;

const varve = createVarve({
  storage: memory(),
  workspace: "acme",
  clock: () => Date.now(),
  contentTypes: {
    ticket: { schema: ticketSchema, hints: { defaultPriority: "pinned" } },
    event: { schema: { type: "object", properties: { at: { type: "integer" } } } },
    mark: { validator: (payload) => typeof payload.x === "number" || "x must be a number" },
  },
});
const chat = await varve.open("a", { budget: { maxTokens: 8000, action: "warn" } });

// Payloads of custom types are inferred from their schemas.
expectTypeOf(chat.commit).returns.resolves.toEqualTypeOf<Receipt>();
await chat.commit({ contentType: "ticket", id: "T1", tags: ["a"] });
await chat.commit({ contentType: "event", at: 5 });
await chat.commit({ contentType: "message", role: "user", parts: [{ type: "text", text: "x" }] });
await chat.edit("a", { contentType: "ticket", id: "T1" });
await chat.batch((tx) => tx.commit({ contentType: "mark", x: 1 }));
// @ts-expect-error not what the schema says
await chat.commit({ contentType: "ticket", id: 5 });
// @ts-expect-error not a type that was given
await chat.commit({ contentType: "nope", id: "x" });
// @ts-expect-error not a role
await chat.commit({ contentType: "message", role: "bot", parts: [] });
// @ts-expect-error no such field
await chat.commit({ contentType: "message", role: "user", parts: [], extra: 1 });
const both = { payload: 1, rawPayload: "", toolName: "t", direction: "call" } as const;
// @ts-expect-error either payload or rawPayload
await chat.commit({ contentType: "tool_io", ...both });
// @ts-expect-error either url or data
await chat.user([{ type: "file", mediaType: "a/b", url: "x", data: "y" }]);

// A repository with types of its own is a repository.
const plain: Repository = chat;
expectTypeOf(plain.compile).returns.resolves.toEqualTypeOf<Compiled>();

// Budgets take a model of those given, a window, or tokens: one of them.
createVarve({ models: { ...models, mine: { contextWindow: 5 } } });
expectTypeOf(models["gpt-5"].contextWindow).toEqualTypeOf<number>();
// @ts-expect-error not in the table
models["gpt-99"];
await chat.setBudget({ model: "gpt-5", reserveOutput: 5, action: "warn" });
// @ts-expect-error two of them
await chat.setBudget({ model: "gpt-5", contextWindow: 5, action: "warn" });

// A turn takes parts and pieces of them.
await using turn = chat.turn({ id: "m", signal: new AbortController().signal });
expectTypeOf(turn.write({ type: "text-delta", text: "x" })).toEqualTypeOf(turn);
turn.write({ type: "tool-input-delta", callId: "c", text: "" }).write({ type: "step-start" });
expectTypeOf(turn.finish({ status: "complete", finishReason: null })).resolves.toEqualTypeOf<
  readonly Receipt[]
>();
// @ts-expect-error not how a turn ends
await turn.finish({ status: "streaming" });
// @ts-expect-error not a piece
turn.write({ type: "text-delta" });

// Options are what they are called.
await chat.user("x", {
  id: "a",
  metadata: { a: [1, null] },
  expectedHead: null,
  signal: undefined,
});
await chat.compile({ asOf: new Date(), strategy: { adaptive: { recent: 5 } }, dangling: "drop" });
// @ts-expect-error a typo
await chat.user("x", { metdata: {} });
// @ts-expect-error JSON has no dates
await chat.user("x", { metadata: { at: new Date() } });
// @ts-expect-error no such strategy
await chat.compile({ strategy: "best" });
// @ts-expect-error a call needs an id
await chat.toolCall("t", {}, {});
// @ts-expect-error no such event
chat.on("nope", () => {});
chat.on("budget", ({ limit, used }) => limit + used);
// @ts-expect-error a callback is called "callback"
await chat.setBudget({ maxTokens: 5, action: "callback" });
// @ts-expect-error one or the other
await chat.setBudget({ maxTokens: 5, contextWindow: 5, action: "warn" });

// What comes out can be given back.
const entry = await chat.get("a");
expectTypeOf(entry?.payload).toEqualTypeOf<StoredPayload | null | undefined>();
const { messages, warnings } = await chat.prepare();
expectTypeOf(messages).toEqualTypeOf<readonly Message[]>();
for (const warning of warnings) {
  if (warning.kind === "overflow") expectTypeOf(warning.required).toEqualTypeOf<number>();
}
// @ts-expect-error frozen
messages.push(messages[0]);
// @ts-expect-error frozen
messages[0].role = "user";

// Converters take what comes from elsewhere, and give what the SDK takes.
for (const payload of fromOpenAI([{ role: "user", content: "x" }])) {
  expectTypeOf(payload).toExtend<BuiltInPayload>();
  await chat.commit(payload);
}
expectTypeOf(toOpenAI(await chat.compile()).messages).toEqualTypeOf<OpenAIMessage[]>();
expectTypeOf(toOpenAI(messages).messages).toEqualTypeOf<OpenAIMessage[]>();

await using disposable = await varve.open("b");
expectTypeOf(disposable.head).toEqualTypeOf<string | undefined>();

// Arrays sync by a converter, or one with ids; what comes back is receipts.
const array: readonly OpenAIMessage[] = [{ role: "user", content: "x" }];
expectTypeOf(chat.sync(array, { format: fromOpenAI, note: "n" })).resolves.toEqualTypeOf<Synced>();
await chat.sync([{ key: "k" }], { format: { from: () => [], id: ({ key }) => key } });
// @ts-expect-error a format is a must
await chat.sync(array, {});
// @ts-expect-error payloads have ids of their own
await chat.sync(array, { format: fromOpenAI, id: "x" });
expectTypeOf((await chat.transcript()).entries[0]?.siblings?.ids).toEqualTypeOf<
  string[] | undefined
>();
// @ts-expect-error not a payload
await chat.resend("a", { contentType: "nope" });
expectTypeOf((await chat.regenerate("a")).replyTo).toEqualTypeOf<string | undefined>();

// What compress gives follows from how it is asked.
expectTypeOf(chat.compress()).resolves.toEqualTypeOf<Compression>();
expectTypeOf(chat.compress({ plan: true })).resolves.toEqualTypeOf<CompressPlan>();
expectTypeOf(
  chat.compress({ autoCommit: false }),
).resolves.toEqualTypeOf<PendingCompression | null>();
await chat.compress({ summarize: ({ messages }) => messages.map(({ role }) => role).join() });
await chat.compress({ content: { text: "x", facts: ["y"] }, mustKeep: ["a", /b/] });
// @ts-expect-error neither a text nor an expression
await chat.compress({ mustKeep: [1] });
// @ts-expect-error a summary has a text
await chat.compress({ summarize: () => ({ facts: [] }) });
expectTypeOf((await chat.clearToolResults({ keepLast: 1 })).entries).toEqualTypeOf<string[]>();
