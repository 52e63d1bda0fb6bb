// What does not fit is refused before anything is written.
import { storageError } from "../errors.js";
import type { Database } from "./database.js";

/** Errors: `TooLarge`. `size` in bytes. */
export function assertFits({ maxValueBytes }: Database, what: string, size: number): void {
  if (size <= maxValueBytes) return;
  const message = `${what} has ${size} bytes, this store takes ${maxValueBytes}`;
  throw storageError("TooLarge", message, { details: { limit: maxValueBytes, actual: size } });
}

/** Cuts a list so that the parts have at most this weight each, but at least one item. */
export function cut<T>(items: readonly T[], limit: number, weight: (item: T) => number): T[][] {
  const parts: T[][] = [];
  let room = 0;
  for (const item of items) {
    const own = weight(item);
    const part = parts.at(-1);
    if (part !== undefined && own <= room) part.push(item);
    else {
      parts.push([item]);
      room = limit;
    }
    room -= own;
  }
  return parts;
}

/**
 * Rows as JSON arrays of texts and numbers, for `json_each`: one value however many rows there are, but
 * not more than 1 MB each.
 */
export function jsonRows(rows: readonly (readonly unknown[])[]): string[] {
  if (rows.length === 0) return []; // of most kinds of rows there are none
  const texts = rows.map((row) => JSON.stringify(row));
  // A text has at most three bytes a unit.
  return cut(texts, 1_000_000, (text) => 3 * text.length).map((part) => `[${part.join(",")}]`);
}
