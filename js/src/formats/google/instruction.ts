// The system instruction of a request.
import type { PlainMessage } from "../messages.js";
import type { Warn } from "../warnings.js";
import { recallMessage, recallPart } from "./hints.js";
import type { GooglePart, GoogleRequest } from "./types.js";
import { writePart } from "./write.js";

type SystemInstruction = NonNullable<GoogleRequest["config"]["systemInstruction"]>;

/** What one system message says; undefined where it says nothing. */
export interface Instruction {
  readonly parts: (string | GooglePart)[];
  readonly form: "content" | "part" | "parts" | undefined;
  readonly fields: object | undefined;
}

/** A system message, as a piece of the system instruction. */
export function writeInstruction(message: PlainMessage, warn: Warn): Instruction | undefined {
  const parts = message.parts.flatMap((part) => {
    const written = writePart(part, "system", undefined, warn);
    if (written === undefined) return [];
    return [recallPart(part.provider).bare === true ? (written.text ?? written) : written];
  });
  const { form, fields } = recallMessage(message.provider);
  return parts.length === 0 ? undefined : { parts, form, fields };
}

/** The pieces as one: a text if it is one, a content if there are several, else as it came. */
export function joinInstructions(pieces: readonly Instruction[]): SystemInstruction | undefined {
  const [first, second] = pieces;
  if (first === undefined) return undefined;
  const { form, fields } = first;
  const [only, more] = first.parts;
  if (second === undefined && form === "parts") return first.parts as GooglePart[];
  const asParts = pieces.flatMap(({ parts }) =>
    parts.map((part) => (typeof part === "string" ? { text: part } : part)),
  );
  if (second !== undefined || more !== undefined || form === "content" || only === undefined) {
    return { parts: asParts, ...(second === undefined ? fields : {}) };
  }
  if (form === "part" || typeof only === "string") return only;
  return only.text !== undefined && Object.keys(only).length === 1 ? only.text : only;
}
