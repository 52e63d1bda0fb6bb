// Canonical JSON (RFC 8785), for telling whether a text is what varve would write itself.

/** Arguments that nest deeper are kept as text only: a payload takes 100 levels in all. */
const MAX_DEPTH = 90;

const stringPrototype = String.prototype as { isWellFormed?(): boolean };

/** Whether a text holds no half of a surrogate pair. */
export function isWellFormed(text: string): boolean {
  return stringPrototype.isWellFormed
    ? stringPrototype.isWellFormed.call(text)
    : !/\p{Surrogate}/u.test(text);
}

/**
 * The canonical text of a value as `JSON.parse` gives them; undefined where varve cannot store the
 * value: infinite numbers, lone surrogates, nesting deeper than 90.
 */
export function canonicalJson(value: unknown, depth = 1): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value === "string") return isWellFormed(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (depth > MAX_DEPTH) return undefined;
  const texts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) {
      const text = canonicalJson(item, depth + 1);
      if (text === undefined) return undefined;
      texts.push(text);
    }
    return `[${texts.join(",")}]`;
  }
  // The default order of sort() is that of UTF-16 code units, as the RFC wants it.
  for (const key of Object.keys(value).sort()) {
    const text = canonicalJson((value as Record<string, unknown>)[key], depth + 1);
    if (text === undefined || !isWellFormed(key)) return undefined;
    texts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${texts.join(",")}}`;
}

/**
 * A JSON text as a value. `raw` is there where the canonical text of the value is another one; for
 * what is not JSON, or cannot be stored as such, the value is null.
 */
export function readArguments(text: string): { input: unknown; raw?: string } {
  let input: unknown;
  try {
    input = JSON.parse(text);
    const canonical = canonicalJson(input);
    if (canonical === text) return { input };
    if (canonical !== undefined) return { input, raw: text };
  } catch {
    // Not JSON, or nested beyond the engine's stack: the text is all there is.
  }
  return { input: null, raw: text };
}
