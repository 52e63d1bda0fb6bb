// Objects: how they are written, deleted, read and listed.
import type { RepositoryKey, StorageAdapter, StoredObject } from "../../../types/storage.js";
import { ALL, create, filled, journalOf, leavesAsItWas, objectOf, write } from "../actions.js";
import { equal, holds, isBytes, refuses } from "../assert.js";
import { type Group, group, type Need } from "../case.js";
import { batch, entry, everyByte, fullBatch, hashOf, noise, object, upTo } from "../samples.js";

const MIB = 1024 * 1024;

const takesMebibyte: Need = ({ maxObjectBytes }) =>
  maxObjectBytes >= MIB ? undefined : "it takes no objects of 1 MiB";
const hasLimit: Need = ({ maxObjectBytes }) =>
  maxObjectBytes <= 64 * MIB ? undefined : "it takes objects of more than 64 MiB";

const named = (count: number): StoredObject[] => upTo(count).map((n) => object(`object ${n}`));

async function holding(store: StorageAdapter, objects: StoredObject[]): Promise<RepositoryKey> {
  const key = await create(store);
  await write(store, key, batch(1, { objects }));
  return key;
}

const byHash = (a: { hash: string }, b: { hash: string }) => (a.hash < b.hash ? -1 : 1);
const listed = (objects: readonly StoredObject[]) =>
  objects.map(({ hash, bytes }) => ({ hash, byteSize: bytes.byteLength })).sort(byHash);

export const objects: Group = group("objects", (test) => {
  for (const [what, bytes] of [
    ["no bytes", new Uint8Array(0)],
    ["one zero byte", new Uint8Array(1)],
    ["every byte there is", everyByte()],
    ["bytes that are not UTF-8", Uint8Array.of(0xff, 0xc0, 0x80)],
    ["262,144 bytes", noise(262_144)],
  ] as const) {
    test(`an object of ${what} is kept byte for byte`, async ({ store }) => {
      const key = await holding(store, [object("it", bytes)]);
      equal(await objectOf(store, key, hashOf("it")), bytes, "the object");
      const size = { hash: hashOf("it"), byteSize: bytes.byteLength };
      equal(await store.listObjects(key, { limit: 5 }), [size], "the list");
    });
  }

  test("an object of 1 MiB is kept byte for byte", { needs: takesMebibyte }, async ({ store }) => {
    const bytes = noise(MIB);
    const key = await holding(store, [object("it", bytes)]);
    equal(await objectOf(store, key, hashOf("it")), bytes, "the object");
  });

  test("an object as large as maxObjectBytes says, up to 8 MiB, is kept", {
    slow: true,
  }, async (t) => {
    const bytes = noise(Math.min(8 * MIB, t.claims.maxObjectBytes));
    const key = await holding(t.store, [object("it", bytes)]);
    equal(await objectOf(t.store, key, hashOf("it")), bytes, "the object");
  });

  test("an entry of 1 MiB is kept byte for byte", { needs: takesMebibyte }, async ({ store }) => {
    const key = await create(store);
    const large = { seq: 1, hash: hashOf("large"), bytes: noise(MIB) };
    await write(store, key, { ...batch(1), entry: large });
    equal(await journalOf(store, key), [large], "the journal");
  });

  for (const what of ["object", "entry"] as const) {
    const options = { needs: hasLimit, slow: true };
    test(
      `an ${what} over maxObjectBytes is TooLarge, and nothing is written`,
      options,
      async (t) => {
        const { store } = t;
        const key = await create(store);
        await write(store, key, fullBatch(1));
        const large = object("large", new Uint8Array(t.claims.maxObjectBytes + 1));
        const given = fullBatch(2);
        const refused =
          what === "object"
            ? { ...given, objects: [...given.objects, large] }
            : { ...given, entry: { ...given.entry, bytes: large.bytes } };
        await leavesAsItWas(store, key, "the refusal", () =>
          refuses("TooLarge", "the write", () => store.write(key, refused)),
        );
        await write(store, key, fullBatch(2));
      },
    );
  }

  test("1,000 objects are written in one batch", { slow: true }, async ({ store }) => {
    const many = named(1000);
    const key = await holding(store, many);
    const read = await store.readObjects(
      key,
      many.map(({ hash }) => hash),
    );
    equal(
      read,
      many.map(({ bytes }) => bytes),
      "the objects",
    );
  });

  test("an object that is there stays as it is", async ({ store }) => {
    const key = await holding(store, [object("it")]);
    await write(store, key, batch(2, { objects: [object("it", noise(9)), object("other")] }));
    equal(await objectOf(store, key, hashOf("it")), object("it").bytes, "the object");
    equal(await objectOf(store, key, hashOf("other")), object("other").bytes, "the new one");
  });

  test("an object that several entries bring is there once", async ({ store }) => {
    const key = await filled(store, 5, () => ({ objects: [object("it")] }));
    equal(await store.listObjects(key, { limit: 9 }), listed([object("it")]), "the list");
  });

  test("two repositories keep their own bytes under one hash", async ({ store }) => {
    const one = await create(store, { id: "one" });
    const two = await create(store, { id: "two" });
    const elsewhere = await create(store, { workspace: "other", id: "one" });
    const keys = [one, two, elsewhere];
    for (const [n, key] of keys.entries()) {
      await write(store, key, batch(1, { objects: [object("it", noise(20, n + 1))] }));
    }
    for (const [n, key] of keys.entries()) {
      equal(await objectOf(store, key, hashOf("it")), noise(20, n + 1), `the object in ${key.id}`);
    }
  });

  test("objects of another repository are not there", async ({ store }) => {
    await holding(store, [object("it")]);
    for (const other of [{ id: "other" }, { workspace: "other" }]) {
      const key = await create(store, other);
      equal(await objectOf(store, key, hashOf("it")), null, "the object");
      equal(await store.listObjects(key, { limit: 9 }), [], "the list");
    }
  });
});

