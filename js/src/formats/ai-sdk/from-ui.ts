// From the AI SDK's UI messages to payloads of varve.
import { VarveError } from "../../errors.js";
import type { MessagePayload, Part, ToolOutput } from "../../types/content.js";
import type { JsonInput } from "../../types/json.js";
import { lift } from "../lift.js";
import { STEP_START } from "../messages.js";
import { Fields, Place } from "../reader.js";
import { remember } from "./hints.js";
import { pack } from "./pack.js";

/** States of a tool's part in which there is a call, but no result. */
const OPEN: readonly unknown[] = ["input-available", "approval-requested", "approval-responded"];
const ANSWERED: readonly unknown[] = ["output-available", "output-error", "output-denied"];

/** What begins a step: there are many, all the same. */
const STEP: Part = {
  type: "custom",
  kind: STEP_START,
  value: null,
  ...remember({ part: { type: "step-start" } }),
};

/**
 * Payloads of type `message`, one a UI message, ready for `commit`: commit each under the message's
 * own id (`commit(payload, { id })`), and edits and React keys refer to the same thing. A tool's part
 * becomes a call and, beside it, its result. What only the screen needs (steps, sources, `data-*`
 * parts, metadata, states) is kept under `provider["ai-sdk"]`, where its tokens do not count.
 *
 * @throws `Format` with the `index` of the message, and a JSON pointer into the list, for what is not
 * a UI message.
 */
export function fromUIMessages(messages: readonly unknown[]): MessagePayload[] {
  if (!Array.isArray(messages)) {
    throw new VarveError("Format", "expected an array of UI messages", { pointer: "" });
  }
  const read = (message: unknown, index: number) =>
    readMessage(new Fields(message, new Place(index), "a message"));
  return lift(Array.from(messages, read));
}

function readMessage(fields: Fields): MessagePayload {
  const role = fields.take("role");
  if (role !== "system" && role !== "user" && role !== "assistant") {
    throw fields.place.at("role").error("one of system, user, assistant", role);
  }
  const place = fields.place.at("parts");
  const list = fields.take("parts");
  if (!Array.isArray(list)) throw place.error("an array of parts", list);
  const parts = list.flatMap((part, position) =>
    readPart(new Fields(part, place.at(position), "a part"), role),
  );
  const ui = pack(fields.rest() ?? {}) as Record<string, JsonInput>;
  return { contentType: "message", role, parts, ...remember({ ui }) };
}

function readPart(fields: Fields, role: string): Part[] {
  const type = fields.text("type");
  switch (type) {
    case "text":
    case "reasoning": {
      const text = fields.text("text");
      return [{ type, text, ...remember({ fields: packed(fields) }) }];
    }
    case "file":
      return [readFile(fields)];
    case "step-start":
      return [fields.rest() === undefined ? STEP : opaque(STEP_START, type, fields)];
    default: {
      const tool = type.startsWith("tool-") || type === "dynamic-tool";
      const read = tool && role === "assistant" ? readTool(type, fields) : undefined;
      return read ?? [opaque(`ai-sdk.${type}`, type, fields)];
    }
  }
}

function readFile(fields: Fields): Part {
  const { mediaType, url, filename } = { ...fields.rest() };
  const known = typeof url === "string" && url !== "" && mediaType !== "";
  // A file that was uploaded before may have no address.
  if (!known || typeof mediaType !== "string") return opaque("ai-sdk.file", "file", fields);
  for (const name of ["mediaType", "url"]) fields.take(name);
  const named = typeof filename === "string" ? { filename: fields.text("filename") } : {};
  return { type: "file", mediaType, url, ...named, ...remember({ fields: packed(fields) }) };
}

/** The call and its result; undefined where the model has not finished the call. */
function readTool(type: string, fields: Fields): Part[] | undefined {
  const state = fields.peek("state");
  const callId = fields.peek("toolCallId");
  const toolName = type === "dynamic-tool" ? fields.peek("toolName") : type.slice("tool-".length);
  if (state !== "input-streaming" && !OPEN.includes(state) && !ANSWERED.includes(state)) {
    throw fields.place.at("state").error("a state of a tool's part", state);
  }
  if (typeof callId !== "string") throw fields.place.at("toolCallId").error("a string", callId);
  if (typeof toolName !== "string") throw fields.place.at("toolName").error("a string", toolName);
  if (state === "input-streaming" || callId === "" || toolName === "") return undefined;
  fields.take("toolCallId");
  if (type === "dynamic-tool") fields.take("toolName");
  const absent = fields.has("input") ? undefined : true;
  const input = pack(fields.take("input") ?? null);
  const result = readResult(state, fields, callId, toolName);
  const hints = remember({ type, absent, fields: packed(fields) });
  return [{ type: "tool-call", callId, toolName, input, ...hints }, ...result];
}

function readResult(state: unknown, fields: Fields, callId: string, toolName: string): Part[] {
  const approval = fields.peek("approval") as { approved?: unknown; reason?: unknown } | undefined;
  const result = (output: ToolOutput, absent?: true): Part[] => [
    { type: "tool-result", callId, toolName, output, ...remember({ absent }) },
  ];
  switch (state) {
    case "output-available": {
      const absent = fields.has("output") ? undefined : true;
      const output = pack(fields.take("output") ?? null);
      return typeof output === "string"
        ? result({ type: "text", value: output })
        : result({ type: "json", value: output }, absent);
    }
    case "output-error":
      return result({ type: "error-text", value: fields.text("errorText") });
    default: {
      if (state !== "output-denied" && approval?.approved !== false) return [];
      const reason = typeof approval?.reason === "string" ? { reason: approval.reason } : {};
      return result({ type: "execution-denied", ...reason });
    }
  }
}

function opaque(kind: string, type: string, fields: Fields): Part {
  const part = pack({ type, ...fields.rest() });
  return { type: "custom", kind, value: null, ...remember({ part }) };
}

function packed(fields: Fields): Record<string, unknown> | undefined {
  const rest = fields.rest();
  return rest && (pack(rest) as Record<string, unknown>);
}
