// Cursors: where a page ended, as JSON. Whoever has one gives it back as it was.
import { corrupt } from "./errors.js";

/** A cursor of these values. */
export function writeCursor(place: readonly (string | number)[]): string {
  return JSON.stringify(place);
}

/** The values of a cursor. */
export function readCursor(cursor: string): readonly unknown[] {
  try {
    const place: unknown = JSON.parse(cursor);
    if (Array.isArray(place)) return place;
  } catch {
    // said below
  }
  throw corrupt(`${JSON.stringify(cursor)} is not a cursor`);
}
