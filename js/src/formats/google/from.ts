// From Google's contents to payloads of varve.
import { VarveError } from "../../errors.js";
import type { MessagePayload, Part } from "../../types/content.js";
import { isObject } from "../calls.js";
import { lift } from "../lift.js";
import { Fields, Place } from "../reader.js";
import { readSystem } from "../system.js";
import { remember } from "./hints.js";
import { Pairs } from "./pairs.js";
import { type Context, readPart } from "./parts.js";
import type { FromGoogleOptions } from "./types.js";

/**
 * Payloads of type `message`, ready for `commit`: the system instruction first, then the contents. A
 * content with function responses becomes a tool's message, and a user's one for what stands beside
 * them. What varve has no word for is kept under `provider.google`, so that `toGoogle` gives back
 * exactly what came.
 *
 * @throws `Format` with the `index` of the content, and a JSON pointer into the list, for what is no
 * content; without an index for the system instruction.
 */
export function fromGoogle(
  contents: readonly unknown[],
  options: FromGoogleOptions = {},
): MessagePayload[] {
  if (!Array.isArray(contents)) {
    throw new VarveError("Format", "expected an array of contents", { pointer: "" });
  }
  const { systemInstruction: system, model } = options;
  const payloads: MessagePayload[] = [];
  if (system !== undefined && system !== null) {
    payloads.push(readSystem("systemInstruction", (place) => readInstruction(system, place)));
  }
  const context: Context = { model, pairs: new Pairs() };
  let before: unknown;
  for (const [index, content] of contents.entries()) {
    const fields = new Fields(content, new Place(index), "a content");
    const role = fields.peek("role");
    const apart = role === "model" && before === "model" ? true : undefined;
    before = role;
    payloads.push(...readContent(fields, apart, context));
  }
  return lift(payloads, model ?? "gemini");
}

function readContent(fields: Fields, apart: true | undefined, context: Context): MessagePayload[] {
  const role = fields.take("role");
  if (role !== undefined && role !== "user" && role !== "model" && role !== "function") {
    throw fields.place.at("role").error("user or model", role);
  }
  const place = fields.place.at("parts");
  // An answer that was cut off before it began has no parts.
  const list = fields.take("parts") ?? [];
  if (!Array.isArray(list)) throw place.error("an array of parts", list);
  context.pairs.begin(role === "model");
  const parts = Array.from(list, (part: unknown, position) => {
    const at = place.at(position);
    const read = readPart(new Fields(part, at, "a part"), context);
    const wrong = role === "model" ? "tool-result" : "tool-call";
    if (read.type === wrong) {
      throw at.error(`no ${wrong === "tool-call" ? "call" : "response"} in this role`, part);
    }
    return read;
  });
  const usual = role === "model" || role === "user";
  const rest = { role: usual ? undefined : (role ?? null), apart, fields: fields.rest() };
  if (role === "model") return [message("assistant", parts, rest)];
  const results = parts.filter((part) => part.type === "tool-result");
  if (results.length === 0) return [message("user", parts, rest)];
  const tool = message("tool", results, rest);
  if (results.length === parts.length) return [tool];
  const joined = parts.flatMap((part, position) => (part.type === "tool-result" ? [] : [position]));
  const beside = parts.filter((part) => part.type !== "tool-result");
  return [tool, message("user", beside, { joined })];
}

function message(
  role: MessagePayload["role"],
  parts: Part[],
  hints: Parameters<typeof remember>[0],
): MessagePayload {
  return { contentType: "message", role, parts, ...remember(hints) };
}

/** A text, a content, a part, or parts. */
function readInstruction(system: unknown, place: Place): MessagePayload {
  const context: Context = { model: undefined, pairs: new Pairs() };
  if (typeof system === "string") return message("system", [{ type: "text", text: system }], {});
  if (!Array.isArray(system) && !isObject(system)) {
    throw place.error("a text, a content, a part, or an array of parts", system);
  }
  const content = isObject(system) && Array.isArray(system.parts);
  const fields = content ? new Fields(system, place, "a content") : undefined;
  const at = content ? place.at("parts") : place;
  const list = content ? (fields?.take("parts") as unknown[]) : [system].flat();
  const parts = list.map((part, position): Part => {
    if (typeof part === "string") return { type: "text", text: part, ...remember({ bare: true }) };
    return readPart(new Fields(part, at.at(position), "a part"), context);
  });
  const form = content ? "content" : Array.isArray(system) ? "parts" : "part";
  return message("system", parts, { form, fields: fields?.rest() });
}
