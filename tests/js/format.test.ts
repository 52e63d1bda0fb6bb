// The stored formats, checked with nothing of varve: SHA-256 of node:crypto, RFC 8785 of canonicalize.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import canonicalize from "canonicalize";
import { createVarve, type JournalEntry } from "varve";
import { describe, expect, test } from "vitest";

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/format/${name}.json`, import.meta.url), "utf8"));
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

describe("golden files", () => {
  test("payloads are named by the hash of their canonical JSON", () => {
    for (const { payload, canonical, contentHash } of fixture("contents")) {
      expect(canonicalize(payload)).toBe(canonical);
      expect(sha256(canonical)).toBe(contentHash);
    }
  });

  test("commits are named by the hash of their preimage, which is canonical", () => {
    const kinds = new Set();
    for (const { preimage, commitHash, kind } of fixture("commits")) {
      expect(canonicalize(JSON.parse(preimage))).toBe(preimage);
      expect(JSON.parse(preimage)).toMatchObject({ format: 1, operation: { kind } });
      expect(sha256(preimage)).toBe(commitHash);
      kinds.add(kind);
    }
    expect([...kinds].toSorted()).toEqual([
      "append",
      "compact",
      "delete",
      "edit",
      "merge",
      "revert",
    ]);
  });

  test("commits' parents are commits that were there before", () => {
    const known = new Set();
    for (const { preimage, commitHash } of fixture("commits")) {
      for (const parent of JSON.parse(preimage).parents) expect(known).toContain(parent);
      known.add(commitHash);
    }
  });

  test("annotations are named by the hash of their fields", () => {
    for (const { annotation, hash } of fixture("annotations")) {
      expect(sha256(canonicalize(annotation) ?? "")).toBe(hash);
    }
  });

  test("journal entries are canonical, and each holds the hash of the one before", () => {
    let previous: string | undefined;
    for (const [index, { text, hash, seq }] of fixture("journal").entries()) {
      const entry: JournalEntry = JSON.parse(text);
      expect(canonicalize(entry)).toBe(text);
      expect(sha256(text)).toBe(hash);
      expect(entry).toMatchObject({ format: 1, seq });
      expect(seq).toBe(index + 1);
      expect(entry.previous).toBe(previous);
      previous = hash;
    }
  });

  test("the journal's commits give the golden hashes, once what their place implies is filled in", () => {
    const heads = new Map<string, string>();
    let defaultBranch = "main";
    const made: string[] = [];
    for (const { text } of fixture("journal")) {
      const { at, operations }: JournalEntry = JSON.parse(text);
      const createdAt = new Map<string, number>();
      for (const record of operations.flatMap(({ records }) => records)) {
        if ("repository" in record) defaultBranch = record.repository.defaultBranch;
        if ("defaultBranch" in record) defaultBranch = record.defaultBranch.new;
        if ("branch" in record) {
          const { name, new: head } = record.branch;
          if (head === undefined) heads.delete(name);
          else heads.set(name, head);
        }
        if ("commit" in record) {
          const branch = record.commit.branch ?? defaultBranch;
          const head = heads.get(branch);
          const preimage = {
            createdAt: at,
            format: 1,
            operation: { kind: "append" },
            parents: head === undefined ? [] : [head],
            ...record.commit.commit,
          };
          const hash = sha256(canonicalize(preimage) ?? "");
          createdAt.set(hash, preimage.createdAt);
          heads.set(branch, hash);
          made.push(hash);
        }
      }
    }
    expect(made).toEqual(
      fixture("commits").map(({ commitHash }: { commitHash: string }) => commitHash),
    );
  });

  test("checkpoints name their segments by hash", () => {
    const { manifest, segments } = fixture("checkpoint");
    expect(canonicalize(JSON.parse(manifest))).toBe(manifest);
    for (const { hash, hex } of segments) expect(sha256(Buffer.from(hex, "hex"))).toBe(hash);
    const named = JSON.parse(manifest).streams.flatMap(
      (stream: { segments: string[] }) => stream.segments,
    );
    expect(named).toEqual(segments.map(({ hash }: { hash: string }) => hash));
  });
});

test("anyone can check a repository's hashes", async () => {
  const chat = await createVarve({ counter: null }).open("x");
  const first = await chat.user("naïve 🌍", {
    id: "a",
    metadata: { z: 1, a: [1e21, 0.1] },
    note: "n",
  });
  await chat.edit("a", { contentType: "freeform", payload: { ключ: 1, b: 2 } });
  await chat.delete("a");
  await chat.revert("a");
  const { commits } = await chat.history();
  for (const { hash, contentHash, ...commit } of commits) {
    const { id, contentType, operation, parents, createdAt, metadata, note } = commit;
    const appended = operation.kind === "append" ? { id } : {};
    const content = contentHash === undefined ? {} : { contentHash, contentType };
    const extra = { ...(metadata && { metadata }), ...(note && { note }) };
    const preimage = {
      ...appended,
      ...content,
      ...extra,
      createdAt,
      format: 1,
      operation,
      parents,
    };
    expect(sha256(canonicalize(preimage) ?? ""), operation.kind).toBe(hash);
  }
  const { payload, contentHash } = (await chat.get(first.hash)) ?? {};
  expect(sha256(canonicalize(payload) ?? "")).toBe(contentHash);
});
