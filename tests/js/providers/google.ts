// A stand-in for Gemini's generateContent: its rules as "Generating content", "Function calling" and
// "Thought signatures" of Google's documentation have them, and its stream.
import { costOf, pieces, refuse, type Scripted, type Wire } from "./script.js";

const DATA = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
];

const sign = (model: string, what: string) =>
  Buffer.from(`signed:${model}:${what}`).toString("base64");

/** Throws what the API would answer with status 400. */
export function checkContents({ contents, systemInstruction, tools }: Wire, model: string): void {
  if (!Array.isArray(contents) || contents.length === 0) {
    refuse("* GenerateContentRequest.contents: contents is not specified");
  }
  if (systemInstruction !== undefined && !systemInstruction.parts?.length) {
    refuse("* GenerateContentRequest.system_instruction.parts: contents.parts must not be empty.");
  }
  for (const { functionDeclarations } of tools ?? []) {
    for (const { name } of functionDeclarations ?? [])
      checkName(name, "tools[0].function_declarations[0].name");
  }
  let calls: Wire[] | undefined;
  contents.forEach((content: Wire, index: number) => {
    const { role = "user", parts } = content;
    if (!["user", "model"].includes(role)) refuse("Please use a valid role: user, model.");
    if (!Array.isArray(parts) || parts.length === 0) {
      refuse(
        `* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.`,
      );
    }
    for (const part of parts) checkPart(part, index, model);
    const responses = parts.filter((part: Wire) => part.functionResponse);
    if (responses.length > 0 && role === "model")
      refuse("Please ensure that function response turn has the user role.");
    if (calls === undefined && responses.length > 0) {
      refuse(
        "Please ensure that function response turn comes immediately after a function call turn.",
      );
    }
    if (calls !== undefined) {
      if (responses.length !== calls.length) {
        refuse(
          "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
        );
      }
      const names = (list: Wire[], key: string) =>
        list
          .map((part) => part[key].name)
          .sort()
          .join();
      if (names(calls, "functionCall") !== names(responses, "functionResponse")) {
        refuse(
          "Please ensure that function response parts have the names of the function call parts.",
        );
      }
    }
    const made = parts.filter((part: Wire) => part.functionCall);
    calls = made.length > 0 ? made : undefined;
    if (calls === undefined) return;
    if (role !== "model") refuse("Please ensure that function call turn has the model role.");
    const before = contents[index - 1];
    if (before === undefined || before.role === "model") {
      refuse(
        "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
      );
    }
  });
  if (calls !== undefined)
    refuse("Please ensure that function call turn is followed by a function response turn.");
  if (/gemini-([3-9]|\d\d)/.test(model)) checkSignatures(contents);
}

function checkPart(part: Wire, index: number, model: string): void {
  const data = DATA.filter((name) => part[name] !== undefined);
  if (data.length !== 1) {
    refuse(
      `* GenerateContentRequest.contents[${index}].parts[0].data: required oneof field 'data' must have one initialized field`,
    );
  }
  const { functionCall: call, functionResponse: response, thoughtSignature } = part;
  if (call) {
    checkName(call.name, `GenerateContentRequest.contents[${index}].parts[0].function_call.name`);
    if (call.args !== undefined && !isStruct(call.args))
      refuse("Invalid value at 'function_call.args' (type.googleapis.com/google.protobuf.Struct)");
  }
  if (response) {
    checkName(
      response.name,
      `GenerateContentRequest.contents[${index}].parts[0].function_response.name`,
    );
    if (response.response !== undefined && !isStruct(response.response)) {
      refuse(
        "Invalid value at 'function_response.response' (type.googleapis.com/google.protobuf.Struct)",
      );
    }
  }
  if (thoughtSignature !== undefined) {
    const plain = Buffer.from(thoughtSignature, "base64").toString();
    if (!plain.startsWith(`signed:${model}:`)) refuse("Thought signature is not valid.");
  }
}

const isStruct = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checkName(name: unknown, at: string): void {
  if (typeof name !== "string" || !/^[a-zA-Z_][\w.:-]{0,127}$/.test(name))
    refuse(`* ${at}: Name cannot be empty, and must begin with a letter or an underscore.`);
}

/** In the current turn, the first call of each of the model's contents has its signature. */
function checkSignatures(contents: Wire[]): void {
  for (let index = contents.length - 1; index >= 0; index--) {
    const { role, parts } = contents[index];
    if (role !== "model" && parts.some((part: Wire) => !part.functionResponse)) return;
    const first = parts.find((part: Wire) => part.functionCall);
    if (first && !first.thoughtSignature) {
      refuse(
        `Function call \`${first.functionCall.name}\` in the ${index + 1}. content block is missing a \`thought_signature\`. Learn more: https://ai.google.dev/gemini-api/docs/thought-signatures`,
      );
    }
  }
}

/** The stream of an answer: each chunk a response. */
export function* streamContents(
  request: Wire,
  answer: Scripted,
  number: number,
  model: string,
): Generator<Wire> {
  const cost = costOf(request, answer);
  const chunk = (parts: Wire[], more: object = {}, usage: object = {}) => ({
    candidates: [{ index: 0, content: { role: "model", parts }, ...more }],
    usageMetadata: { promptTokenCount: cost.input, totalTokenCount: cost.input, ...usage },
    modelVersion: model,
    responseId: `response-${number}`,
  });
  for (const text of pieces(answer.thought ?? "", 20)) yield chunk([{ text, thought: true }]);
  for (const text of pieces(answer.text ?? "", 20)) yield chunk([{ text }]);
  const calls = (answer.calls ?? []).map(({ name, args }, index) => ({
    functionCall: { name, args: JSON.parse(args) },
    ...(index === 0 ? { thoughtSignature: sign(model, `${number}`) } : {}),
  }));
  for (const call of calls) yield chunk([call]);
  // Answers without calls may be signed as well, on a part that says nothing.
  const end =
    calls.length === 0 ? [{ text: "", thoughtSignature: sign(model, "end") }] : [{ text: "" }];
  yield chunk(
    end,
    { finishReason: "STOP" },
    {
      candidatesTokenCount: cost.output,
      thoughtsTokenCount: cost.thought,
      cachedContentTokenCount: cost.cached,
      totalTokenCount: cost.input + cost.output + cost.thought,
    },
  );
}

/** The same answer to a request that wants no stream: the last chunk, with the parts of all. */
export function wholeContents(...args: Parameters<typeof streamContents>): Wire {
  const chunks = [...streamContents(...args)];
  const parts = chunks.flatMap(({ candidates: [{ content }] }) => content.parts);
  const { candidates, ...last } = chunks.at(-1);
  return { ...last, candidates: [{ ...candidates[0], content: { role: "model", parts } }] };
}
