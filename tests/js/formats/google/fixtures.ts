// Contents of Gemini's that are easy to get wrong, by what is hard about them.

export interface Request {
  contents: readonly unknown[];
  systemInstruction?: unknown;
}

const user = (...parts: unknown[]) => ({ role: "user", parts });
const model = (...parts: unknown[]) => ({ role: "model", parts });
const text = (said: string, more = {}) => ({ text: said, ...more });
export const call = (name: string, args?: unknown, more = {}, id?: string) => ({
  functionCall: {
    ...(id === undefined ? {} : { id }),
    name,
    ...(args === undefined ? {} : { args }),
  },
  ...more,
});
export const response = (name: string, said?: unknown, id?: string, more = {}) => ({
  functionResponse: {
    ...(id === undefined ? {} : { id }),
    name,
    ...(said === undefined ? {} : { response: said }),
    ...more,
  },
});

export const fixtures: Record<string, Request> = {
  "an empty conversation": { contents: [] },
  "texts, one or several to a content": {
    contents: [user(text("a"), text("b")), model(text("c")), user(text(" "))],
  },
  "the system instruction as a text": {
    systemInstruction: "be brief",
    contents: [user(text("x"))],
  },
  "the system instruction as a content": {
    systemInstruction: { role: "user", parts: [text("be brief"), text("and kind")] },
    contents: [user(text("x"))],
  },
  "the system instruction as a part": {
    systemInstruction: text("be brief"),
    contents: [user(text("x"))],
  },
  "the system instruction as parts": {
    systemInstruction: ["be brief", text("and kind")],
    contents: [user(text("x"))],
  },
  "the first of parallel calls carries the signature": {
    contents: [
      user(text("both")),
      model(
        text("thinking about it", { thought: true }),
        call("a", { x: 1 }, { thoughtSignature: "SIG1" }),
        call("b", { x: 2 }),
      ),
      user(response("a", { output: "one" }), response("b", { output: "two" })),
      model(call("a", {}, { thoughtSignature: "SIG2" })),
      user(response("a", { error: "broken" })),
      model(text("done", { thoughtSignature: "SIG3" })),
    ],
  },
  "a signature on an empty text, thoughts with signatures": {
    contents: [
      user(text("x")),
      model(text("hm", { thought: true, thoughtSignature: "T" }), text("y")),
      user(text("z")),
      model(text("w"), text("", { thoughtSignature: "S" })),
    ],
  },
  "ids present": {
    contents: [
      user(text("x")),
      model(call("f", { n: 1 }, {}, "1"), call("f", { n: 2 }, {}, "2")),
      user(response("f", { output: "two" }, "2"), response("f", { output: "one" }, "1")),
    ],
  },
  "ids absent": {
    contents: [
      user(text("x")),
      model(call("f", { n: 1 }), call("g", { n: 2 }), call("f", { n: 3 })),
      user(
        response("g", { output: 2 }),
        response("f", { output: 1 }),
        response("f", { output: 3 }),
      ),
      model(call("f", { n: 4 })),
      user(response("f", { output: 4 })),
    ],
  },
  "ids on one side only": {
    contents: [
      user(text("x")),
      model(call("f", {}, {}, "1")),
      user(response("f", { output: 1 })),
      model(call("g", {})),
      user(response("g", { output: 2 }, "9")),
    ],
  },
  "responses of every shape": {
    contents: [
      user(text("x")),
      model(...Array.from({ length: 12 }, (_, id) => call("f", {}, {}, `${id}`))),
      user(
        ...[
          { output: "text" },
          { output: { a: 1 } },
          { output: null },
          { output: ["text"] },
          { error: "text" },
          { error: { code: 1 } },
          { output: "x", error: "y" },
          { output: { output: "x" } },
          { result: "x" },
          { temperature: 20, unit: "C" },
          {},
        ].map((said, id) => response("f", said, `${id}`)),
        response("f", { output: "x" }, "11", { scheduling: "SILENT", parts: [{ inlineData: {} }] }),
      ),
    ],
  },
  "calls without arguments": {
    contents: [
      user(text("x")),
      model(call("f"), call("g", {})),
      user(response("f", { output: "" }), response("g", { output: "" })),
    ],
  },
  "what stands beside responses": {
    contents: [
      user(text("x")),
      model(call("f"), call("g")),
      user(text("here"), response("f", {}), text("and"), response("g", {}), text("now hurry")),
      model(text("done")),
    ],
  },
  "inline data and files": {
    contents: [
      user(
        { inlineData: { mimeType: "image/png", data: "AAAA" } },
        { inlineData: { mimeType: "image/png", data: "AAAA", displayName: "a.png" } },
        {
          fileData: { mimeType: "video/mp4", fileUri: "https://youtu.be/x" },
          videoMetadata: { fps: 1 },
        },
        { fileData: { fileUri: "gs://bucket/a" } },
        { inlineData: { mimeType: "audio/wav", data: "AAAA" }, mediaResolution: { level: "LOW" } },
      ),
    ],
  },
  "code, tools of the server, parts of the future": {
    contents: [
      user(text("x")),
      model(
        { executableCode: { language: "PYTHON", code: "1" }, thoughtSignature: "S" },
        { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } },
        { toolCall: { id: "1", toolType: "GOOGLE_SEARCH_WEB", args: {} } },
        text("one"),
      ),
    ],
  },
  "roles: none, and the one of old": {
    contents: [
      { parts: [text("x")] },
      model(call("f")),
      { role: "function", parts: [response("f", { output: 1 })] },
    ],
  },
  "the model's contents stay apart": {
    contents: [
      user(text("x")),
      model(text("a")),
      model(text("b")),
      user(text("c")),
      user(text("d")),
    ],
  },
  "other members": {
    contents: [
      { ...user(text("x", { partMetadata: { a: [null] } })), extra: 1 },
      model(text("y", { thought: false })),
    ],
  },
  "all of Unicode, names that objects have": {
    contents: [
      user(text("naïve 🌍 \u0000 \u2028 \ufffe e\u0301")),
      model(call("constructor", JSON.parse('{"__proto__":{"a":1}}'))),
      user(response("constructor", JSON.parse('{"__proto__":{"a":1},"toString":1}'))),
    ],
  },
};
