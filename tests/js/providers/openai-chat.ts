// A stand-in for OpenAI's Chat Completions: its rules for messages as the API reference ("Create chat
// completion") and the guide "Function calling" have them, and its stream.
import { costOf, pieces, refuse, type Scripted, type Wire } from "./script.js";

const ROLES = ["system", "developer", "user", "assistant", "tool", "function"];
const PARTS: Record<string, readonly string[]> = {
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
};

/** Throws what the API would answer with status 400. */
export function checkChat({ model, messages, tools }: Wire): void {
  if (typeof model !== "string") refuse("you must provide a model parameter");
  if (!Array.isArray(messages)) refuse("Missing required parameter: 'messages'.");
  if (messages.length === 0) {
    refuse(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    );
  }
  for (const tool of tools ?? []) checkName(tool.function?.name, "tools[].function.name");
  let waiting: string[] = [];
  messages.forEach((message: Wire, index: number) => {
    const at = `messages[${index}]`;
    const { role } = message;
    if (!ROLES.includes(role)) refuse(`Invalid value: '${role}'. Supported values are: ${ROLES}.`);
    if (role === "tool") {
      const place = waiting.indexOf(message.tool_call_id);
      if (place < 0) {
        refuse(
          `Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'. (${at})`,
        );
      }
      waiting.splice(place, 1);
    } else if (waiting.length > 0) unanswered(waiting);
    const { name } = message;
    if (name !== undefined && !/^[^\s<|\\/>]{1,64}$/.test(name)) {
      refuse(
        `Invalid '${at}.name': string does not match pattern. Expected a string that matches the pattern '^[^\\s<|\\\\/>]+$'.`,
      );
    }
    checkContent(message, at);
    if (role === "assistant" && message.tool_calls !== undefined) waiting = callsOf(message, at);
  });
  if (waiting.length > 0) unanswered(waiting);
}

function unanswered(ids: readonly string[]): never {
  refuse(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(", ")}`,
  );
}

function checkContent(message: Wire, at: string): void {
  const { role, content } = message;
  if (content === null || content === undefined) {
    const instead = message.tool_calls ?? message.function_call ?? message.refusal ?? message.audio;
    if (role === "assistant" && instead) return;
    refuse(`Invalid value for 'content': expected a string, got null. (${at})`);
  }
  if (typeof content === "string") return;
  if (!Array.isArray(content))
    refuse(`Invalid type for '${at}.content': expected a string or an array.`);
  if (content.length === 0) refuse(`Invalid '${at}.content': empty array.`);
  for (const part of content) {
    if (!(PARTS[role] ?? ["text"]).includes(part?.type)) {
      refuse(`Invalid value: '${part?.type}' in '${at}.content'.`);
    }
    if (part.type === "text" && typeof part.text !== "string") {
      refuse(`Missing required parameter: '${at}.content[].text'.`);
    }
  }
}

function callsOf({ tool_calls: calls }: Wire, at: string): string[] {
  if (!Array.isArray(calls) || calls.length === 0) {
    refuse(`Invalid '${at}.tool_calls': empty array. Expected an array with minimum length 1.`);
  }
  const ids = calls.map((call: Wire) => {
    if (typeof call.id !== "string" || call.id === "" || call.id.length > 40) {
      refuse(
        `Invalid '${at}.tool_calls[].id': string too long. Expected a string with maximum length 40.`,
      );
    }
    if (call.type === "custom") {
      if (typeof call.custom?.input !== "string")
        refuse(`Missing required parameter: '${at}.tool_calls[].custom.input'.`);
      return call.id as string;
    }
    if (call.type !== "function") refuse(`Missing required parameter: '${at}.tool_calls[].type'.`);
    checkName(call.function?.name, `${at}.tool_calls[].function.name`);
    if (typeof call.function.arguments !== "string") {
      refuse(`Invalid type for '${at}.tool_calls[].function.arguments': expected a string.`);
    }
    return call.id as string;
  });
  if (new Set(ids).size < ids.length) refuse(`Duplicate value for 'tool_call_id' in ${at}.`);
  return ids;
}

function checkName(name: unknown, at: string): void {
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    refuse(
      `Invalid '${at}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
    );
  }
}

/** The stream of an answer. */
export function* streamChat(request: Wire, answer: Scripted, number: number): Generator<Wire> {
  const { model } = request;
  const head = { id: `chatcmpl-${number}`, object: "chat.completion.chunk", created: 1, model };
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  });
  yield chunk({ role: "assistant", content: answer.text === undefined ? null : "" });
  for (const content of pieces(answer.text ?? "")) yield chunk({ content });
  for (const [index, { name, args }] of (answer.calls ?? []).entries()) {
    const id = `call_${number}_${index}`;
    const call = { index, id, type: "function", function: { name, arguments: "" } };
    yield chunk({ tool_calls: [call] });
    for (const text of pieces(args, 4)) {
      yield chunk({ tool_calls: [{ index, function: { arguments: text } }] });
    }
  }
  yield chunk({}, answer.calls ? "tool_calls" : "stop");
  const usage = usageOf(request, answer);
  if (request.stream_options?.include_usage) yield { ...head, choices: [], usage };
  yield "[DONE]";
}

/** An answer in one piece. */
export function wholeChat(request: Wire, answer: Scripted, number: number): Wire {
  const message = { role: "assistant", content: answer.text ?? null, refusal: null };
  const finish_reason = answer.stopped ?? "stop";
  return {
    id: `chatcmpl-${number}`,
    object: "chat.completion",
    created: 1,
    model: `${request.model}-2026-01-01`,
    choices: [{ index: 0, message, logprobs: null, finish_reason }],
    usage: usageOf(request, answer),
  };
}

function usageOf(request: Wire, answer: Scripted): Wire {
  const cost = costOf(request, answer);
  return {
    prompt_tokens: cost.input,
    completion_tokens: cost.output,
    total_tokens: cost.input + cost.output,
    prompt_tokens_details: { cached_tokens: cost.cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}