export const deletingObjects: Group = group("deleteObjects of write", (test) => {
  test("deleted objects are gone, the others stay", async ({ store }) => {
    const key = await holding(store, named(4));
    const [first, second, third, fourth] = named(4).map(({ hash }) => hash) as [
      string,
      string,
      string,
      string,
    ];
    await write(store, key, batch(2, { deleteObjects: [first, third] }));
    const read = await store.readObjects(key, [first, second, third, fourth]);
    const bytes = named(4).map((each) => each.bytes);
    equal(read, [null, bytes[1], null, bytes[3]], "the objects");
    const left = listed(named(4).filter((_, index) => index % 2 === 1));
    equal(await store.listObjects(key, { limit: 9 }), left, "the list");
  });

  test("deleting what is not there is no error", async ({ store }) => {
    const key = await holding(store, [object("it")]);
    await write(store, key, batch(2, { deleteObjects: [hashOf("absent"), hashOf("it")] }));
    await write(store, key, batch(3, { deleteObjects: [hashOf("it")] }));
    equal(await store.listObjects(key, { limit: 9 }), [], "the list");
    equal((await journalOf(store, key)).length, 3, "how many entries there are");
  });

  test("a batch brings objects and deletes others, with its entry", async ({ store }) => {
    const key = await holding(store, [object("old")]);
    await write(store, key, batch(2, { objects: [object("new")], deleteObjects: [hashOf("old")] }));
    equal(await store.listObjects(key, { limit: 9 }), listed([object("new")]), "the list");
    equal(await journalOf(store, key), [entry(1), entry(2)], "the journal");
  });

  test("what was deleted can be brought again, with other bytes", async ({ store }) => {
    const key = await holding(store, [object("it")]);
    await write(store, key, batch(2, { deleteObjects: [hashOf("it")] }));
    await write(store, key, batch(3, { objects: [object("it", noise(5))] }));
    equal(await objectOf(store, key, hashOf("it")), noise(5), "the object");
  });

  test("an object that several entries brought is gone when it is deleted once", async ({
    store,
  }) => {
    const key = await filled(store, 3, () => ({ objects: [object("it")] }));
    await write(store, key, batch(4, { deleteObjects: [hashOf("it")] }));
    equal(await objectOf(store, key, hashOf("it")), null, "the object");
  });

  test("deleting leaves the same hash of other repositories", async ({ store }) => {
    const key = await holding(store, [object("it")]);
    for (const other of [{ id: "other" }, { workspace: "other" }]) {
      const neighbour = await create(store, other);
      await write(store, neighbour, batch(1, { objects: [object("it")] }));
    }
    await write(store, key, batch(2, { deleteObjects: [hashOf("it")] }));
    for (const other of [{ id: "other" }, { workspace: "other" }]) {
      const neighbour = { ...key, ...other };
      equal(await objectOf(store, neighbour, hashOf("it")), object("it").bytes, "the object");
    }
  });

  test("1,000 objects are deleted in one batch", { slow: true }, async ({ store }) => {
    const many = named(1001);
    const key = await holding(store, many);
    const deleteObjects = many.slice(1).map(({ hash }) => hash);
    await write(store, key, batch(2, { deleteObjects }));
    equal(await store.listObjects(key, { limit: ALL }), listed(many.slice(0, 1)), "the list");
  });

  test("scrub, where the store has it, leaves what was not deleted", async ({ store }) => {
    const key = await holding(store, named(4));
    await store.writeCheckpoint(key, { seq: 1, manifest: noise(9), segments: [object("segment")] });
    await write(store, key, { ...fullBatch(2), deleteObjects: [hashOf("object 1")] });
    await leavesAsItWas(store, key, "scrub", async () => {
      await store.scrub?.(key);
      await store.scrub?.(key);
    });
    await write(store, key, batch(3));
  });
});

