// Places to keep a store in, and what is written there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SqlitePackage, sqlite } from "../../../../js/src/storage/sqlite.js";
import type {
  RepositoryKey,
  StorageAdapter,
  StoredEntry,
  WriteBatch,
} from "../../../../js/src/types/storage.js";

/** The packages that open files under Node. */
export const PACKAGES: readonly SqlitePackage[] = [
  "node:sqlite",
  "better-sqlite3",
  "@libsql/client",
];

/** A folder for one test, and how to take it away. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "varve-sqlite-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** An empty file for the conformance kit. */
export function filePlace(driver: SqlitePackage, options: Parameters<typeof sqlite>[1] = {}) {
  const folder = temporaryFolder();
  const file = join(folder.path, "store.db");
  return { open: () => sqlite(file, { driver, ...options }), destroy: folder.remove };
}

const utf8 = new TextEncoder();

/** 64 hex digits for a text. */
export function hashOf(text: string): string {
  return Buffer.from(text.padEnd(32, "·")).subarray(0, 32).toString("hex");
}

/** Entry `seq` of a writer. */
export function entryOf(seq: number, writer = "a"): StoredEntry {
  const text = `${seq} of ${writer}`;
  return { seq, hash: hashOf(text), bytes: utf8.encode(text) };
}

/** A batch with entry `seq`. */
export function batchOf(seq: number, parts: Partial<WriteBatch> = {}): WriteBatch {
  const rest = { at: seq, objects: [], deleteObjects: [], logs: [] };
  return { entry: entryOf(seq), ...rest, ...parts };
}

/** Makes a repository. */
export async function newRepository(store: StorageAdapter, id = "chat"): Promise<RepositoryKey> {
  const address = { workspace: "acme", id };
  const incarnation = await store.createRepository(address, "0123456789abcdef", 1);
  return { ...address, incarnation };
}
