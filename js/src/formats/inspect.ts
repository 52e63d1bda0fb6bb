// Looking at foreign values without trusting them, for the checks.

/** An object of which nothing is known. */
export type Loose = Readonly<Record<string, unknown>>;

/** The value, if it is an object and no array. */
export function object(value: unknown): Loose | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Loose)
    : undefined;
}

/** The value, if it is an array; else an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value in a message: short. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** What is wrong with the name of a tool that is called, as OpenAI has it. */
export function calledName(name: unknown): string | undefined {
  if (typeof name === "string" && /^[a-zA-Z0-9_-]{1,64}$/.test(name)) return undefined;
  return `calls ${show(name)}, expected 1 to 64 of a-z, A-Z, 0-9, _ and -`;
}
