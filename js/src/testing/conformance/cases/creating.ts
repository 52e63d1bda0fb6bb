// createRepository and findRepository.
import {
  create,
  FIRST,
  filled,
  journalOf,
  leavesAsItWas,
  listOf,
  rowsOf,
  SECOND,
  write,
} from "../actions.js";
import { equal } from "../assert.js";
import { type Group, group, hasSeveralWriters } from "../case.js";
import { AT, batch, fullBatch, upTo } from "../samples.js";

const CHAT = { workspace: "acme", id: "chat" };

export const creating: Group = group("createRepository, findRepository", (test) => {
  test("creating tells the incarnation that was given", async ({ store }) => {
    equal(await store.createRepository(CHAT, FIRST, AT), FIRST, "what createRepository tells");
  });

  test("creating what is there tells the incarnation that is there", async ({ store }) => {
    await create(store);
    equal(await store.createRepository(CHAT, SECOND, AT + 1), FIRST, "what createRepository tells");
    equal(await store.findRepository(CHAT), FIRST, "what findRepository tells");
  });

  test("creating again under the same incarnation tells it", async ({ store }) => {
    await create(store);
    equal(await store.createRepository(CHAT, FIRST, AT + 1), FIRST, "what createRepository tells");
  });

  for (const [which, incarnation] of [
    ["another", SECOND],
    ["the same", FIRST],
  ] as const) {
    test(`creating under ${which} incarnation leaves what is there as it is`, async ({ store }) => {
      const key = await create(store);
      await write(store, key, fullBatch(1));
      await leavesAsItWas(store, key, "creating it once more", async () => {
        await store.createRepository(CHAT, incarnation, AT + 1000);
      });
    });
  }

  test("finding a repository that nobody made gives undefined", async ({ store }) => {
    equal(await store.findRepository(CHAT), undefined, "what findRepository tells");
  });

  test("finding in another workspace gives undefined", async ({ store }) => {
    await create(store);
    const found = await store.findRepository({ workspace: "other", id: "chat" });
    equal(found, undefined, "what findRepository tells");
  });

  test("finding does not create", async ({ store }) => {
    await store.findRepository(CHAT);
    equal(await listOf(store), [], "the repositories");
  });

  test("incarnations are told apart to the last digit", async ({ store }) => {
    const incarnations = ["0000000000000000", "0000000000000001", "7fffffffffffffff"];
    incarnations.push("8000000000000000", "fffffffffffffffe", "ffffffffffffffff");
    for (const incarnation of incarnations) await create(store, { id: incarnation, incarnation });
    for (const incarnation of incarnations) {
      const found = await store.findRepository({ workspace: "acme", id: incarnation });
      equal(found, incarnation, "the incarnation");
    }
  });

  test("two repositories may have the same incarnation", async ({ store }) => {
    const one = await create(store, { id: "one" });
    const two = await create(store, { id: "two" });
    await write(store, one, fullBatch(1));
    equal(await journalOf(store, two), [], "the journal of the other");
    equal(await rowsOf(store, two), [], "the log of the other");
    await write(store, two, fullBatch(1, "b"));
    equal(await journalOf(store, one), [fullBatch(1).entry], "the journal of the first");
  });

  test("the same id and incarnation in two workspaces are two repositories", async ({ store }) => {
    const one = await create(store, { workspace: "one" });
    const two = await create(store, { workspace: "two" });
    await write(store, one, fullBatch(1));
    await write(store, two, fullBatch(1, "b"));
    equal(await journalOf(store, one), [fullBatch(1).entry], "the journal of the first");
    equal(await journalOf(store, two), [fullBatch(1, "b").entry], "the journal of the other");
  });

  test("a new repository is empty", async ({ store }) => {
    const key = await create(store);
    equal(await journalOf(store, key), [], "the journal");
    equal(await store.listObjects(key, { limit: 10 }), [], "the objects");
    equal(await rowsOf(store, key), [], "the log");
    equal(await store.readCheckpoint(key), undefined, "the checkpoint");
  });

  test("of many that create at once under names of their own, all hear the same", async (t) => {
    const { store } = t;
    const incarnations = upTo(16).map((n) => n.toString(16).padStart(16, "0"));
    const made = await Promise.all(
      incarnations.map((each) => store.createRepository(CHAT, each, AT)),
    );
    equal(new Set(made).size, 1, `how many incarnations were told: ${[...new Set(made)].join()}`);
    equal(await store.findRepository(CHAT), made[0], "the incarnation afterwards");
  });

  test("two handles that create at once hear the same", { needs: hasSeveralWriters }, async (t) => {
    const [one, two] = [t.store, await t.open()];
    for (const n of upTo(20)) {
      const address = { workspace: "acme", id: `chat ${n}` };
      const made = await Promise.all([
        one.createRepository(address, FIRST, AT),
        two.createRepository(address, SECOND, AT),
      ]);
      equal(made[0], made[1], "the incarnations that were told");
      equal(await one.findRepository(address), made[0], "the incarnation afterwards");
    }
  });

  test("many repositories can be created at once", async ({ store }) => {
    const ids = upTo(64).map((n) => `chat ${n}`);
    await Promise.all(ids.map((id) => create(store, { id })));
    equal((await listOf(store)).length, ids.length, "how many repositories there are");
  });

  for (const at of [0, 1, 8_640_000_000_000_000]) {
    test(`a repository may be created at ${at}`, async ({ store }) => {
      await create(store, { at });
      equal(await listOf(store), [{ id: "chat", createdAt: at, updatedAt: at }], "the list");
    });
  }

  test("a repository that was deleted is not found", async ({ store }) => {
    const key = await filled(store, 2);
    await store.deleteRepository(key);
    equal(await store.findRepository(CHAT), undefined, "what findRepository tells");
  });

  for (const [which, incarnation] of [
    ["another", SECOND],
    ["the same", FIRST],
  ] as const) {
    test(`made again under ${which} incarnation, a repository is empty and can be written`, async (t) => {
      const { store } = t;
      const old = await create(store);
      for (const seq of upTo(3)) await write(store, old, fullBatch(seq));
      await store.writeCheckpoint(old, { seq: 3, manifest: new Uint8Array(9), segments: [] });
      await store.deleteRepository(old);

      const key = await create(store, { incarnation, at: AT + 50 });
      equal(await journalOf(store, key), [], "the journal");
      equal(await store.listObjects(key, { limit: 10 }), [], "the objects");
      equal(await rowsOf(store, key), [], "the log");
      equal(await store.readCheckpoint(key), undefined, "the checkpoint");
      const row = { incarnation, createdAt: AT + 50, updatedAt: AT + 50, summary: undefined };
      equal(await listOf(store), [row], "the list");
      await write(store, key, batch(1, { writer: "b" }));
      equal(await journalOf(store, key), [batch(1, { writer: "b" }).entry], "the journal");
    });
  }
});
