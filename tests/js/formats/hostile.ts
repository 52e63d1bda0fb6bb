// Random histories: whatever an application may commit, and what it then asks of a compile.
import fc from "fast-check";
import {
  type CompileOptions,
  createVarve,
  isVarveError,
  type Message,
  type Repository,
} from "varve";

const blank = fc.constantFrom("", " ", "\n\t", "a", "b \n", "naïve 🌍");
const id = fc.constantFrom("a", "a", "b", "b", "call:1", "call_1", "ä", "x".repeat(70));
const name = fc.constantFrom("f", "g.h", "4u", "so many words", "_ok", "y".repeat(200));
const input = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant({}), fc.constant({ a: 1 }));

const file = fc
  .tuple(
    fc.constantFrom("image/png", "image/*", "image/svg+xml", "application/pdf", "text/csv", "a/b"),
    fc.constantFrom(
      "https://example.com/a",
      "gs://a/b",
      "",
      "data:image/png;base64,AAAA",
      "data:image/bmp;base64,AAAA",
      "data:;base64,",
      "data:text/plain,%E0",
      "data:text/csv,a%2Cb",
      "data:image/png;base64,A!",
      "data:",
    ),
  )
  .map(([mediaType, url]) => ({ type: "file", mediaType, url }));

const hints = fc.constantFrom(
  undefined,
  { anthropic: { signature: "S", model: "claude-opus-5" } },
  { anthropic: { redacted: "R" } },
  { google: { thought: true, signature: "G", model: "gemini-3-pro" } },
  { google: { thought: true } },
  { google: { id: null } },
  { anthropic: 1, google: null },
);
const withHints = <T extends object>(part: fc.Arbitrary<T>) =>
  fc.tuple(part, hints).map(([given, provider]) => (provider ? { ...given, provider } : given));

const output = fc.oneof(
  fc.record({ type: fc.constantFrom("text", "error-text"), value: blank }),
  fc.record({ type: fc.constantFrom("json", "error-json"), value: fc.jsonValue({ maxDepth: 1 }) }),
  fc.constant({ type: "execution-denied" }),
  fc.record({
    type: fc.constant("content"),
    value: fc.array(
      fc.oneof(
        fc.record({ type: fc.constant("text"), text: blank }),
        fc.record({
          type: fc.constant("image_url"),
          image_url: fc.record({ url: file.map((each) => each.url) }),
        }),
        fc.jsonValue({ maxDepth: 1 }),
      ),
      { maxLength: 3 },
    ),
  }),
);

const call = withHints(
  fc.oneof(
    fc.record({ type: fc.constant("tool-call"), callId: id, toolName: name, input }),
    fc.record({
      type: fc.constant("tool-call"),
      callId: id,
      toolName: name,
      input: fc.constant(null),
      rawInput: fc.constantFrom("", "{", "not json"),
    }),
  ),
);
const result = withHints(
  fc.oneof(
    fc.record({ type: fc.constant("tool-result"), callId: id, output }),
    fc.record({ type: fc.constant("tool-result"), callId: id, toolName: name, output }),
  ),
);
const said = withHints(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constant("text"), text: blank }) },
    fc.record({ type: fc.constant("reasoning"), text: blank }),
    file,
    fc.record({
      type: fc.constant("custom"),
      kind: fc.constantFrom("chart", "openai.content", "google.part", "ai-sdk.step-start"),
      value: fc.constantFrom({ text: "x" }, { executableCode: { code: "1" } }),
    }),
  ),
);

const message = (role: string, part: fc.Arbitrary<object>) =>
  fc.record({
    contentType: fc.constant("message"),
    role: fc.constant(role),
    parts: fc.array(part, { maxLength: 4 }),
  });

const payload = fc.oneof(
  { weight: 4, arbitrary: message("user", said) },
  { weight: 5, arbitrary: message("assistant", fc.oneof(said, call)) },
  { weight: 5, arbitrary: message("tool", result) },
  { weight: 1, arbitrary: message("assistant", fc.oneof(said, call, result)) },
  { weight: 1, arbitrary: message("user", fc.oneof(said, result)) },
  message("system", said),
  message("developer", said),
  fc.record({
    contentType: fc.constant("instruction"),
    text: blank,
    place: fc.constantFrom("here", "slot"),
  }),
  fc.record({ contentType: fc.constant("output"), text: blank, format: fc.constant("text") }),
  fc.record({ contentType: fc.constant("reasoning"), text: blank }),
  fc.record({ contentType: fc.constant("freeform"), payload: fc.constant({ a: 1 }) }),
  fc.record({
    contentType: fc.constant("tool_io"),
    toolName: name,
    direction: fc.constantFrom("call", "result"),
    callId: id,
    payload: input,
  }),
);

const step = fc.record({
  kind: fc.constantFrom(...Array(8).fill("commit"), "edit", "delete", "skip", "pin"),
  payload,
  entry: fc.nat(20),
  turn: fc.constantFrom(undefined, undefined, "t"),
});

const options = fc.record(
  {
    dangling: fc.constantFrom("error-result", "drop", "keep"),
    maxTokens: fc.constantFrom(20, 60, 200, 10_000),
    preserveRecent: fc.nat(4),
    includeReasoning: fc.boolean(),
    strategy: fc.constantFrom("full", "notes", { adaptive: { recent: 2 } }),
    summaries: fc.constantFrom("user", "system"),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<CompileOptions>;

/** Steps of a history, and the options of its compile. */
export const history: fc.Arbitrary<[Step[], CompileOptions]> = fc.tuple(
  fc.array(step, { minLength: 1, maxLength: 30, size: "max" }),
  options,
) as never;

export interface Step {
  kind: "commit" | "edit" | "delete" | "skip" | "pin";
  payload: never;
  entry: number;
  turn: string | undefined;
}

async function take(chat: Repository, { kind, payload, entry, turn }: Step, id: string) {
  const target = `e${entry}`;
  switch (kind) {
    case "commit":
      return chat.commit(payload, { id, turn, note: `note ${id}` });
    case "edit":
      return chat.edit(target, payload);
    case "delete":
      return chat.delete(target);
    case "skip":
      return chat.skip(target);
    case "pin":
      return chat.pin(target);
  }
}

/** The messages of a history; what varve refuses to do is left out. */
export async function compileHistory(
  steps: readonly Step[],
  options: CompileOptions,
): Promise<readonly Message[]> {
  const counter = { name: "length", count: (text: string) => Math.ceil(text.length / 4) };
  const chat = await createVarve({ counter }).open("x");
  for (const [index, step] of steps.entries()) {
    try {
      await take(chat, step, `e${index}`);
    } catch (error) {
      if (!isVarveError(error) || error.code === "Internal") throw error;
    }
  }
  return (await chat.compile({ ...options, onOverflow: "return" })).messages;
}
