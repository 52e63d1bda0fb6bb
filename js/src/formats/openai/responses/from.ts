// From items of OpenAI's Responses API to payloads of varve.
import { VarveError } from "../../../errors.js";
import type { MessagePayload, Part } from "../../../types/content.js";
import type { JsonInput } from "../../../types/json.js";
import { lift } from "../../lift.js";
import { Fields, Place } from "../../reader.js";
import { kindOfCall, kindOfResult } from "./calls.js";
import { readContent } from "./content.js";
import { answers, calls, readCall, readResult } from "./from-calls.js";
import { defined, type MessageHints, type PartHints, remember } from "./hints.js";

/** Items that varve has no word for are kept whole, as custom parts of this kind. */
export const ITEM = "openai-responses.item";

/** Items that are one large opaque text: kept beside the part, where their tokens are not counted. */
const UNCOUNTED: readonly unknown[] = ["compaction", "image_generation_call"];

/** What `fromResponses` can be told beside the items. */
export interface FromResponsesOptions {
  /** The request's `instructions`, which stand outside of its input. */
  instructions?: string | null | undefined;
}

/** What earlier items say about later ones. */
interface Reading {
  payloads: MessagePayload[];
  /** The parts of the assistant's message that goes on, until somebody else speaks. */
  said: Part[];
  /** The id of the last reasoning in it. */
  after: string | undefined;
  /** Tools, by call. */
  names: Map<string, string>;
}

/**
 * Payloads of type `message`, ready for `commit`: one for the instructions, one for each message of a
 * user, one for each answer of a tool, and one for all that the assistant said in a row: its
 * reasoning, texts and calls belong together. What varve has no word for is kept under
 * `provider["openai-responses"]`, so that `toResponses` gives back exactly what came.
 *
 * Give all items of a response at once: which reasoning an item followed is learned from its place.
 *
 * @throws `Format` with the `index` of the item, and a JSON pointer into the list, for what is not an
 * item of the API.
 */
export function fromResponses(
  input: readonly unknown[],
  options: FromResponsesOptions = {},
): MessagePayload[] {
  if (!Array.isArray(input)) {
    throw new VarveError("Format", "expected an array of items", { pointer: "" });
  }
  const reading: Reading = { payloads: [], said: [], after: undefined, names: new Map() };
  const { instructions } = options;
  if (typeof instructions === "string") {
    reading.payloads.push(payload("system", [{ type: "text", text: instructions }]));
  } else if (instructions !== undefined && instructions !== null) {
    const message = "expected the instructions as a string";
    throw new VarveError("Format", message, { pointer: "/instructions" });
  }
  input.forEach((item, index) => {
    const read = readItem(
      new Fields(item, new Place(index, `/${index}`, "input"), "an item"),
      reading,
    );
    if ("parts" in read) {
      endTurn(reading);
      reading.payloads.push(read);
    } else reading.said.push(...read);
  });
  endTurn(reading);
  return lift(reading.payloads);
}

/** A message, or parts of what the assistant says. */
function readItem(fields: Fields, reading: Reading): MessagePayload | Part[] {
  const type = fields.peek("type") ?? (fields.has("role") ? "message" : undefined);
  if (type === "message") return readMessage(fields, reading);
  if (type === "reasoning") return readReasoning(fields, reading);
  const result = kindOfResult(type);
  if (result !== undefined && answers(fields, result)) {
    return payload("tool", [readResult(fields, result, reading.names)]);
  }
  const call = kindOfCall(type);
  if (call !== undefined && calls(fields, call)) {
    return [readCall(fields, call, reading.names, reading.after)];
  }
  // A reference may have nothing but an id.
  if (type === undefined || type === null) {
    if (fields.peek("id") === undefined) throw fields.place.at("type").error("a string", type);
  } else if (typeof type !== "string") throw fields.place.at("type").error("a string", type);
  return [opaque(fields, reading.after)];
}

function readMessage(fields: Fields, reading: Reading): MessagePayload | Part[] {
  const role = fields.take("role");
  const place = fields.place.at("content");
  const content = fields.take("content");
  if (typeof content !== "string" && !Array.isArray(content)) {
    throw place.error("a string or an array of parts", content);
  }
  const parts = (hints: PartHints[]) =>
    (content as unknown[]).map((part, position) => {
      const inner = new Fields(part, place.at(position), "a content part");
      return readContent(inner, role as string, hints[position] ?? {});
    });
  switch (role) {
    case "assistant": {
      const item = { item: fields.rest(), after: reading.after };
      if (typeof content === "string") {
        return [{ type: "text", text: content, ...remember(item) }];
      }
      if (content.length === 0) {
        const value = { role, content, ...item.item } as JsonInput;
        const hints = remember({ after: reading.after });
        return [{ type: "custom", kind: ITEM, value, ...hints }];
      }
      const first = { ...defined(item), item: item.item ?? {}, content: "parts" as const };
      return parts([first, ...content.slice(1).map(() => ({ same: true as const }))]);
    }
    case "user":
    case "system":
    case "developer": {
      const text = typeof content === "string";
      const hints: MessageHints = {
        ...(role === "system" ? { input: true } : {}),
        ...(text ? {} : { content: "parts" }),
        ...defined({ fields: fields.rest() }),
      };
      const read: Part[] = text ? [{ type: "text", text: content }] : parts([]);
      return payload(role, read, hints);
    }
    default:
      throw fields.place.at("role").error("one of user, assistant, system, developer", role);
  }
}

function readReasoning(fields: Fields, reading: Reading): Part[] {
  fields.take("type");
  const texts = (["summary", "content"] as const).flatMap((of) => {
    const list = fields.peek(of);
    const plain = Array.isArray(list) && list.length > 0 && list.every((each) => isPlain(each, of));
    if (!plain) return []; // stays with the item's fields
    fields.take(of);
    return (list as { text: string }[]).map(({ text }) => ({ of, text }));
  });
  const item = fields.rest() ?? {};
  const parts = texts.length > 0 ? texts : [{ of: "none" as const, text: "" }];
  const read = parts.map(({ of, text }, position): Part => {
    const hints = position === 0 ? { item, of } : { same: true as const, of };
    return { type: "reasoning", text, ...remember(hints) };
  });
  reading.after = typeof item.id === "string" ? item.id : undefined;
  return read;
}

function isPlain(value: unknown, of: "summary" | "content"): boolean {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return false;
  const { type, text } = value as { type?: unknown; text?: unknown };
  return (
    type === (of === "summary" ? "summary_text" : "reasoning_text") && typeof text === "string"
  );
}

function opaque(fields: Fields, after: string | undefined): Part {
  const uncounted = UNCOUNTED.includes(fields.peek("type"));
  const item = fields.rest() ?? {};
  return uncounted
    ? { type: "custom", kind: ITEM, value: null, ...remember({ item, after }) }
    : { type: "custom", kind: ITEM, value: item as JsonInput, ...remember({ after }) };
}

/** Closes the assistant's message, if one is open. */
function endTurn(reading: Reading): void {
  if (reading.said.length > 0) reading.payloads.push(payload("assistant", reading.said));
  reading.said = [];
  reading.after = undefined;
}

function payload(
  role: MessagePayload["role"],
  parts: readonly Part[],
  hints: MessageHints = {},
): MessagePayload {
  return { contentType: "message", role, parts, ...remember({ ...hints }) };
}
