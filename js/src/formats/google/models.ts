// What is known of models by their names.

/** Whether two names are of one model: where it lies does not matter, nor its revision. */
export function isSameModel(one: string, other: string): boolean {
  return plainName(one) === plainName(other);
}

function plainName(model: string): string {
  return model.replace(/^.*\//, "").replace(/-\d{3}$/, "");
}

/** Whether a model refuses calls of the current turn without their signature ("Thought signatures"). */
export function demandsSignatures(model: string): boolean {
  return /gemini-([3-9]|\d\d)/.test(model);
}

interface Content {
  readonly role?: unknown;
  readonly parts?: unknown;
}

interface Part {
  readonly functionCall?: unknown;
  readonly functionResponse?: unknown;
  readonly thoughtSignature?: unknown;
}

/** The contents of the current turn whose first call has no signature, as positions. */
export function unsignedCalls(contents: readonly Content[]): number[] {
  const unsigned: number[] = [];
  for (let position = contents.length - 1; position >= 0; position--) {
    const { role, parts } = contents[position] as Content;
    const list = (Array.isArray(parts) ? parts : []) as Part[];
    // The turn begins with what the user says, which no response is.
    if (role !== "model" && list.some((part) => !part.functionResponse)) break;
    const first = role === "model" ? list.find((part) => part.functionCall) : undefined;
    if (first && !first.thoughtSignature) unsigned.unshift(position);
  }
  return unsigned;
}
