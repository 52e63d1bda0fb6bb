// What the tests of the PostgreSQL adapter have in common.
import { createHash, randomBytes } from "node:crypto";
import pg from "pg";
import type { PostgresStorage } from "../../../js/src/storage/postgres.js";
import type {
  ProjectedCommit,
  Projection,
  RepositoryKey,
  StorageAdapter,
  WriteBatch,
} from "../../../js/src/types/storage.js";

/** The hash of a text, in hex. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An incarnation that no other has. */
export const incarnation = (): string => randomBytes(8).toString("hex");

/** A batch with nothing but an entry, whose bytes are `text`. */
export function batch(
  seq: number,
  text = `entry ${seq}`,
  more: Partial<WriteBatch> = {},
): WriteBatch {
  return {
    entry: { seq, hash: hashOf(text), bytes: bytesOf(text) },
    at: seq,
    objects: [],
    deleteObjects: [],
    logs: [],
    ...more,
  };
}

/** An object, whose bytes are `text`. */
export const object = (text: string) => ({ hash: hashOf(text), bytes: bytesOf(text) });

/** Makes a repository. */
export async function made(
  storage: StorageAdapter,
  id = "r",
  workspace = "w",
): Promise<RepositoryKey> {
  const own = incarnation();
  return { workspace, id, incarnation: await storage.createRepository({ workspace, id }, own, 1) };
}

/** A projection of an entry, with nothing in it but what is given. */
export function projection(seq: number, more: Partial<Projection> = {}): Projection {
  return { seq, at: seq, commits: [], refs: [], annotations: [], compacted: [], ...more };
}

/** A commit of a projection. */
export function commit(number: number, more: Partial<ProjectedCommit> = {}): ProjectedCommit {
  return {
    number,
    hash: hashOf(`commit ${number}`),
    operation: "append",
    entry: `entry-${number}`,
    contentHash: hashOf(`content ${number}`),
    contentType: "message",
    role: "user",
    parent: number === 0 ? null : number - 1,
    secondParent: null,
    height: number + 1,
    tokenCount: 10,
    cumulativeTokens: 10 * (number + 1),
    authorKind: null,
    authorName: null,
    turn: null,
    createdAt: number,
    ...more,
  };
}

/** Writes texts as entries, each as the next one that is free; replans where others were first. */
export async function append(
  storage: PostgresStorage | StorageAdapter,
  key: RepositoryKey,
  texts: readonly string[],
  after = 0,
): Promise<number> {
  let last = after;
  for (const text of texts) {
    for (;;) {
      const { conflict } = await storage.write(
        key,
        batch(last + 1, text, { objects: [object(text)] }),
      );
      if (conflict === undefined) break;
      last = conflict.at(-1)?.seq ?? last;
    }
    last += 1;
  }
  return last;
}

/** The limit of stores that the conformance kit tests. */
export const maxObjectBytes = 2 ** 20;

/** What these stores say of themselves. */
export const capabilities = { durability: "strict", maxObjectBytes, projects: true } as const;

/** A place for the conformance kit. Cases share tables, which are emptied after each. */
export const place =
  (open: () => PostgresStorage, run: (text: string) => Promise<unknown>) => () => ({
    open,
    async destroy() {
      await run("DELETE FROM varve.repositories");
    },
  });

/** A pool that minds no end of its connections: `end()` is done before they are closed, and the server may stop first. */
export function poolOf(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config);
  pool.on("error", () => {});
  return pool;
}
