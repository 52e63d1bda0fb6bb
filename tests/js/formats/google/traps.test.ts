// What is easy to get wrong with Gemini's API, trap by trap.
import { describe, expect, test } from "vitest";
import { isVarveError } from "../../../../js/src/errors.js";
import { checkGoogle, fromGoogle, toGoogle } from "../../../../js/src/formats/google.js";
import type { Part, ToolOutput } from "../../../../js/src/types.js";
import { thrown } from "../support.js";
import { call, fixtures, type Request, response } from "./fixtures.js";

type Payload = { role: "system" | "user" | "assistant" | "tool"; parts: Part[] };
const text = (said: string): Part => ({ type: "text", text: said });
const user = (...parts: Part[]): Payload => ({ role: "user", parts });
const assistant = (...parts: Part[]): Payload => ({ role: "assistant", parts });
const ask = (callId: string, toolName = "f"): Part => ({
  type: "tool-call",
  callId,
  toolName,
  input: {},
});
const tell = (callId: string, output: ToolOutput = { type: "text", value: "x" }): Payload => ({
  role: "tool",
  parts: [{ type: "tool-result", callId, output }],
});
const kinds = ({ warnings }: { warnings: { kind: string; index: number }[] }) =>
  warnings.map(({ kind, index }) => [kind, index]);

describe("signatures", () => {
  const { contents } = fixtures["the first of parallel calls carries the signature"] as Request;
  const signatures = (request: { contents: { parts?: { thoughtSignature?: string }[] }[] }) =>
    request.contents.flatMap(({ parts }) => (parts ?? []).map((part) => part.thoughtSignature));

  test("stay with the part they came with: never copied, never invented", () => {
    const payloads = fromGoogle(contents, { model: "gemini-3-pro" });
    const back = toGoogle(payloads, { model: "models/gemini-3-pro" });
    expect(back.contents).toEqual(contents);
    expect(signatures(back).filter((each) => each !== undefined)).toEqual(["SIG1", "SIG2", "SIG3"]);
    expect(back.warnings).toEqual([]);
  });

  test("of another model are left out with a warning, and those it demands are missed", () => {
    const payloads = fromGoogle(contents, { model: "gemini-2.5-pro" });
    const request = toGoogle(payloads, { model: "gemini-3-pro" });
    expect(signatures(request).filter((each) => each !== undefined)).toEqual([]);
    expect(kinds(request)).toEqual([
      ["dropped-field", 1],
      ["dropped-field", 3],
      ["dropped-field", 5],
      ["missing-signature", 1],
      ["missing-signature", 3],
    ]);
    const missing = checkGoogle({ ...request, model: "gemini-3-pro" });
    expect(missing.map(({ rule, index }) => [rule, index])).toEqual([
      ["missing-signature", 1],
      ["missing-signature", 3],
    ]);
  });

  test("an empty text goes with its signature", () => {
    const part = { text: "", thoughtSignature: "S" };
    const payloads = fromGoogle([{ role: "model", parts: [{ text: "a" }, part] }], { model: "a" });
    expect(toGoogle(payloads).contents[0]?.parts).toEqual([{ text: "a" }, part]);
    expect(toGoogle(payloads, { model: "b" }).contents[0]?.parts).toEqual([{ text: "a" }]);
  });
});

