// Model messages of UI messages: what `convertToModelMessages` of the package `ai` makes of them,
// without tools (so without their `toModelOutput`) and without a converter for `data-*` parts.
import type { AISDKUIMessage, AISDKUIPart } from "./types.js";

/** The majors of the package `ai` that differ in what they make of UI messages. */
export type AISDKMajor = 6 | 7;

type Members = Record<string, unknown>;

interface Approval extends Members {
  id: string;
  approved?: boolean;
  reason?: string;
}

/** The model messages of one UI message; `superseded`: a later user message ends what waits. */
export function deriveModelMessages(
  message: AISDKUIMessage,
  superseded: boolean,
  major: AISDKMajor,
): Members[] {
  switch (message.role) {
    case "system":
      return [deriveSystem(message)];
    case "user":
      return [{ role: "user", content: message.parts.flatMap((part) => deriveUser(part, major)) }];
    case "assistant": {
      // A request that nobody answered before the user went on is no call any more.
      const waits = (part: AISDKUIPart) => isTool(part) && part.state === "approval-requested";
      const gone = major === 7 && superseded;
      const parts = gone ? message.parts.filter((part) => !waits(part)) : message.parts;
      return deriveAssistant(parts, major);
    }
  }
}

function deriveSystem({ parts }: AISDKUIMessage): Members {
  const texts = parts.filter((part) => part.type === "text");
  const options: Members = Object.assign({}, ...texts.map((part) => part.providerMetadata ?? {}));
  return {
    role: "system",
    content: texts.map((part) => part.text).join(""),
    ...(Object.keys(options).length === 0 ? {} : { providerOptions: options }),
  };
}

function deriveUser(part: AISDKUIPart, major: AISDKMajor): Members[] {
  if (part.type === "text") return [deriveText(part)];
  return part.type === "file" ? [deriveFile(part, major)] : [];
}

function deriveAssistant(parts: readonly AISDKUIPart[], major: AISDKMajor): Members[] {
  const messages: Members[] = [];
  let block: AISDKUIPart[] = [];
  const end = () => {
    const content = block.flatMap((part) => deriveSaid(part, major));
    if (content.length > 0) messages.push({ role: "assistant", content });
    const results = block.flatMap((part) => (isTool(part) ? deriveAnswer(part, major) : []));
    if (results.length > 0) messages.push({ role: "tool", content: results });
    block = [];
  };
  for (const part of parts) {
    if (part.type === "step-start") end();
    else if (part.type === "steering-message" && major === 7) {
      end();
      const steering = part.parts as AISDKUIPart[];
      messages.push({ role: "user", content: steering.flatMap((each) => deriveUser(each, major)) });
    } else block.push(part);
  }
  end();
  return messages;
}

/** What a part puts into the assistant's message. */
function deriveSaid(part: AISDKUIPart, major: AISDKMajor): Members[] {
  const { type, providerMetadata: providerOptions } = part;
  if (isTool(part)) return deriveCall(part, major);
  if (type === "text") return [deriveText(part)];
  if (type === "file") return [deriveFile(part, major)];
  if (type === "reasoning") return [{ type, text: part.text, providerOptions }];
  if (major === 7 && type === "custom") return [{ type, kind: part.kind, ...optionsOf(part) }];
  if (major === 7 && type === "reasoning-file") {
    return [{ type, data: urlData(part.url), mediaType: part.mediaType, providerOptions }];
  }
  return [];
}

function deriveText(part: AISDKUIPart): Members {
  return { type: "text", text: part.text, ...optionsOf(part) };
}

function deriveFile(part: AISDKUIPart, major: AISDKMajor): Members {
  const { mediaType, filename, url, providerReference: reference } = part;
  const uploaded = reference !== undefined && reference !== null;
  const data = uploaded ? { type: "reference", reference } : urlData(url);
  return { type: "file", mediaType, filename, data: major === 7 ? data : url, ...optionsOf(part) };
}

/** A URL that cannot be read stays a text, and is taken for base64. */
function urlData(url: unknown): unknown {
  try {
    return { type: "url", url: new URL(url as string) };
  } catch {
    return url;
  }
}

