// From a compile to Google's contents.
import {
  type Answer,
  type Arranged,
  arrange,
  type Call,
  type Results,
  type WarnAt,
} from "../arrange.js";
import type { Convertible } from "../messages.js";
import { PLACEHOLDER, withWarnings } from "../request.js";
import { resolve } from "../resolve.js";
import type { FormatWarning, Warn } from "../warnings.js";
import { type MessageHints, recallMessage } from "./hints.js";
import { type Instruction, joinInstructions, writeInstruction } from "./instruction.js";
import { demandsSignatures, unsignedCalls } from "./models.js";
import type { GoogleContent, GooglePart, GoogleRequest, ToGoogleOptions } from "./types.js";
import { isNameless, isWithoutId, writeCall, writePart, writeResult } from "./write.js";

/** A content of the request, before it has its final form. */
interface Draft {
  /** The role; null: it has none. */
  readonly role: string | null;
  /** The first message of varve that is in it. */
  readonly index: number;
  readonly parts: GooglePart[];
  readonly fields?: object | undefined;
}

/**
 * The contents and system instruction for `ai.models.generateContent({ model, ...request })`, such that
 * the API takes them. What `fromGoogle` read comes back deep-equal, but for what the API refuses. All
 * responses to a content's calls stand in the one behind it, as many as there are calls.
 */
export function toGoogle(compiled: Convertible, options: ToGoogleOptions = {}): GoogleRequest {
  const warnings: FormatWarning[] = [];
  const warn: WarnAt = (kind, index, message) => warnings.push({ kind, index, message });
  const { model } = options;
  const system: Instruction[] = [];
  const drafts: Draft[] = [];
  for (const arranged of arrange(resolve(compiled, options, warnings), warn)) {
    if (arranged.kind === "results") {
      drafts.push(writeResults(arranged, model, warn));
      continue;
    }
    const { message, index } = arranged;
    const { role } = message;
    if (role === "system" || role === "developer") {
      const note: Warn = (kind, text) => warn(kind, index, text);
      const piece = writeInstruction(message, note);
      if (piece === undefined) continue;
      system.push(piece);
      if (drafts.length > 0) note("changed-order", "it is sent in the system instruction");
      continue;
    }
    const parts = writeParts(arranged, model, warn);
    if (parts.length === 0) continue;
    const hint = recallMessage(message.provider);
    if (role === "assistant") addModel(drafts, { role: "model", index, parts }, hint);
    else addUser(drafts, { role: "user", index, parts }, hint);
  }
  if (drafts[0]?.parts.some((part) => part.functionCall)) {
    drafts.unshift({ role: "user", index: 0, parts: [{ text: PLACEHOLDER }] });
    warn("added-message", 0, "a content of the user is put in front, as no call may be the first");
  }
  const contents = drafts.map(
    ({ role, parts, fields }): GoogleContent => ({
      ...(role === null ? {} : { role }),
      parts,
      ...fields,
    }),
  );
  if (model !== undefined && demandsSignatures(model)) {
    for (const position of unsignedCalls(contents)) {
      const { index } = drafts[position] as Draft;
      warn("missing-signature", index, `a call of the current turn has no signature for ${model}`);
    }
  }
  const systemInstruction = joinInstructions(system);
  const config = systemInstruction === undefined ? {} : { systemInstruction };
  return withWarnings<Omit<GoogleRequest, "warnings">>({ contents, config }, warnings);
}

function writeParts(
  { message, calls, index }: Exclude<Arranged, { kind: "results" }>,
  model: string | undefined,
  warn: WarnAt,
): GooglePart[] {
  const note: Warn = (kind, text) => warn(kind, index, text);
  const role = message.role === "assistant" ? "model" : "user";
  if (message.name !== undefined) {
    note("dropped-field", `the name ${JSON.stringify(message.name)} has no place in this format`);
  }
  if (message.parts.length === 0) note("dropped-message", "a message without content is left out");
  const left = calls.values();
  return message.parts.flatMap((part) => {
    const call = part.type === "tool-call" ? left.next().value : undefined;
    const written = call ? writeCall(call, model, note) : writePart(part, role, model, note);
    return written === undefined ? [] : [written];
  });
}

type Hints = Partial<MessageHints>;

/** The model's contents join: between one and the next there would have to be another role. */
function addModel(drafts: Draft[], draft: Draft, { apart, fields }: Hints): void {
  const last = drafts.at(-1);
  const calls = draft.parts.some((part) => part.functionCall);
  if (last?.role === "model" && (!apart || calls)) last.parts.push(...draft.parts);
  else drafts.push({ ...draft, fields });
}

/** What stood in one content with the responses before it goes back there. */
function addUser(drafts: Draft[], draft: Draft, { role = "user", joined, fields }: Hints): void {
  const last = drafts.at(-1);
  if (joined === undefined || !last?.parts[0]?.functionResponse) {
    drafts.push({ ...draft, role, fields });
    return;
  }
  const whole = joined.length === draft.parts.length;
  draft.parts.forEach((part, position) => {
    const place = whole ? (joined[position] as number) : last.parts.length;
    last.parts.splice(Math.min(place, last.parts.length), 0, part);
  });
}

function writeResults(results: Results, model: string | undefined, warn: WarnAt): Draft {
  const { role = "user", fields } = recallMessage(results.provider);
  const parts = inCallOrder(results).map(({ answer, withId }) => {
    const note: Warn = (kind, text) => warn(kind, answer.index, text);
    return writeResult(answer, withId, model, note);
  });
  return { role, index: results.answers[0]?.index ?? results.index, parts, fields };
}

/**
 * Responses without ids are told apart by their names and the order of the calls. Where some of one
 * function's calls or responses have ids, all responses to calls with ids get them.
 */
function inCallOrder({ calls, answers }: Results): { answer: Answer; withId: boolean }[] {
  const mixed = new Set(calls.filter((call) => !isUniform(call, calls)).map(({ name }) => name));
  const byId = (call: Call) => mixed.has(call.name) && !isWithoutId(call);
  const queues = new Map<string, Answer[]>();
  for (const call of calls) {
    if (call.answer === undefined || byId(call)) continue;
    queues.set(call.name, [...(queues.get(call.name) ?? []), call.answer]);
  }
  return answers.map((answer) => {
    if (byId(answer.call)) return { answer, withId: true };
    return { answer: queues.get(answer.call.name)?.shift() ?? answer, withId: false };
  });
}

/** Whether the result has no id, and the call has one if the others of its function have. */
function isUniform(call: Call, calls: readonly Call[]): boolean {
  if (call.answer === undefined || !isNameless(call.answer)) return false;
  const [first] = calls.filter(({ name }) => name === call.name);
  return first === undefined || isWithoutId(first) === isWithoutId(call);
}
