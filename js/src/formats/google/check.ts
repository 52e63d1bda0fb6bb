// What Gemini's API would refuse. The rules are listed in docs/formats.md.
import { isObject } from "../calls.js";
import { isBase64 } from "../data-url.js";
import { collect, type FormatProblem, type Report } from "../problems.js";
import { demandsSignatures, unsignedCalls } from "./models.js";
import { NAME } from "./write.js";

const CONTENT = "Generating content";
const CALLS = "Function calling with the Gemini API";

/** Each rule, and the title of the page of the Gemini API's documentation that states it. */
const SOURCES: Readonly<Record<string, string>> = {
  "no-contents": CONTENT,
  role: CONTENT,
  parts: CONTENT,
  "empty-parts": CONTENT,
  "part-data": CONTENT,
  "call-place": CALLS,
  "response-place": CALLS,
  "response-count": CALLS,
  "call-role": CALLS,
  "function-name": CALLS,
  args: CALLS,
  response: CALLS,
  "inline-data": CONTENT,
  "system-text": "Text generation",
  "missing-signature": "Thought signatures",
};

/** The members of a part that hold its data: each part has one of them. */
const DATA = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
  "toolCall",
  "toolResponse",
  "audioTranscription",
];

type Part = Record<string, unknown>;

interface Content {
  readonly role: unknown;
  readonly parts: readonly Part[];
}

/**
 * What the API would answer with an error 400, as far as that can be told from the request. Rules that
 * depend on the model are checked where the request names it. `index` is that of the content, -1 for
 * what stands elsewhere in the request.
 */
export function checkGoogle(params: {
  readonly contents: readonly unknown[];
  readonly config?: { readonly systemInstruction?: unknown } | undefined;
  readonly model?: string;
}): FormatProblem[] {
  const { contents: list, config, model } = params;
  return collect(SOURCES, (report) => {
    if (list.length === 0) report("no-contents", -1, "a request has at least one content");
    const contents = list.map((content, index) => readContent(content, index, report));
    contents.forEach((content, index) => {
      for (const part of content.parts) checkPart(part, content.role, index, report);
      checkTurn(content, contents[index - 1], contents[index + 1], index, report);
    });
    checkInstruction(config?.systemInstruction, report);
    if (model === undefined || !demandsSignatures(model)) return;
    for (const index of unsignedCalls(contents)) {
      report("missing-signature", index, `the first call has no thoughtSignature for ${model}`);
    }
  });
}

function readContent(content: unknown, index: number, report: Report): Content {
  if (!isObject(content)) {
    report("parts", index, "a content is an object with parts");
    return { role: undefined, parts: [] };
  }
  const { role, parts } = content;
  if (role !== undefined && role !== "user" && role !== "model" && role !== "function") {
    report("role", index, `no content has the role ${JSON.stringify(role)}`);
  }
  if (!Array.isArray(parts)) {
    report("parts", index, "a content has an array of parts");
    return { role, parts: [] };
  }
  if (parts.length === 0) report("empty-parts", index, "a content has at least one part");
  const known = parts.filter((part: unknown): part is typeof content => {
    if (!isObject(part)) report("parts", index, "a part is an object");
    return isObject(part);
  });
  return { role, parts: known };
}

const countOf = (content: Content | undefined, name: string) =>
  content?.parts.filter((part) => part[name] !== undefined).length ?? 0;

/** Calls follow the user or responses; responses follow calls, and are as many. */
function checkTurn(
  content: Content,
  before: Content | undefined,
  after: Content | undefined,
  index: number,
  report: Report,
): void {
  const calls = countOf(content, "functionCall");
  if (calls > 0 && (before === undefined || before.role === "model")) {
    report("call-place", index, "calls stand right behind a content of the user");
  }
  if (calls > 0 && countOf(after, "functionResponse") !== calls) {
    report("response-count", index, `${calls} calls have as many responses in the next content`);
  }
  if (countOf(content, "functionResponse") > 0 && countOf(before, "functionCall") === 0) {
    report("response-place", index, "responses stand right behind their calls");
  }
}

function checkPart(part: Part, role: unknown, index: number, report: Report): void {
  const data = DATA.filter((name) => part[name] !== undefined);
  const empty = part.text === "" && part.thoughtSignature === undefined;
  if (data.length !== 1 || empty) report("part-data", index, "a part has one kind of data");
  const { functionCall: call, functionResponse: response, inlineData } = part;
  if (call !== undefined) {
    if (role !== "model") report("call-role", index, "only the model calls functions");
    checkName(call, index, report);
    if (isObject(call) && call.args !== undefined && !isObject(call.args)) {
      report("args", index, "a call's args are an object");
    }
  }
  if (response !== undefined) {
    if (role === "model") report("call-role", index, "the model gives no responses");
    checkName(response, index, report);
    if (isObject(response) && !isObject(response.response)) {
      report("response", index, "a response is an object");
    }
  }
  if (inlineData === undefined) return;
  const { mimeType, data: bytes } = isObject(inlineData) ? inlineData : {};
  if (typeof mimeType !== "string" || typeof bytes !== "string" || !isBase64(bytes)) {
    report("inline-data", index, "inline data is base64 and has a media type");
  }
}

function checkName(function_: unknown, index: number, report: Report): void {
  const name = isObject(function_) ? function_.name : undefined;
  if (typeof name === "string" && NAME.test(name)) return;
  report("function-name", index, `a function's name matches ${NAME.source}`);
}

function checkInstruction(system: unknown, report: Report): void {
  if (system === undefined || typeof system === "string") return;
  const parts = isObject(system) && Array.isArray(system.parts) ? system.parts : [system].flat();
  for (const part of parts as unknown[]) {
    const text = isObject(part) ? part.text : part;
    if (typeof text !== "string") report("system-text", -1, "a system instruction is text");
  }
}
