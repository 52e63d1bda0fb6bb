// Orders, cursors and conditions of a store's lists.
import type { LogQuery, RepositoryRow } from "../types/storage.js";

/** How repositories can be ordered. */
export type RepositoryOrder = "id" | "updatedAt" | "createdAt";

const utf8 = new TextEncoder();

/** Compares texts by their UTF-8 bytes, which is not the order of JavaScript's `<`. */
export function byUtf8(a: string, b: string): number {
  const left = utf8.encode(a);
  const right = utf8.encode(b);
  for (const [index, byte] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (byte !== other) return byte - other;
  }
  return left.length - right.length;
}

type Place = Pick<RepositoryRow, "id" | "updatedAt" | "createdAt">;

/** By id, or the newest first and then by id. */
export function orderOf(orderBy: RepositoryOrder): (a: Place, b: Place) => number {
  if (orderBy === "id") return (a, b) => byUtf8(a.id, b.id);
  return (a, b) => b[orderBy] - a[orderBy] || byUtf8(a.id, b.id);
}

/** A cursor holds what the order looks at: it stays right when rows come, move or go. */
export function cursorBehind(row: Place, orderBy: RepositoryOrder): string {
  return JSON.stringify(orderBy === "id" ? [0, row.id] : [row[orderBy], row.id]);
}

/** Whether a row comes after the cursor. */
export function comesAfter(cursor: string, orderBy: RepositoryOrder): (row: Place) => boolean {
  const [time, id] = JSON.parse(cursor) as [number, string];
  const end = { id, updatedAt: time, createdAt: time };
  const order = orderOf(orderBy);
  return (row) => order(row, end) > 0;
}

/** Whether a JSON object has all these members. A member that is absent is not null. */
export function matches(fields: string, where: NonNullable<LogQuery["where"]>): boolean {
  const members = new Map(Object.entries(JSON.parse(fields) as Record<string, unknown>));
  return Object.entries(where).every(
    ([name, value]) => members.has(name) && members.get(name) === value,
  );
}
