// Checkpoints: one for each repository, whole or not there.
import type { CheckpointToWrite } from "../../../types/storage.js";
import { create, filled, leavesAsItWas, objectOf, write } from "../actions.js";
import { equal, holds } from "../assert.js";
import { type Group, group, keepsCheckpoints } from "../case.js";
import { batch, checkpoint, everyByte, hashOf, noise, object, upTo } from "../samples.js";

const needs = keepsCheckpoints;

/** The same, naming segments that are there already. */
const reusing = (
  seq: number,
  ...segments: (string | ReturnType<typeof object>)[]
): CheckpointToWrite =>
  checkpoint(
    seq,
    segments.map((each) => (typeof each === "string" ? { hash: hashOf(each) } : each)),
  );

export const checkpoints: Group = group("checkpoints", (test) => {
  test("without one there is none", async ({ store }) => {
    const key = await filled(store, 3);
    equal(await store.readCheckpoint(key), undefined, "the checkpoint");
  });

  test("deleting where there is none is no error", async ({ store }) => {
    const key = await filled(store, 3);
    await store.deleteCheckpoint(key);
    equal(await store.readCheckpoint(key), undefined, "the checkpoint");
  });

  test("a store may refuse a checkpoint, but never breaks what else is there", async ({
    store,
  }) => {
    const key = await filled(store, 3, (seq) => ({ objects: [object(`${seq}`)] }));
    equal(typeof (await store.writeCheckpoint(key, checkpoint(3))), "boolean", "the answer's type");
    equal(await objectOf(store, key, hashOf("1")), object("1").bytes, "an object");
    await write(store, key, batch(4));
  });

  test("a checkpoint is read as it was written", { needs }, async ({ store }) => {
    const key = await filled(store, 5);
    const segments = upTo(7).map((n) => object(`segment ${n}`, noise(n * 100, n)));
    const written = { seq: 5, manifest: everyByte(), segments };
    equal(await store.writeCheckpoint(key, written), true, "what writeCheckpoint tells");
    equal(await store.readCheckpoint(key), written, "the checkpoint");
  });

  for (const [what, manifest, bytes] of [
    ["an empty segment", noise(9), new Uint8Array(0)],
    ["a segment of 262,144 bytes", noise(9), noise(262_144)],
    [
      "a manifest of a format that nobody knows",
      new TextEncoder().encode('{"format":99}'),
      noise(9),
    ],
    ["a manifest that is not UTF-8", Uint8Array.of(0xff, 0, 0xc0), noise(9)],
    ["a manifest of 100,000 bytes", noise(100_000), noise(9)],
  ] as const) {
    test(`${what} is kept byte for byte`, { needs }, async ({ store }) => {
      const key = await filled(store, 1);
      const written = { seq: 1, manifest, segments: [object("one", bytes), object("two")] };
      equal(await store.writeCheckpoint(key, written), true, "what writeCheckpoint tells");
      equal(await store.readCheckpoint(key), written, "the checkpoint");
    });
  }

  test("a checkpoint may have no segments", { needs }, async ({ store }) => {
    const key = await filled(store, 1);
    equal(await store.writeCheckpoint(key, checkpoint(1, [])), true, "what writeCheckpoint tells");
    equal(await store.readCheckpoint(key), checkpoint(1, []), "the checkpoint");
  });

  test("a later checkpoint takes the place of the one before", { needs }, async ({ store }) => {
    const key = await filled(store, 5);
    for (const seq of [1, 2, 5]) {
      equal(await store.writeCheckpoint(key, checkpoint(seq)), true, "what writeCheckpoint tells");
      equal(await store.readCheckpoint(key), checkpoint(seq), "the checkpoint");
    }
  });

  for (const [what, seq] of [
    ["an older checkpoint", 2],
    ["one of the same number", 4],
  ] as const) {
    test(`${what} is refused, and nothing happens`, { needs }, async ({ store }) => {
      const key = await filled(store, 5);
      await store.writeCheckpoint(key, checkpoint(4));
      await leavesAsItWas(store, key, "the refusal", async () => {
        const answer = await store.writeCheckpoint(key, checkpoint(seq, [object("other")]));
        equal(answer, false, "what writeCheckpoint tells");
      });
      const next = reusing(5, "other");
      equal(await store.writeCheckpoint(key, next), false, "reusing a segment that was refused");
    });
  }

  test("a segment without bytes is the one that is there", { needs }, async ({ store }) => {
    const key = await filled(store, 5);
    const [a, b, c] = [object("a"), object("b", noise(500)), object("c")];
    await store.writeCheckpoint(key, checkpoint(3, [a, b]));
    equal(await store.writeCheckpoint(key, reusing(4, "b", c)), true, "what writeCheckpoint tells");
    equal(await store.readCheckpoint(key), checkpoint(4, [b, c]), "the checkpoint");
  });

  test("segments come in the order of the newest checkpoint", { needs }, async ({ store }) => {
    const key = await filled(store, 5);
    const [a, b, c] = [object("a"), object("b"), object("c")];
    await store.writeCheckpoint(key, checkpoint(3, [a, b, c]));
    await store.writeCheckpoint(key, reusing(4, "c", "a", "b"));
    equal(await store.readCheckpoint(key), checkpoint(4, [c, a, b]), "the checkpoint");
  });

  test("a segment may be given again with its bytes", { needs }, async ({ store }) => {
    const key = await filled(store, 5);
    const [a, b] = [object("a"), object("b")];
    await store.writeCheckpoint(key, checkpoint(3, [a, b]));
    equal(
      await store.writeCheckpoint(key, checkpoint(4, [b, a])),
      true,
      "what writeCheckpoint tells",
    );
    equal(await store.readCheckpoint(key), checkpoint(4, [b, a]), "the checkpoint");
  });

  for (const [what, before] of [
    ["where there is no checkpoint", undefined],
    ["where there is a checkpoint", checkpoint(3, [object("a")])],
  ] as const) {
    test(`a segment that is missing, ${what}: false, and nothing happens`, { needs }, async (t) => {
      const { store } = t;
      const key = await filled(store, 5);
      if (before !== undefined) await store.writeCheckpoint(key, before);
      await leavesAsItWas(store, key, "the refusal", async () => {
        const answer = await store.writeCheckpoint(key, reusing(4, object("x"), "missing"));
        equal(answer, false, "what writeCheckpoint tells");
      });
      equal(await store.writeCheckpoint(key, reusing(5, "x")), false, "reusing what came with it");
    });
  }

  test("segments that the next one does not list are gone", { needs }, async ({ store }) => {
    const key = await filled(store, 5);
    await store.writeCheckpoint(key, checkpoint(2, [object("a"), object("b")]));
    await store.writeCheckpoint(key, reusing(3, "b"));
    equal(await store.writeCheckpoint(key, reusing(4, "a", "b")), false, "reusing what went");
    equal(await store.readCheckpoint(key), checkpoint(3, [object("b")]), "the checkpoint");
  });

  test("a deleted checkpoint is gone, with its segments", { needs }, async ({ store }) => {
    const key = await filled(store, 5);
    await store.writeCheckpoint(key, checkpoint(3, [object("a")]));
    await store.deleteCheckpoint(key);
    equal(await store.readCheckpoint(key), undefined, "the checkpoint");
    equal(await store.writeCheckpoint(key, reusing(4, "a")), false, "reusing its segment");
  });

  test("after a deletion an older one may be written", { needs }, async ({ store }) => {
    const key = await filled(store, 5);
    await store.writeCheckpoint(key, checkpoint(5));
    await store.deleteCheckpoint(key);
    equal(await store.writeCheckpoint(key, checkpoint(2)), true, "what writeCheckpoint tells");
    equal(await store.readCheckpoint(key), checkpoint(2), "the checkpoint");
  });

  for (const other of [{ id: "other" }, { workspace: "other" }]) {
    test(`checkpoints of another ${Object.keys(other)[0]} are its own`, { needs }, async ({
      store,
    }) => {
      const key = await filled(store, 3);
      const neighbour = await filled(store, 3, undefined, other);
      await store.writeCheckpoint(key, checkpoint(3, [object("a")]));
      equal(await store.readCheckpoint(neighbour), undefined, "the checkpoint of the other");
      equal(await store.writeCheckpoint(neighbour, reusing(3, "a")), false, "reusing across");
      const theirs = checkpoint(2, [object("a", noise(5))]);
      equal(await store.writeCheckpoint(neighbour, theirs), true, "what writeCheckpoint tells");
      equal(await store.readCheckpoint(neighbour), theirs, "the checkpoint of the other");
      await store.deleteCheckpoint(neighbour);
      equal(await store.readCheckpoint(key), checkpoint(3, [object("a")]), "the first");
    });
  }

  test("an object with the hash of a segment is a thing of its own", { needs }, async ({
    store,
  }) => {
    const key = await create(store);
    await write(store, key, batch(1, { objects: [object("it")] }));
    const segment = object("it", noise(20));
    equal(
      await store.writeCheckpoint(key, reusing(1, "it")),
      false,
      "reusing an object as a segment",
    );
    await store.writeCheckpoint(key, checkpoint(1, [segment]));
    equal(await objectOf(store, key, hashOf("it")), object("it").bytes, "the object");
    await store.deleteCheckpoint(key);
    equal(await objectOf(store, key, hashOf("it")), object("it").bytes, "the object afterwards");
  });

  test("deleting an object leaves a segment of its hash", { needs }, async ({ store }) => {
    const key = await create(store);
    await write(store, key, batch(1, { objects: [object("it")] }));
    await store.writeCheckpoint(key, checkpoint(1, [object("it")]));
    await write(store, key, batch(2, { deleteObjects: [hashOf("it")] }));
    equal(await store.readCheckpoint(key), checkpoint(1, [object("it")]), "the checkpoint");
  });

  test("entries written later leave the checkpoint", { needs }, async ({ store }) => {
    const key = await filled(store, 3);
    await store.writeCheckpoint(key, checkpoint(2));
    await write(store, key, batch(4));
    equal(await store.readCheckpoint(key), checkpoint(2), "the checkpoint");
  });

  test("what was given or read may be changed", { needs }, async ({ store }) => {
    const key = await filled(store, 1);
    const manifest = everyByte();
    const segment = { hash: hashOf("a"), bytes: everyByte() };
    await store.writeCheckpoint(key, { seq: 1, manifest, segments: [segment] });
    manifest.fill(7);
    segment.bytes.fill(7);
    const read = await store.readCheckpoint(key);
    const expected = { manifest: everyByte(), segments: [{ bytes: everyByte() }] };
    equal(read, expected, "the checkpoint");
    read?.manifest.fill(7);
    read?.segments[0]?.bytes.fill(7);
    equal(await store.readCheckpoint(key), expected, "the checkpoint read again");
  });

  test("of checkpoints written at once a whole one is left, none older than one told true", {
    needs,
  }, async (t) => {
    const { store } = t;
    const key = await filled(store, 8);
    const written = upTo(8).map((seq) => checkpoint(seq, [object(`of ${seq}`), object("shared")]));
    const answers = await Promise.all(written.map((each) => store.writeCheckpoint(key, each)));
    const newest = answers.lastIndexOf(true);
    holds(newest >= 0, "one of them must be told true");
    equal(await store.readCheckpoint(key), written[newest], "the checkpoint");
  });

  test("200 segments are kept", { needs, slow: true }, async ({ store }) => {
    const key = await filled(store, 2);
    const segments = upTo(200).map((n) => object(`segment ${n}`, noise(1000, n)));
    equal(await store.writeCheckpoint(key, checkpoint(1, segments)), true, "what it tells");
    const next = checkpoint(2, segments.map(({ hash }) => ({ hash })).reverse());
    equal(await store.writeCheckpoint(key, next), true, "what it tells of the next");
    equal(
      await store.readCheckpoint(key),
      checkpoint(2, [...segments].reverse()),
      "the checkpoint",
    );
  });
});
