// Names as PostgreSQL's `text` can hold them. It refuses U+0000, so that and what stands for it are
// escaped; the order by UTF-8 bytes and "begins with" stay what they were, and ordinary names are
// stored as they are.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
const REFUSED = /[\0\u0001]|\p{Surrogate}/gu; // of surrogates only lone ones
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
const ESCAPES = /\u0001(?:[\u0001\u0002]|s[0-9a-f]{4})/g;

/**
 * A text without what `text` and `jsonb` refuse: U+0000 becomes U+0001 U+0001, U+0001 becomes
 * U+0001 U+0002, a lone surrogate U+0001, an `s` and its four hex digits.
 */
export function encodeText(text: string): string {
  return text.replace(REFUSED, (found) => {
    if (found === "\0") return "\u0001\u0001";
    if (found === "\u0001") return "\u0001\u0002";
    return `\u0001s${found.charCodeAt(0).toString(16)}`;
  });
}

/** What `encodeText` was given. */
export function decodeText(text: string): string {
  return text.replace(ESCAPES, (found) => {
    if (found === "\u0001\u0001") return "\0";
    if (found === "\u0001\u0002") return "\u0001";
    return String.fromCharCode(Number.parseInt(found.slice(2), 16));
  });
}

/**
 * The least text behind all that begin with `prefix`, by UTF-8 bytes; undefined: there is none. Both
 * are encoded.
 */
export function successor(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
