// What OpenAI would refuse of Chat Completions messages.

import { calledName, type Loose, list, object, show } from "../inspect.js";
import { collect, type FormatProblem, type Report } from "../problems.js";

const REFERENCE = "Create chat completion";
const CALLING = "Function calling";

/** For each rule the title of the page of OpenAI's documentation that states it. */
const SOURCES: Readonly<Record<string, string>> = {
  "messages-empty": REFERENCE,
  "message-object": REFERENCE,
  role: REFERENCE,
  name: REFERENCE,
  "content-required": REFERENCE,
  "content-empty": REFERENCE,
  "content-part": REFERENCE,
  "calls-empty": REFERENCE,
  "call-form": REFERENCE,
  "call-id": REFERENCE,
  "call-name": REFERENCE,
  "calls-answered": CALLING,
  "result-without-call": CALLING,
};

const TEXT: readonly unknown[] = ["text"];

/** The types of content parts, by role. */
const PARTS: Readonly<Record<string, readonly unknown[]>> = {
  system: TEXT,
  developer: TEXT,
  tool: TEXT,
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
};

/** The API's own limit for ids of calls. */
const MAX_ID = 40;

/**
 * Everything that OpenAI's Chat Completions API would refuse of these messages with status 400, in
 * order; empty for messages that it takes. Whether a model, an image or a file exists, and what other
 * servers that speak the format want, is not looked at.
 */
export function checkOpenAIChat(messages: readonly unknown[]): FormatProblem[] {
  return collect(SOURCES, (report) => {
    if (messages.length === 0) report("messages-empty", 0, "there is no message");
    const open = new Set<string>(); // calls that wait for their answer
    let caller = 0;
    const close = () => {
      for (const id of open) {
        report("calls-answered", caller, `the call ${show(id)} has no tool message behind it`);
      }
      open.clear();
    };
    messages.forEach((value, index) => {
      const message = object(value);
      if (message === undefined) {
        report("message-object", index, "a message is not an object");
        return;
      }
      if (message.role === "tool") {
        const id = message.tool_call_id;
        if (typeof id !== "string" || !open.delete(id)) {
          const text = `the result names the call ${show(id)}, which does not wait for one`;
          report("result-without-call", index, text);
        }
      } else {
        close();
        caller = index;
      }
      checkContent(message, index, report);
      for (const id of checkCalls(message, index, report)) open.add(id);
    });
    close();
  });
}

function checkContent(message: Loose, index: number, report: Report): void {
  const { role, content, name } = message;
  const types = PARTS[String(role)];
  if (role === "function") {
    if (typeof name !== "string") report("name", index, "a function's message has no name");
    return;
  }
  if (types === undefined) {
    report("role", index, `the role is ${show(role)}`);
    return;
  }
  if (name !== undefined && name !== null && !/^[^\s<|\\/>]{1,64}$/.test(String(name))) {
    const text = `the name ${show(name)} is empty, longer than 64 or has one of space < | \\ / >`;
    report("name", index, text);
  }
  if (content === undefined || content === null) {
    const instead = ["tool_calls", "function_call", "refusal", "audio"];
    const says = role === "assistant" && instead.some((field) => (message[field] ?? "") !== "");
    if (!says) report("content-required", index, `the content of the ${role} is missing or null`);
    return;
  }
  if (typeof content === "string") return;
  if (!Array.isArray(content)) {
    report("content-required", index, "the content is neither a text nor an array");
    return;
  }
  if (content.length === 0) report("content-empty", index, "the content is an empty array");
  for (const [position, value] of content.entries()) {
    const wrong = partProblem(object(value), types);
    if (wrong !== undefined) report("content-part", index, `content[${position}] ${wrong}`);
  }
}

function partProblem(part: Loose | undefined, types: readonly unknown[]): string | undefined {
  if (part === undefined) return "is not an object";
  if (!types.includes(part.type)) return `has the type ${show(part.type)}, expected ${types}`;
  const inner = object(part[part.type as string]);
  switch (part.type) {
    case "image_url":
      return typeof inner?.url === "string" && inner.url !== "" ? undefined : "has no url";
    case "input_audio":
      if (typeof inner?.data !== "string") return "has no data";
      return inner.format === "wav" || inner.format === "mp3"
        ? undefined
        : `has the format ${show(inner.format)}, expected wav or mp3`;
    case "file":
      return typeof (inner?.file_id ?? inner?.file_data) === "string" ? undefined : "has no file";
    default:
      return typeof part[part.type as string] === "string" ? undefined : "has no text";
  }
}

/** The ids of the calls that need an answer. */
function checkCalls(message: Loose, index: number, report: Report): string[] {
  const { role, tool_calls: calls } = message;
  if (role !== "assistant" || calls === undefined || calls === null) return [];
  if (!Array.isArray(calls) || calls.length === 0) {
    report("calls-empty", index, "tool_calls is not an array with calls; leave it out");
    return [];
  }
  const ids: string[] = [];
  for (const [position, value] of list(calls).entries()) {
    const call = object(value);
    const kind = call?.type === "custom" ? "custom" : "function";
    const inner = object(call?.[kind]);
    const place = `tool_calls[${position}]`;
    const text = kind === "custom" ? inner?.input : inner?.arguments;
    if (call?.type !== kind || typeof text !== "string") {
      report("call-form", index, `${place} is no call of type function or custom with its text`);
    }
    const wrong = calledName(inner?.name);
    if (wrong !== undefined) report("call-name", index, `${place} ${wrong}`);
    const id = call?.id;
    if (typeof id !== "string" || id === "" || id.length > MAX_ID || ids.includes(id)) {
      const wanted = `of up to ${MAX_ID} characters that no other call of the message has`;
      report("call-id", index, `${place} has the id ${show(id)}, expected one ${wanted}`);
    }
    if (typeof id === "string") ids.push(id);
  }
  return ids;
}