export const readingObjects: Group = group("readObjects", (test) => {
  test("no hashes give nothing", async ({ store }) => {
    const key = await holding(store, named(3));
    equal(await store.readObjects(key, []), [], "the objects");
  });

  test("objects come in the order asked for", async ({ store }) => {
    const key = await holding(store, named(9));
    const order = [5, 1, 9, 2, 8, 3].map((n) => object(`object ${n}`));
    const read = await store.readObjects(
      key,
      order.map(({ hash }) => hash),
    );
    equal(
      read,
      order.map(({ bytes }) => bytes),
      "the objects",
    );
  });

  test("what is not there is null, at its place", async ({ store }) => {
    const key = await holding(store, named(2));
    const [one, two] = named(2) as [StoredObject, StoredObject];
    const read = await store.readObjects(key, [
      hashOf("x"),
      two.hash,
      hashOf("y"),
      one.hash,
      hashOf("z"),
    ]);
    equal(read, [null, two.bytes, null, one.bytes, null], "the objects");
  });

  test("a hash may repeat", async ({ store }) => {
    const key = await holding(store, named(2));
    const [one, two] = named(2) as [StoredObject, StoredObject];
    const absent = hashOf("x");
    const read = await store.readObjects(key, [
      one.hash,
      two.hash,
      one.hash,
      absent,
      absent,
      one.hash,
    ]);
    equal(read, [one.bytes, two.bytes, one.bytes, null, null, one.bytes], "the objects");
  });

  test("only absent hashes give only null", async ({ store }) => {
    const key = await create(store);
    const read = await store.readObjects(
      key,
      upTo(20).map((n) => hashOf(`${n}`)),
    );
    equal(
      read,
      upTo(20).map(() => null),
      "the objects",
    );
  });

  test("5,000 hashes, with repeats and absent ones, are read at once", {
    slow: true,
  }, async (t) => {
    const many = named(500);
    const key = await holding(t.store, many);
    const numbers = upTo(5000).map((n) => 1 + ((n * 7919) % 1000)); // above 500: not there
    const read = await t.store.readObjects(
      key,
      numbers.map((n) => hashOf(`object ${n}`)),
    );
    equal(
      read,
      numbers.map((n) => many[n - 1]?.bytes ?? null),
      "the objects",
    );
  });

  test("what was read may be changed", async ({ store }) => {
    const key = await holding(store, [object("it", everyByte())]);
    const read = await store.readObjects(key, [hashOf("it"), hashOf("it")]);
    read[0]?.fill(7);
    equal(await objectOf(store, key, hashOf("it")), everyByte(), "the object read again");
  });

  test("objects are bytes and nothing else", async ({ store }) => {
    const key = await holding(store, [object("it", everyByte())]);
    const [read] = await store.readObjects(key, [hashOf("it")]);
    holds(isBytes(read), "what readObjects gives must be a Uint8Array");
    equal(read.slice(1, 3), Uint8Array.of(1, 2), "a part of it");
  });
});

export const listingObjects: Group = group("listObjects", (test) => {
  test("without objects there is nothing to list", async ({ store }) => {
    const key = await filled(store, 2);
    equal(await store.listObjects(key, { limit: 5 }), [], "the list");
    equal(await store.listObjects(key, { limit: 5, after: hashOf("x") }), [], "the list");
  });

  test("objects are listed by hash, with their sizes", async ({ store }) => {
    const all = upTo(40).map((n) => object(`object ${n}`, noise(n * 3)));
    const key = await holding(store, all);
    equal(await store.listObjects(key, { limit: ALL }), listed(all), "the list");
  });

  for (const limit of [1, 7, 20, 40, 41]) {
    test(`pages of ${limit} give every object once`, async ({ store }) => {
      const all = listed(named(40));
      const key = await holding(store, named(40));
      const read: { hash: string }[] = [];
      for (;;) {
        const page = await store.listObjects(key, { after: read.at(-1)?.hash, limit });
        equal(page.length, Math.min(limit, 40 - read.length), "how many there are on a page");
        read.push(...page);
        if (page.length < limit) break;
      }
      equal(read, all, "the pages");
    });
  }

  test("a page may begin behind a hash that is not there", async ({ store }) => {
    const key = await holding(store, named(20));
    for (const after of ["0".repeat(64), hashOf("absent"), "8".repeat(64), "f".repeat(64)]) {
      const expected = listed(named(20)).filter(({ hash }) => hash > after);
      equal(
        await store.listObjects(key, { after, limit: ALL }),
        expected,
        `what is behind ${after}`,
      );
    }
  });

  test("paging goes on where an object was deleted or added meanwhile", async ({ store }) => {
    const all = listed(named(20));
    const key = await holding(store, named(20));
    const first = await store.listObjects(key, { limit: 10 });
    const last = first.at(-1)?.hash ?? "";
    const added = { hash: "0".repeat(64), bytes: noise(3) };
    await write(store, key, batch(2, { deleteObjects: [last], objects: [added] }));
    const second = await store.listObjects(key, { after: last, limit: ALL });
    equal(second, all.slice(10), "the second page");
  });

  test("segments of checkpoints are no objects", async ({ store }) => {
    const key = await holding(store, named(2));
    await store.writeCheckpoint(key, { seq: 1, manifest: noise(9), segments: [object("segment")] });
    equal(await store.listObjects(key, { limit: ALL }), listed(named(2)), "the list");
  });
});