describe("calls and responses", () => {
  test("are equal in number: an unanswered call gets an error", () => {
    const request = toGoogle([user(text("go")), assistant(ask("a"), ask("b")), tell("b")]);
    expect(request.contents[2]?.parts).toHaveLength(2);
    expect(request.contents[2]?.parts?.[1]?.functionResponse?.response).toHaveProperty("error");
    expect(kinds(request)).toEqual([["added-result", 1]]);
    expect(checkGoogle(request)).toEqual([]);
  });

  test("stand right behind the user or responses: what the model says before joins them", () => {
    const { contents } = toGoogle([
      user(text("go")),
      assistant(text("well")),
      assistant(ask("a")),
      tell("a"),
    ]);
    expect(contents.map(({ role, parts }) => [role, parts?.length])).toEqual([
      ["user", 1],
      ["model", 2],
      ["user", 1],
    ]);
    const apart = [
      { role: "user", parts: [{ text: "go" }] },
      { role: "model", parts: [{ text: "well" }] },
      { role: "model", parts: [call("f")] },
      { role: "user", parts: [response("f", {})] },
    ];
    expect(checkGoogle({ contents: apart }).map(({ rule }) => rule)).toEqual(["call-place"]);
    expect(checkGoogle(toGoogle(fromGoogle(apart)))).toEqual([]);
  });

  test("never come first", () => {
    const request = toGoogle([assistant(ask("a")), tell("a")]);
    expect(request.contents.map(({ role }) => role)).toEqual(["user", "model", "user"]);
    expect(kinds(request)).toEqual([["added-message", 0]]);
  });

  test("of several messages stand in one content, what the user adds in one of its own", () => {
    const { contents, warnings } = toGoogle([
      user(text("go")),
      assistant(ask("a"), ask("b", "g")),
      tell("a"),
      tell("b"),
      user(text("hurry")),
    ]);
    expect(contents[2]?.parts).toEqual([
      response("f", { output: "x" }, "a"),
      response("g", { output: "x" }, "b"),
    ]);
    expect(contents[3]).toEqual({ role: "user", parts: [{ text: "hurry" }] });
    expect(warnings).toEqual([]);
  });

  test("without ids are tied by name and order, and come back in that order", () => {
    const contents = [
      { role: "user", parts: [{ text: "go" }] },
      { role: "model", parts: [call("f", { n: 1 }), call("f", { n: 2 })] },
    ];
    const payloads = [
      ...fromGoogle(contents),
      tell("f#2", { type: "text", value: "two" }),
      tell("f", { type: "text", value: "one" }),
    ];
    expect(toGoogle(payloads).contents[2]?.parts).toEqual([
      response("f", { output: "one" }),
      response("f", { output: "two" }),
    ]);
  });

  test("have objects as responses: output, error, or what was all output", () => {
    const outputs: ToolOutput[] = [
      { type: "json", value: { a: 1 } },
      { type: "json", value: [1] },
      { type: "error-json", value: { code: 1 } },
      { type: "error-text", value: "broken" },
      { type: "execution-denied", reason: "no" },
      { type: "content", value: [{ type: "text", text: "x" }] },
    ];
    const { contents, warnings } = toGoogle([
      user(text("go")),
      assistant(...outputs.map((_, id) => ask(`${id}`))),
      ...outputs.map((output, id) => tell(`${id}`, output)),
    ]);
    expect(contents[2]?.parts?.map((part) => part.functionResponse?.response)).toEqual([
      { output: { a: 1 } },
      { output: [1] },
      { error: { code: 1 } },
      { error: "broken" },
      { error: "no" },
      { output: [{ type: "text", text: "x" }] },
    ]);
    expect(warnings).toEqual([]);
    const bare = response("f", { temperature: 20 });
    const read = fromGoogle([{ role: "user", parts: [bare] }]);
    expect(read[0]?.parts[0]).toMatchObject({
      output: { type: "json", value: { temperature: 20 } },
    });
  });

  test("hold images as JSON, with a warning", () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    const output = { type: "content", value: [{ type: "text", text: "x" }, image] } as const;
    const request = toGoogle([user(text("go")), assistant(ask("a")), tell("a", output)]);
    const said = { output: [{ type: "text", text: "x" }, image] };
    expect(request.contents[2]?.parts?.[0]?.functionResponse?.response).toEqual(said);
    expect(kinds(request)).toEqual([["rendered-as-text", 2]]);
  });

  test("have names of the API's alphabet and arguments that are objects", () => {
    const part: Part = { ...ask("a", "4 u"), input: null, rawInput: "{" } as Part;
    const request = toGoogle([user(text("go")), assistant(part), tell("a")]);
    expect(request.contents[1]?.parts?.[0]).toEqual(call("_4_u", { arguments: "{" }, {}, "a"));
    expect(request.contents[2]?.parts?.[0]?.functionResponse?.name).toBe("_4_u");
    expect(kinds(request)).toEqual([
      ["changed-id", 1],
      ["changed-value", 1],
    ]);
  });
});

