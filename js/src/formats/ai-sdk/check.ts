// What the AI SDK would refuse of model messages, and every provider behind it.
import { type Loose, list, object, show } from "../inspect.js";
import { collect, type FormatProblem, type Report } from "../problems.js";

const MESSAGE = "ModelMessage";

/** For each rule the title of the page of the AI SDK's documentation that states it. */
const SOURCES: Readonly<Record<string, string>> = {
  "messages-empty": "AI_InvalidPromptError",
  "message-object": MESSAGE,
  role: MESSAGE,
  content: MESSAGE,
  part: MESSAGE,
  output: MESSAGE,
  options: MESSAGE,
  "calls-answered": "Missing Tool Results Error",
  "result-without-call": "Missing Tool Results Error",
  "approval-without-request": "AI_InvalidToolApprovalError",
  "request-without-call": "AI_InvalidToolApprovalError",
};

/** The types of parts, by role. */
const PARTS: Readonly<Record<string, readonly unknown[]>> = {
  user: ["text", "image", "file"],
  assistant: [
    ...["text", "custom", "file", "reasoning", "reasoning-file", "tool-call", "tool-result"],
    "tool-approval-request",
  ],
  tool: ["tool-result", "tool-approval-response"],
};

/** Members of parts that have to be texts. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  text: ["text"],
  reasoning: ["text"],
  file: ["mediaType"],
  "reasoning-file": ["mediaType"],
  custom: ["kind"],
  "tool-call": ["toolCallId", "toolName"],
  "tool-result": ["toolCallId", "toolName"],
  "tool-approval-request": ["approvalId", "toolCallId"],
  "tool-approval-response": ["approvalId"],
};

/**
 * Everything that the AI SDK would refuse of these model messages before it asks a provider, in
 * order; empty for messages that it takes. System messages among them are taken for allowed
 * (`allowSystemInMessages`); calls that wait for an approval which the last message gives are not
 * missed, since the SDK answers them itself.
 */
export function checkAISDK(messages: readonly unknown[]): FormatProblem[] {
  return collect(SOURCES, (report) => {
    if (messages.length === 0) report("messages-empty", 0, "there is no message");
    for (const [index, value] of messages.entries()) checkMessage(object(value), index, report);
    checkCalls(messages, report);
  });
}

function checkMessage(message: Loose | undefined, index: number, report: Report): void {
  if (message === undefined) {
    report("message-object", index, "a message is not an object");
    return;
  }
  const { role, content } = message;
  checkOptions(message, index, "the message", report);
  const types = PARTS[String(role)];
  if (types === undefined && role !== "system") {
    report("role", index, `the role is ${show(role)}`);
    return;
  }
  if (typeof content === "string" && role !== "tool") return;
  if (types === undefined || !Array.isArray(content)) {
    report("content", index, `the content of the ${role} has the wrong form`);
    return;
  }
  for (const [position, value] of content.entries()) {
    const part = object(value);
    const place = `content[${position}]`;
    const wrong = partProblem(part, types);
    if (wrong !== undefined) report("part", index, `${place} ${wrong}`);
    if (part === undefined) continue;
    checkOptions(part, index, place, report);
    const output = part.type === "tool-result" ? outputProblem(object(part.output)) : undefined;
    if (output !== undefined) report("output", index, `the output of ${place} ${output}`);
  }
}

function partProblem(part: Loose | undefined, types: readonly unknown[]): string | undefined {
  if (part === undefined) return "is not an object";
  if (!types.includes(part.type)) return `has the type ${show(part.type)}, expected ${types}`;
  const wrong = TEXTS[String(part.type)]?.find((name) => typeof part[name] !== "string");
  if (wrong !== undefined) return `has no text as its ${wrong}`;
  if (part.type === "tool-approval-response" && typeof part.approved !== "boolean") {
    return "does not say whether it approves";
  }
  const data = part.type === "image" ? part.image : part.data;
  const file = part.type === "file" || part.type === "image" || part.type === "reasoning-file";
  return file && typeof data !== "string" && object(data) === undefined ? "has no data" : undefined;
}

function outputProblem(output: Loose | undefined): string | undefined {
  if (output === undefined) return "is not an object";
  const { type, value } = output;
  switch (type) {
    case "text":
    case "error-text":
      return typeof value === "string" ? undefined : "has no text as its value";
    case "json":
    case "error-json":
      return value === undefined ? "has no value" : undefined;
    case "execution-denied":
      return undefined;
    case "content": {
      const parts = Array.isArray(value) && value.every((part) => object(part)?.type !== undefined);
      return parts ? undefined : "has no parts with a type as its value";
    }
    default:
      return `has the type ${show(type)}`;
  }
}

/** Options hold an object for each provider. */
function checkOptions(holder: Loose, index: number, what: string, report: Report): void {
  const options = holder.providerOptions;
  if (options === undefined) return;
  const given = object(options);
  if (given === undefined || Object.values(given).some((each) => object(each) === undefined)) {
    report("options", index, `the providerOptions of ${what} hold no object for a provider`);
  }
}

function checkCalls(messages: readonly unknown[], report: Report): void {
  const open = new Map<unknown, number>();
  const made = new Set<unknown>();
  const requests = new Map<unknown, unknown>();
  const close = () => {
    for (const [id, index] of open) {
      report("calls-answered", index, `the call ${show(id)} has no result`);
    }
    open.clear();
  };
  messages.forEach((value, index) => {
    const message = object(value);
    if (message?.role === "user" || message?.role === "system") close();
    const last = index === messages.length - 1;
    for (const part of list(message?.content).map(object)) {
      if (part?.type === "tool-call") {
        made.add(part.toolCallId);
        if (part.providerExecuted !== true) open.set(part.toolCallId, index);
      } else if (part?.type === "tool-result") {
        open.delete(part.toolCallId);
        if (!made.has(part.toolCallId)) {
          const text = `the result names the call ${show(part.toolCallId)}, which nobody made`;
          report("result-without-call", index, text);
        }
      } else if (part?.type === "tool-approval-request") {
        requests.set(part.approvalId, part.toolCallId);
        if (!made.has(part.toolCallId)) {
          const text = `the request names the call ${show(part.toolCallId)}, which nobody made`;
          report("request-without-call", index, text);
        }
      } else if (part?.type === "tool-approval-response" && last) {
        if (!requests.has(part.approvalId)) {
          const text = `nobody asked for the approval ${show(part.approvalId)}`;
          report("approval-without-request", index, text);
        }
        open.delete(requests.get(part.approvalId));
      }
    }
  });
  close();
}
