// From parts of varve to Gemini's parts.
import type { FilePart, Part, ToolResultPart } from "../../types/content.js";
import type { JsonInput } from "../../types/json.js";
import { type Answer, type Call, jsonText } from "../arrange.js";
import { argumentsObject, isObject, legalName } from "../calls.js";
import { encodeText, isBase64, parseDataUrl } from "../data-url.js";
import { isFormatPart } from "../messages.js";
import { partOfOutput } from "../outputs.js";
import type { Warn } from "../warnings.js";
import { OPAQUE, type PartHints, recallPart } from "./hints.js";
import { isSameModel } from "./models.js";
import type { GooglePart } from "./types.js";

/** Names of functions, as `FunctionDeclaration` describes them. */
export const NAME: RegExp = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/;
const OTHER = /[^a-zA-Z0-9_.:-]/g;

/** A text, reasoning, file or custom part as a part; undefined, with a warning, where it has none. */
export function writePart(
  part: Part,
  role: string,
  model: string | undefined,
  warn: Warn,
): GooglePart | undefined {
  const hint = recallPart(part.provider);
  const drop = (why: string) => {
    warn("dropped-part", `a ${part.type} part is left out: ${why}`);
    return undefined;
  };
  if (part.type === "custom") {
    if (part.kind === OPAQUE) {
      if (role === "system") return drop("a system instruction is text");
      return part.value as unknown as GooglePart;
    }
    if (isFormatPart(part)) return drop(`only ${part.kind.split(".")[0]} understands it`);
    warn("rendered-as-text", `a custom part ${JSON.stringify(part.kind)} is sent as JSON text`);
    return { text: jsonText(part.value) };
  }
  const rest = signatureAnd(hint, model, warn);
  switch (part.type) {
    case "text":
      if (part.text === "" && rest.thoughtSignature === undefined) {
        return drop("the API takes no empty text");
      }
      return { text: part.text, ...rest };
    case "reasoning":
      if (hint.thought !== true) return drop("thinking of another provider has no signature");
      if (part.text === "" && rest.thoughtSignature === undefined) {
        return drop("the API takes no empty text");
      }
      return role === "model"
        ? { text: part.text, thought: true, ...rest }
        : drop(`thinking of a ${role} has no form in this format`);
    case "file": {
      if (part.url === undefined)
        return drop("its bytes are in the repository, not in the message");
      if (role === "system") return drop("a system instruction is text");
      const data = hint.type ? ownFile(part.url, part, hint) : writeFile(part.url, part, warn);
      return data === undefined ? drop("its data cannot be read") : { ...data, ...rest };
    }
    default:
      return drop(`it has no place in a content of the ${role}`);
  }
}

/** A signature goes back to the model it is from, with the part it came with, or not at all. */
function signatureAnd(
  { signature, model, fields }: Partial<PartHints>,
  target: string | undefined,
  warn: Warn,
): { thoughtSignature?: string } {
  if (signature === undefined) return { ...fields };
  if (model !== undefined && target !== undefined && !isSameModel(model, target)) {
    warn("dropped-field", `a signature of ${model} is left out, ${target} cannot read it`);
    return { ...fields };
  }
  return { thoughtSignature: signature, ...fields };
}

function ownFile(url: string, part: FilePart, hint: Partial<PartHints>): GooglePart {
  const { type, inner } = hint;
  const mimeType = hint.mimeType === "absent" ? {} : { mimeType: part.mediaType };
  const displayName = part.filename === undefined ? {} : { displayName: part.filename };
  if (type === "fileData") {
    return { fileData: { fileUri: url, ...mimeType, ...displayName, ...inner } };
  }
  const data = url.slice(url.indexOf(",") + 1);
  return { inlineData: { data, ...mimeType, ...displayName, ...inner } };
}

function writeFile(url: string, part: FilePart, warn: Warn): GooglePart | undefined {
  if (part.filename !== undefined) {
    warn("dropped-field", `the name of the file ${JSON.stringify(part.filename)} is left out`);
  }
  const wild = part.mediaType.endsWith("/*");
  if (!/^data:/i.test(url)) {
    if (url === "") return undefined;
    return { fileData: { fileUri: url, ...(wild ? {} : { mimeType: part.mediaType }) } };
  }
  const parsed = parseDataUrl(url);
  const data = parsed?.base64 ?? encodeText(parsed?.text ?? "");
  if (parsed === undefined || !isBase64(data)) return undefined;
  return { inlineData: { mimeType: wild ? parsed.mediaType : part.mediaType, data } };
}

/** A call as a part. */
export function writeCall(call: Call, model: string | undefined, warn: Warn): GooglePart {
  const { part } = call;
  const hint = recallPart(part.provider);
  call.name = legalName(part.toolName, NAME, OTHER, warn);
  const args = argumentsObject(part, warn) as Record<string, unknown>;
  const bare = hint.args === "absent" && Object.keys(args).length === 0;
  return {
    functionCall: {
      ...(hint.id === null ? {} : { id: part.callId }),
      name: call.name,
      ...(bare ? {} : { args }),
      ...hint.inner,
    },
    ...signatureAnd(hint, model, warn),
  };
}

/** A result as a part, with an id if its call has one and it has to have it. */
export function writeResult(
  { part, call }: Answer,
  withId: boolean,
  model: string | undefined,
  warn: Warn,
): GooglePart {
  const hint = recallPart(part.provider);
  const id = hint.id ?? (withId && !isWithoutId(call) ? part.callId : null);
  if (part.toolName !== undefined && part.toolName !== call.part.toolName) {
    warn("changed-id", `the result of ${part.toolName} goes by the name of its call, ${call.name}`);
  }
  const response = responseOf(part, hint);
  if (part.output.type === "content" && part.output.value.some((each) => !isText(each))) {
    warn("rendered-as-text", "an output is sent as JSON, though not all of it is text");
  }
  return {
    functionResponse: {
      ...(id === null ? {} : { id }),
      name: call.name,
      ...(response === undefined ? {} : { response }),
      ...hint.inner,
    },
    ...signatureAnd(hint, model, warn),
  };
}

/** Whether a result has no id of its own, and needs none. */
export function isNameless({ part, call }: Answer): boolean {
  const { id } = recallPart(part.provider);
  return id === null || (id === undefined && isWithoutId(call));
}

/** Whether a call came without an id. */
export function isWithoutId({ part }: Call): boolean {
  return recallPart(part.provider).id === null;
}

const isText = (element: JsonInput) => partOfOutput(element)?.type === "text";

function responseOf(
  { output }: ToolResultPart,
  hint: Partial<PartHints>,
): Record<string, unknown> | undefined {
  switch (output.type) {
    case "text":
      return hint.response === "absent" && output.value === ""
        ? undefined
        : { output: output.value };
    case "json":
      return hint.response === "bare" && isObject(output.value)
        ? output.value
        : { output: output.value };
    case "error-text":
    case "error-json":
      return { error: output.value };
    case "execution-denied":
      return { error: output.reason ?? "execution denied" };
    case "content":
      return { output: output.value as readonly JsonInput[] };
  }
}
