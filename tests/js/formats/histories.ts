// Histories of any kind, for what converters promise of every compile.
import fc from "fast-check";
import {
  type BuiltInPayload,
  type Compiled,
  type CompileOptions,
  createVarve,
  isVarveError,
  type Repository,
} from "varve";

/** One thing done to a repository. */
type Deed =
  | { do: "commit"; payload: BuiltInPayload; turn: number | null }
  | { do: "delete"; at: number }
  | { do: "skip"; at: number }
  | { do: "pin"; at: number }
  | { do: "edit"; at: number; payload: BuiltInPayload }
  | { do: "compress"; keep: number }
  | { do: "clear"; keep: number };

/** What is done, and how it is compiled. */
export interface History {
  deeds: readonly Deed[];
  options: CompileOptions;
}

const text = fc.string({ unit: "binary", maxLength: 12 });
const said = fc.record({ type: fc.constant("text" as const), text });
const thought = fc.record({ type: fc.constant("reasoning" as const), text });
const callId = fc.constantFrom("c0", "c1", "c2", "c3", "c4");
const named = {
  type: fc.constant("tool-call" as const),
  callId,
  toolName: fc.constantFrom("search", "book"),
};
const call = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ ...named, input: fc.oneof(fc.jsonValue(), fc.constant({})) }),
  },
  // Cut off in the middle of its arguments.
  {
    weight: 1,
    arbitrary: fc.record({
      ...named,
      input: fc.constant(null),
      rawInput: fc.constantFrom("", "{", '{"a": "b'),
      provider: fc.constantFrom({}, { varve: { notJson: true } }),
    }),
  },
);
const output = fc.oneof(
  fc.record({ type: fc.constantFrom("text" as const, "error-text" as const), value: text }),
  fc.record({
    type: fc.constantFrom("json" as const, "error-json" as const),
    value: fc.jsonValue(),
  }),
  fc.record({ type: fc.constant("execution-denied" as const) }),
  fc.record({
    type: fc.constant("content" as const),
    value: fc.array(
      fc.oneof(said, fc.record({ type: fc.constant("chart"), data: fc.jsonValue() })),
      { maxLength: 2 },
    ),
  }),
);
const result = fc.record({ type: fc.constant("tool-result" as const), callId, output });
const file = fc.constantFrom(
  { type: "file" as const, mediaType: "image/png", url: "https://example.com/a.png" },
  { type: "file" as const, mediaType: "image/png", url: "data:image/png;base64,AA==" },
  { type: "file" as const, mediaType: "application/pdf", url: "data:application/pdf;base64,AA==" },
  { type: "file" as const, mediaType: "audio/mpeg", url: "data:audio/mpeg;base64,AA==" },
  { type: "file" as const, mediaType: "image/png", data: new Uint8Array(9) },
);
const custom = fc.record({
  type: fc.constant("custom" as const),
  kind: fc.constant("chart"),
  value: fc.jsonValue(),
});

const message = fc.constant("message" as const);
const made: fc.Arbitrary<BuiltInPayload> = fc.oneof(
  fc.record({
    contentType: message,
    role: fc.constantFrom("system" as const, "developer" as const, "user" as const),
    parts: fc.array(fc.oneof(said, said, file, custom), { maxLength: 3 }),
  }),
  fc.record({
    contentType: message,
    role: fc.constant("assistant" as const),
    parts: fc.uniqueArray(fc.oneof(said, thought, call, call, result, file, custom), {
      maxLength: 5,
      // No call twice in one message, and no answer.
      selector: (part) => ("callId" in part ? `${part.type} ${part.callId}` : {}),
    }),
  }),
  fc.record({
    contentType: message,
    role: fc.constant("tool" as const),
    parts: fc.array(result, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ contentType: fc.constant("instruction" as const), text }),
  fc.record({ contentType: fc.constant("reasoning" as const), text }),
  fc.record({
    contentType: fc.constant("dialogue" as const),
    role: fc.constantFrom("user" as const, "assistant" as const),
    text,
  }),
  fc.record({
    contentType: fc.constant("tool_io" as const),
    toolName: fc.constantFrom("search", "book"),
    direction: fc.constantFrom("call" as const, "result" as const),
    payload: fc.jsonValue(),
  }),
  fc.record({
    contentType: fc.constant("freeform" as const),
    payload: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }),
  }),
);