function deriveCall(part: AISDKUIPart, major: AISDKMajor): Members[] {
  const { state, toolCallId, providerExecuted } = part;
  if (state === "input-streaming") return [];
  const failed = state === "output-error";
  const options =
    part.callProviderMetadata ?? (failed ? part.resultProviderMetadata : undefined) ?? undefined;
  const call = {
    type: "tool-call",
    toolCallId,
    toolName: toolNameOf(part),
    input: failed ? (part.input ?? part.rawInput) : part.input,
    providerExecuted,
    ...(options === undefined ? {} : { providerOptions: options }),
  };
  const approval = part.approval as Approval | undefined;
  const request = approval === undefined ? [] : [deriveRequest(part, approval, major)];
  const answered = state === "output-available" || failed;
  if (providerExecuted !== true || !answered) return [call, ...request];
  const output = failed ? { type: "error-json", value: part.errorText ?? null } : outputOf(part);
  const metadata = part.resultProviderMetadata ?? part.callProviderMetadata;
  return [call, ...request, resultOf(part, output, metadata)];
}

function deriveRequest(part: AISDKUIPart, approval: Approval, major: AISDKMajor): Members {
  const { id, requestReason, signature, inputSchemaInput, isAutomatic } = approval;
  const more = major === 7 ? { isAutomatic, ...given("reason", requestReason) } : {};
  return {
    type: "tool-approval-request",
    approvalId: id,
    toolCallId: part.toolCallId,
    ...more,
    ...(Object.hasOwn(approval, "inputSchemaInput") ? { inputSchemaInput } : {}),
    ...given("signature", signature),
  };
}

/** What a tool's part puts into the tool's message. */
function deriveAnswer(part: AISDKUIPart, major: AISDKMajor): Members[] {
  const { state, providerExecuted } = part;
  const approval = part.approval as Approval | undefined;
  const answer: Members[] = [];
  const decided = approval?.approved !== undefined && approval.approved !== null;
  if (providerExecuted === true && !decided) return [];
  if (decided) {
    const { id: approvalId, approved, reason } = approval;
    const type = "tool-approval-response";
    answer.push({ type, approvalId, approved, reason, providerExecuted });
  }
  const metadata = part.callProviderMetadata;
  if (major === 7 && state === "approval-responded" && approval?.approved === false) {
    const output = { type: "execution-denied", reason: approval.reason };
    answer.push(resultOf(part, output, metadata));
  }
  if (providerExecuted === true) return answer;
  if (state === "output-denied") {
    const value = approval?.reason ?? "Tool call execution denied.";
    answer.push(resultOf(part, { type: "error-text", value }, metadata));
  } else if (state === "output-error") {
    answer.push(resultOf(part, { type: "error-text", value: part.errorText }, metadata));
  } else if (state === "output-available") {
    answer.push(resultOf(part, outputOf(part), metadata));
  }
  return answer;
}

function resultOf(part: AISDKUIPart, output: Members, metadata: unknown): Members {
  return {
    type: "tool-result",
    toolCallId: part.toolCallId,
    toolName: toolNameOf(part),
    output,
    ...given("providerOptions", metadata),
  };
}

function outputOf({ type, dynamic, output }: AISDKUIPart): Members {
  if (type === "dynamic-tool" && dynamic === false) {
    const value = "Tool output omitted because the tool is no longer available.";
    return { type: "text", value };
  }
  return typeof output === "string"
    ? { type: "text", value: output }
    : { type: "json", value: output ?? null };
}

function optionsOf(part: AISDKUIPart): Members {
  return given("providerOptions", part.providerMetadata);
}

/** A member that is left out where it is null or undefined. */
function given(name: string, value: unknown): Members {
  return value === undefined || value === null ? {} : { [name]: value };
}

function isTool({ type }: AISDKUIPart): boolean {
  return type.startsWith("tool-") || type === "dynamic-tool";
}

function toolNameOf({ type, toolName }: AISDKUIPart): unknown {
  return type === "dynamic-tool" ? toolName : type.slice("tool-".length);
}
