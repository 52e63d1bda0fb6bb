// Data URLs (RFC 2397): what files of varve that came inside a message look like.

/** What a data URL says. `base64` is the data's text if it is base64, else `text` is the data. */
export interface DataUrl {
  mediaType: string;
  base64?: string;
  text?: string;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Whether a text is base64 (RFC 4648) of at least one byte, as APIs demand it. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && BASE64.test(text);
}

/** The parts of a data URL; undefined for other URLs, and for data that cannot be read. */
export function parseDataUrl(url: string): DataUrl | undefined {
  if (!/^data:/i.test(url)) return undefined;
  const comma = url.indexOf(",");
  if (comma < 0) return undefined;
  const head = url.slice("data:".length, comma);
  const data = url.slice(comma + 1);
  const mediaType = head.split(";")[0] || "text/plain";
  if (/;\s*base64\s*$/i.test(head)) return { mediaType, base64: data };
  try {
    return { mediaType, text: decodeURIComponent(data) };
  } catch {
    return undefined;
  }
}

/** Bytes in base64 as UTF-8 text; undefined where they are none. */
export function decodeText(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text as base64 of its UTF-8 bytes. */
export function encodeText(text: string): string {
  let units = "";
  for (const byte of new TextEncoder().encode(text)) units += String.fromCharCode(byte);
  return btoa(units);
}
