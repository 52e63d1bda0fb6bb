// What came of a model's answer, in steps: a message of the assistant, and the results of its calls.
import { VarveError } from "../errors.js";
import { copyOf, type Given, given as take } from "../files/files.js";
import { isObject } from "../formats/calls.js";
import { toPlainJson } from "../plain.js";
import type { NewPart, Part } from "../types/content.js";
import type { JsonInput } from "../types/json.js";
import type { Delta } from "../types/turn.js";

/** A part that may still grow. */
export interface Piece {
  type: Part["type"];
  /** Of texts, reasoning, and calls that came in pieces. */
  text?: string;
  callId?: string;
  toolName?: string;
  provider?: Record<string, JsonInput>;
}

/** One message of the assistant, and the results of its calls. */
export interface Step {
  said: Piece[];
  results: Piece[];
}

/** Refuses a payload that could not be stored. */
export type Check = (payload: Given) => void;

/** The pieces of one turn. Nothing here is stored, and what is given is copied at once. */
export class Pieces {
  readonly steps: Step[] = [{ said: [], results: [] }];
  readonly #check: Check;
  /** Parts that grow, by the id of their deltas. */
  readonly #growing = new Map<string, Piece>();
  /** The part that grows without an id. */
  #last: Piece | undefined;

  constructor(check: Check) {
    this.#check = check;
  }

  /** Takes a part, or a piece of one. */
  add(given: NewPart | Delta): void {
    switch (given?.type) {
      case "step-start":
        this.#begin();
        break;
      case "text-delta":
      case "reasoning-delta":
        this.#grow(given);
        break;
      case "tool-input-delta":
        this.#growCall(given);
        break;
      default: {
        // What is wrong is refused here: at the end it would cost the whole turn.
        const part = take(given ?? null);
        const json = `{"contentType":"message","role":"assistant","parts":[${part.json}]}`;
        this.#check({ json, files: part.files });
        this.#addPart(copyOf(part) as Piece);
      }
    }
  }

  get #step(): Step {
    return this.steps.at(-1) as Step;
  }

  #begin(): void {
    this.steps.push({ said: [], results: [] });
    this.#growing.clear();
    this.#last = undefined;
  }

  #addPart(part: Piece): void {
    const { callId } = part;
    if (part.type === "tool-result") {
      const calls = ({ said, results }: Step) =>
        said.some((each) => each.callId === callId) &&
        !results.some((each) => each.callId === callId);
      ([...this.steps].reverse().find(calls) ?? this.#step).results.push(part);
      return;
    }
    this.#last = undefined;
    const known = this.#call(callId);
    if (known !== undefined) this.#step.said[this.#step.said.indexOf(known)] = part;
    else this.#say(part);
  }

  #say(part: Piece): void {
    if (part.type !== "tool-call" && this.#step.results.length > 0) this.#begin();
    this.#step.said.push(part);
  }

  #grow({ type, text, id, provider }: Growth): void {
    checkText(text, "/text");
    const more = copied(provider);
    const kind = type === "text-delta" ? "text" : "reasoning";
    const key = id === undefined ? "" : `${kind} ${id}`;
    let part = id === undefined ? this.#last : this.#growing.get(key);
    if (part?.type !== kind) {
      if (text === "" && more === undefined) return;
      part = { type: kind, text: "" };
      this.#say(part);
      this.#last = id === undefined ? part : undefined;
      this.#growing.set(key, part);
    }
    extend(part, text, more);
  }

  #growCall({ callId, toolName, text, provider }: Extract<Delta, { callId: string }>): void {
    checkText(text, "/text");
    checkText(callId, "/callId", 1);
    let call = this.#call(callId);
    if (call === undefined) checkText(toolName, "/toolName", 1);
    const more = copied(provider);
    this.#last = undefined;
    if (call === undefined) {
      call = { type: "tool-call", callId, toolName: toolName as string, text: "" };
      this.#say(call);
    }
    extend(call, text, more);
  }

  #call(callId: string | undefined): Piece | undefined {
    if (callId === undefined) return undefined;
    return this.#step.said.find((part) => part.type === "tool-call" && part.callId === callId);
  }
}

/** A part as it is stored; undefined where nothing came of it. */
export function storedPart(piece: Piece): Part | undefined {
  const { type, text, ...rest } = piece;
  if (text === undefined) return piece as unknown as Part;
  // A text may have been cut in the middle of a character.
  const whole = text.replace(/\p{Surrogate}/gu, "\uFFFD");
  if (type !== "tool-call") {
    const nothing = whole === "" && piece.provider === undefined;
    return nothing ? undefined : ({ ...rest, type, text: whole } as Part);
  }
  return { ...rest, type, ...inputOf(whole === "" ? "{}" : whole, piece) } as Part;
}

/** Arguments as a value: with their text where that is not canonical JSON, or no JSON at all. */
function inputOf(text: string, { provider }: Piece): object {
  try {
    const input = JSON.parse(text);
    toPlainJson([[[[[input]]]]]); // as deep as it is stored
    return JSON.stringify(input, sorted) === text ? { input } : { input, rawInput: text };
  } catch {
    // Converters send such a text within an object.
    const varve = { notJson: true };
    return { input: null, rawInput: text, provider: { ...provider, varve } };
  }
}

function sorted(_: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Growth = Exclude<Delta, { type: "step-start" | "tool-input-delta" }>;

function copied(provider: object | undefined): Record<string, JsonInput> | undefined {
  return provider && JSON.parse(toPlainJson(provider));
}

function extend(part: Piece, text: string, provider: Record<string, JsonInput> = {}): void {
  part.text = (part.text ?? "") + text;
  for (const [name, data] of Object.entries(provider)) {
    const known = part.provider?.[name];
    const both = isObject(known) && isObject(data) ? { ...known, ...data } : data;
    part.provider = { ...part.provider, [name]: both };
  }
}

/** Refuses what is no string of at least this length. */
export function checkText(
  value: unknown,
  pointer: string,
  length: 0 | 1 = 0,
): asserts value is string {
  if (typeof value === "string" && value.length >= length) return;
  throw wrong(pointer, length ? "a string that is not empty" : "a string", value);
}

export function wrong(pointer: string, expected: string, found: unknown): VarveError<"Validation"> {
  const what = JSON.stringify(found)?.slice(0, 80);
  return new VarveError("Validation", `${pointer}: expected ${expected}, found ${what}`, {
    pointer,
    expected,
  });
}
