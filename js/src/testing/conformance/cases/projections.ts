// Batches with a projection, for stores with tables that people query.
import type { ProjectedCommit, Projection } from "../../../types/storage.js";
import { conflicts, create, journalOf, leavesAsItWas, write } from "../actions.js";
import { equal } from "../assert.js";
import { type Group, group, type Need } from "../case.js";
import { AT, batch, entry, hashOf, upTo } from "../samples.js";

const needs: Need = ({ projects }) =>
  projects ? undefined : "its projects is not true: it wants no projection";

/** A commit with a value in every column. */
function commit(number: number): ProjectedCommit {
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
    tokenCount: 12,
    cumulativeTokens: 12 * (number + 1),
    authorKind: "agent",
    authorName: "O'Brien \0 👾",
    turn: "turn 1",
    createdAt: AT + number,
  };
}

/** A commit with null wherever there may be. */
const bareCommit = (number: number): ProjectedCommit => ({
  ...commit(number),
  operation: "revert",
  entry: null,
  contentHash: null,
  contentType: null,
  role: null,
  parent: null,
  authorKind: null,
  authorName: null,
  turn: null,
});

const annotation = (number: number) => ({
  hash: hashOf(`annotation ${number}`),
  entry: `entry-${number}`,
  priority: "pinned",
  reason: "the user's name",
  authorKind: "user",
  authorName: "Ada",
  createdAt: AT + number,
});

/** The projection of entry `seq`, which brings commit seq - 1. */
function projection(seq: number): Projection {
  const number = seq - 1;
  return {
    seq,
    at: AT + seq,
    ...(seq === 1 ? { defaultBranch: "main" } : {}),
    commits: [commit(number)],
    refs: [
      { kind: "branch", name: "main", commit: hashOf(`commit ${number}`) },
      { kind: "tag", name: `v${seq}'s`, commit: hashOf(`commit ${number}`) },
      { kind: "branch", name: "gone", commit: null },
    ],
    annotations: [annotation(number)],
    compacted: [],
  };
}

const empty = (seq: number): Projection => ({
  seq,
  at: AT + seq,
  commits: [],
  refs: [],
  annotations: [],
  compacted: [],
});

export const projections: Group = group("projections", (test) => {
  for (const [what, given] of Object.entries({
    "with all columns": projection(1),
    "that is empty": empty(1),
    "with null wherever there may be": {
      ...empty(1),
      commits: [bareCommit(0)],
      annotations: [{ ...annotation(0), reason: null, authorKind: null, authorName: null }],
    },
    "with another default branch": { ...projection(1), defaultBranch: "new / main 👾" },
    "of 500 commits": { ...empty(1), commits: upTo(500).map((n) => commit(n - 1)) },
  } satisfies Record<string, Projection>)) {
    test(`a projection ${what} rides with a write`, { needs }, async ({ store }) => {
      const key = await create(store);
      await write(store, key, batch(1, { projection: given }));
      equal(await journalOf(store, key), [entry(1)], "the journal");
    });
  }

  test("a compaction of earlier commits rides with a write, and its undoing", {
    needs,
  }, async (t) => {
    const { store } = t;
    const key = await create(store);
    for (const seq of upTo(4)) await write(store, key, batch(seq, { projection: projection(seq) }));
    const done = { at: AT + 5, into: "entry-4", version: 5 };
    const compacted = [0, 1, 2].map((number) => ({ number, ...done }));
    const summary = { ...commit(4), operation: "compact", secondParent: 2 };
    await write(
      store,
      key,
      batch(5, { projection: { ...empty(5), commits: [summary], compacted } }),
    );
    const undone = { number: 1, at: null, into: null, version: null };
    await write(store, key, batch(6, { projection: { ...empty(6), compacted: [undone] } }));
    equal((await journalOf(store, key)).length, 6, "how many entries there are");
  });

  test("a batch that lost leaves its projection out, so that the winner's next one fits", {
    needs,
  }, async (t) => {
    const { store } = t;
    const key = await create(store);
    await write(store, key, batch(1, { projection: projection(1) }));
    await leavesAsItWas(store, key, "the conflict", async () => {
      const lost = { ...projection(1), commits: [commit(0), commit(1)] };
      await conflicts(store, key, batch(1, { writer: "b", projection: lost }), [entry(1)]);
    });
    await write(store, key, batch(2, { projection: projection(2) }));
  });

  test("two repositories have the same commits", { needs }, async ({ store }) => {
    for (const names of [{ id: "one" }, { id: "two" }, { workspace: "other", id: "one" }]) {
      const key = await create(store, names);
      await write(store, key, batch(1, { projection: projection(1) }));
      await write(store, key, batch(2, { projection: projection(2) }));
    }
  });

  test("a repository made again has the commits of the deleted one", { needs }, async ({
    store,
  }) => {
    for (const incarnation of ["00000000000000a1", "00000000000000b2"]) {
      const key = await create(store, { incarnation });
      await write(store, key, batch(1, { projection: projection(1) }));
      await store.deleteRepository(key);
    }
  });

  test("reproject, where the store has it, takes what is there already, from the start and not", {
    needs,
  }, async (t) => {
    const { store } = t;
    const key = await create(store);
    for (const seq of upTo(3)) await write(store, key, batch(seq, { projection: projection(seq) }));
    const all = upTo(3).map(projection);
    await leavesAsItWas(store, key, "projecting again", async () => {
      await store.reproject?.(key, all, false);
      await store.reproject?.(key, all.slice(0, 2), true);
      await store.reproject?.(key, all.slice(2), false);
      await store.reproject?.(key, [], false);
    });
    await write(store, key, batch(4, { projection: projection(4) }));
    await store.reproject?.(key, all.slice(0, 1), false);
    await write(store, key, batch(5, { projection: projection(5) }));
  });

  test("reproject, where the store has it, takes what was never projected", { needs }, async ({
    store,
  }) => {
    const key = await create(store);
    for (const seq of upTo(3)) await write(store, key, batch(seq, { projection: empty(seq) }));
    await store.reproject?.(key, upTo(3).map(projection), true);
    await write(store, key, batch(4, { projection: projection(4) }));
  });
});