describe("contents", () => {
  test("system messages are the system instruction, later ones with a warning", () => {
    const system = (said: string): Payload => ({ role: "system", parts: [text(said)] });
    expect(toGoogle([system("a"), user(text("x"))]).config).toEqual({ systemInstruction: "a" });
    const request = toGoogle([system("a"), user(text("x")), system("b")]);
    expect(request.config).toEqual({
      systemInstruction: { parts: [{ text: "a" }, { text: "b" }] },
    });
    expect(kinds(request)).toEqual([["changed-order", 2]]);
    expect(toGoogle([user(text("x"))]).config).toEqual({});
  });

  test("files are inline data or files by URI; names and unreadable data are left out", () => {
    const request = toGoogle([
      user(
        {
          type: "file",
          mediaType: "image/*",
          url: "data:image/png;base64,AAAA",
          filename: "a.png",
        },
        { type: "file", mediaType: "image/*", url: "https://a/b" },
        { type: "file", mediaType: "video/mp4", url: "gs://a/b" },
        { type: "file", mediaType: "text/plain", url: "data:text/plain,%C3%A4" },
        { type: "file", mediaType: "image/png", url: "data:image/png;base64,A!" },
        { type: "file", mediaType: "image/png", data: "0".repeat(64) },
      ),
    ]);
    expect(request.contents[0]?.parts).toEqual([
      { inlineData: { mimeType: "image/png", data: "AAAA" } },
      { fileData: { fileUri: "https://a/b" } },
      { fileData: { fileUri: "gs://a/b", mimeType: "video/mp4" } },
      { inlineData: { mimeType: "text/plain", data: "w6Q=" } },
      { text: "[a file of image/png: no longer available]" },
    ]);
    expect(kinds(request)).toEqual([
      ["missing-file", 0],
      ["dropped-field", 0],
      ["dropped-part", 0],
    ]);
  });

  test("empty texts, thinking of others, their parts and names are left out with a warning", () => {
    const request = toGoogle([
      { ...user(text(""), text("x")), name: "Ann" } as Payload,
      assistant({ type: "reasoning", text: "hm" }, text("y")),
      assistant({ type: "custom", kind: "anthropic.block", value: {} }),
      user(),
    ]);
    expect(request.contents.map(({ parts }) => parts)).toEqual([[{ text: "x" }], [{ text: "y" }]]);
    expect(kinds(request)).toEqual([
      ["dropped-field", 0],
      ["dropped-part", 0],
      ["dropped-part", 1],
      ["dropped-part", 2],
      ["dropped-message", 3],
    ]);
  });

  test("thoughts are reasoning", () => {
    const [payload] = fromGoogle([{ role: "model", parts: [{ text: "hm", thought: true }] }]);
    expect(payload?.parts[0]).toMatchObject({ type: "reasoning", text: "hm" });
  });
});

describe("what is no content is named by its index and place", () => {
  const good = { role: "user", parts: [{ text: "hello" }] };
  const model = (...parts: unknown[]) => ({ role: "model", parts });
  test.each<[string, unknown, string]>([
    ["not an object", "x", "/1"],
    ["an unknown role", { role: "assistant", parts: [] }, "/1/role"],
    ["parts that are no array", { role: "user", parts: {} }, "/1/parts"],
    ["a part that is no object", model("x"), "/1/parts/0"],
    ["a text that is none", model({ text: 1 }), "/1/parts/0/text"],
    ["a call without a name", model({ functionCall: {} }), "/1/parts/0/functionCall/name"],
    ["args that are a text", model(call("f", "{}")), "/1/parts/0/functionCall/args"],
    ["a call of the user", { role: "user", parts: [call("f")] }, "/1/parts/0"],
    ["a response of the model", model(response("f", {})), "/1/parts/0"],
    [
      "a response that is a text",
      { role: "user", parts: [response("f", "x")] },
      "/1/parts/0/functionResponse/response",
    ],
    ["a file without a URI", model({ fileData: {} }), "/1/parts/0/fileData/fileUri"],
    ["data that is none", model({ inlineData: {} }), "/1/parts/0/inlineData/data"],
  ])("%s", (_, content, pointer) => {
    const error = thrown(() => fromGoogle([good, content]));
    expect(isVarveError(error, "Format") && error.details).toEqual({ index: 1, pointer });
  });

  test("a list that is none, and a system instruction that is none", () => {
    for (const list of [undefined, null, {}, "x"]) {
      expect(
        isVarveError(
          thrown(() => fromGoogle(list as never)),
          "Format",
        ),
      ).toBe(true);
    }
    for (const [system, pointer] of [
      [5, "/systemInstruction"],
      [[{ text: 1 }], "/systemInstruction/0/text"],
      [{ parts: [5] }, "/systemInstruction/parts/0"],
    ] as const) {
      const error = thrown(() => fromGoogle([], { systemInstruction: system }));
      expect(isVarveError(error, "Format") && error.details).toEqual({ pointer });
    }
  });
});