const at = fc.nat(12);
const deeds = (payload: fc.Arbitrary<BuiltInPayload>): fc.Arbitrary<Deed> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("commit" as const),
        payload,
        turn: fc.option(fc.nat(2), { freq: 4 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom("delete" as const, "skip" as const, "pin" as const),
        at,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("edit" as const), at, payload }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom("compress" as const, "clear" as const),
        keep: fc.nat(2),
      }),
    },
  );

/** Commits, edits, deletions, pins; calls answered, unanswered, in parallel; compressions; windows. */
const historiesOf = (payload: fc.Arbitrary<BuiltInPayload>): fc.Arbitrary<History> =>
  fc.record({
    deeds: fc.array(deeds(payload), { maxLength: 14 }),
    options: fc.record(
      {
        dangling: fc.constantFrom("error-result" as const, "drop" as const),
        includeReasoning: fc.boolean(),
        maxTokens: fc.constantFrom(20, 60, 120),
        onOverflow: fc.constant("return" as const),
        instructions: fc.constant("be brief"),
      },
      { requiredKeys: ["onOverflow"] },
    ),
  });

/** Histories of whatever an application commits. */
export const histories: fc.Arbitrary<History> = historiesOf(made);

/** The same, with payloads among them that were read of foreign messages, in any order. */
export const historiesWith = (read: readonly BuiltInPayload[]): fc.Arbitrary<History> =>
  historiesOf(fc.oneof(made, { weight: 3, arbitrary: fc.constantFrom(...read) }));

/** What a model sees of a history. */
export async function compile({ deeds, options }: History): Promise<Compiled> {
  const counter = { name: "length", count: (text: string) => text.length };
  const chat = await createVarve({ counter }).open("history");
  const ids: string[] = [];
  for (const deed of deeds) {
    try {
      await act(chat, deed, ids);
    } catch (error) {
      // Of an entry that was compacted, or that is too short to be worth a summary.
      if (!isVarveError(error, "EditTarget") && !isVarveError(error, "Compression")) throw error;
    }
  }
  return chat.compile(options);
}

async function act(chat: Repository, deed: Deed, ids: string[]): Promise<void> {
  if (deed.do === "commit") {
    const turn = deed.turn === null ? {} : { turn: `t${deed.turn}` };
    ids.push((await chat.commit(deed.payload, turn)).id);
    return;
  }
  if (deed.do === "compress") {
    await chat.compress({ preserveRecent: deed.keep, summarize: () => "In short." });
    return;
  }
  if (deed.do === "clear") {
    await chat.clearToolResults({ keepLast: deed.keep });
    return;
  }
  const id = ids[deed.at % Math.max(ids.length, 1)];
  if (id === undefined) return;
  if (deed.do === "edit") await chat.edit(id, deed.payload);
  else if (deed.do === "delete") {
    await chat.delete(id);
    ids.splice(ids.indexOf(id), 1);
  } else if (deed.do === "skip") await chat.skip(id);
  else await chat.pin(id);
}

/** A history of payloads as they are, compiled with nothing left out. */
export async function throughRepository(
  payloads: readonly BuiltInPayload[],
  options: CompileOptions = { dangling: "keep" },
): Promise<Compiled> {
  const chat = await createVarve({ counter: null }).open("x");
  for (const payload of payloads) await chat.commit(payload);
  return chat.compile(options);
}

/** Whether a message calls twice by one id, as entries of one turn can: no API tells such calls apart. */
export function callsTwice({ messages }: Pick<Compiled, "messages">): boolean {
  return messages.some(({ parts }) => {
    const ids = parts.flatMap((part) => (part.type === "tool-call" ? [part.callId] : []));
    return new Set(ids).size < ids.length;
  });
}
