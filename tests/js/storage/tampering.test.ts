// What a store gives back is checked: a flipped bit, a byte too few, another's bytes are found on reading.
// What was written by a newer version is told as such.
import { createHash } from "node:crypto";
import { isVarveError, type StorageAdapter } from "varve";
import { memoryPlace, testVarve } from "varve/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { type Chat, furnish, stateOf, varveOn } from "./operations/index.js";

type Change = (bytes: Uint8Array, which: string | number) => Uint8Array;

/** A store that gives back something else than was written. */
function tampered(
  inner: StorageAdapter,
  {
    entry,
    object,
    manifest,
    segment,
  }: Partial<Record<"entry" | "object" | "manifest" | "segment", Change>>,
): StorageAdapter {
  const same: Change = (bytes) => bytes;
  return {
    ...inner,
    async readJournal(...args) {
      const entries = await inner.readJournal(...args);
      return entries.map((each) => ({ ...each, bytes: (entry ?? same)(each.bytes, each.seq) }));
    },
    async readObjects(key, hashes) {
      const found = await inner.readObjects(key, hashes);
      return found.map((bytes, n) => bytes && (object ?? same)(bytes, hashes[n] ?? ""));
    },
    async readCheckpoint(...args) {
      const found = await inner.readCheckpoint(...args);
      if (found === undefined) return undefined;
      const segments = found.segments.map(({ hash, bytes }, n) => ({
        hash,
        bytes: (segment ?? same)(bytes, n),
      }));
      return { ...found, manifest: (manifest ?? same)(found.manifest, 0), segments };
    },
  };
}

const flipped = (bytes: Uint8Array, place: number, bit: number): Uint8Array => {
  const changed = bytes.slice();
  changed[place] = (changed[place] ?? 0) ^ (1 << bit);
  return changed;
};

/** Only what it is about is changed. */
const only =
  (which: string | number, change: (bytes: Uint8Array) => Uint8Array): Change =>
  (bytes, each) =>
    each === which ? change(bytes) : bytes;

/** Places in bytes: the first ones, the last ones, and some between. */
function placesIn({ length }: Uint8Array, between = 12): number[] {
  const some = Array.from({ length: between }, (_, n) =>
    Math.floor((length * (n + 0.5)) / between),
  );
  const all = [0, 1, 2, 3, ...some, length - 2, length - 1];
  return [...new Set(all.filter((place) => place >= 0 && place < length))];
}

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return isVarveError(error) ? error.code : String(error);
  }
  return "nothing failed";
}

const KEY = async (store: StorageAdapter) => {
  const { repositories } = await store.listRepositories("default", { limit: 9 });
  const [row] = repositories;
  if (row === undefined) throw new Error("no repository");
  return { workspace: "default", ...row };
};

describe("entries and objects", () => {
  const place = memoryPlace();
  const store = place.open();
  beforeAll(() => furnish(store));

  const opening = (changed: StorageAdapter) =>
    codeOf(async () => stateOf((await varveOn(changed, 2).open("chat")) as never));

  test("a bit that is flipped in an entry is found, also where it becomes one of a version to come", async () => {
    const entries = await store.readJournal(await KEY(store), { after: 0, limit: 99 });
    expect(entries.length).toBeGreaterThan(10);
    for (const { seq, bytes } of entries) {
      for (const at of placesIn(bytes)) {
        for (const bit of [0, 5, 7]) {
          const entry = only(seq, () => flipped(bytes, at, bit));
          const code = await opening(tampered(store, { entry }));
          // The first byte says how the rest is packed: 0 and 1 are known.
          const expected = at === 0 && bit > 0 ? "VersionTooNew" : "Corrupt";
          expect([seq, at, bit, code]).toEqual([seq, at, bit, expected]);
        }
      }
    }
  });

  test("a bit that is flipped in an object is found: Corrupt", async () => {
    const key = await KEY(store);
    const listed = await store.listObjects(key, { limit: 99 });
    expect(listed.length).toBeGreaterThan(5);
    for (const { hash } of listed) {
      const [bytes] = await store.readObjects(key, [hash]);
      for (const at of placesIn(bytes ?? new Uint8Array())) {
        const object = only(hash, (each) => flipped(each, at, at % 8));
        expect([hash, at, await opening(tampered(store, { object }))]).toEqual([
          hash,
          at,
          "Corrupt",
        ]);
      }
    }
  });

  for (const [what, change] of Object.entries({
    "with a byte less": (bytes: Uint8Array) => bytes.slice(0, -1),
    "with a byte more": (bytes: Uint8Array) => Uint8Array.of(...bytes, 32),
    "without bytes": () => new Uint8Array(),
    "with other bytes": () => new TextEncoder().encode('\0{"contentType":"message"}'),
  })) {
    test(`an entry ${what} is Corrupt`, async () => {
      for (const seq of [1, 5, 11]) {
        const code = await opening(tampered(store, { entry: only(seq, change) }));
        expect([seq, code]).toEqual([seq, "Corrupt"]);
      }
    });

    test(`an object ${what} is Corrupt`, async () => {
      for (const { hash } of await store.listObjects(await KEY(store), { limit: 99 })) {
        const object = only(hash, change);
        expect([hash, await opening(tampered(store, { object }))]).toEqual([hash, "Corrupt"]);
      }
    });
  }

  test("an object that is missing is Corrupt, where it is needed", async () => {
    const readObjects: StorageAdapter["readObjects"] = async (_, hashes) => hashes.map(() => null);
    const chat = await varveOn({ ...store, readObjects }, 2).open("chat");
    expect((await chat.operations()).length).toBeGreaterThan(5);
    expect(await codeOf(() => chat.compile())).toBe("Corrupt");
  });

  for (const [what, change] of Object.entries({
    "an entry that is left out": <E>(all: readonly E[]) => all.filter((_, n) => n !== 4),
    "the first entry left out": <E>(all: readonly E[]) => all.slice(1),
    "two entries that changed places": <E>(all: readonly E[]) => {
      const [a, b, ...rest] = all as [E, E, ...E[]];
      return [b, a, ...rest];
    },
    "an entry that comes twice": <E>(all: readonly E[]) =>
      all.flatMap((each, n) => (n === 3 ? [each, each] : [each])),
  })) {
    test(`${what}: Corrupt`, async () => {
      const readJournal: StorageAdapter["readJournal"] = async (...args) =>
        change(await store.readJournal(...args));
      expect(await opening({ ...store, readJournal })).toBe("Corrupt");
    });
  }

  test("an entry under another's hash, or as another's number, is Corrupt", async () => {
    const readJournal: StorageAdapter["readJournal"] = async (...args) => {
      const all = await store.readJournal(...args);
      return all.map((each, n) => ({ ...(all[n ^ 1] ?? each), seq: each.seq }));
    };
    expect(await opening({ ...store, readJournal })).toBe("Corrupt");
    const otherHash: StorageAdapter["readJournal"] = async (...args) => {
      const all = await store.readJournal(...args);
      return all.map((each, n) => ({ ...each, hash: all[n ^ 1]?.hash ?? each.hash }));
    };
    expect(await opening({ ...store, readJournal: otherHash })).toBe("Corrupt");
  });

  test("entries of another repository in place of the last ones: Corrupt", async () => {
    const other = memoryPlace().open();
    await furnish(other);
    const chat = await testVarve({ storage: other, ids: 9 }).open("twin");
    for (let n = 0; n < 20; n++) await chat.user(`${n}`);
    const { repositories } = await other.listRepositories("default", { limit: 9, prefix: "twin" });
    const twin = {
      workspace: "default",
      id: "twin",
      incarnation: repositories[0]?.incarnation ?? "",
    };
    const readJournal: StorageAdapter["readJournal"] = async (key, query) => [
      ...(await store.readJournal(key, { after: query.after, limit: 5 })),
      ...(await other.readJournal(twin, { after: 5, limit: 5 })),
    ];
    expect(await opening({ ...store, readJournal })).toBe("Corrupt");
  });
});

describe("newer versions", () => {
  /** A repository whose last entry is this. */
  async function endingWith(change: (entry: Record<string, unknown>) => object) {
    const store = memoryPlace().open();
    await furnish(store);
    const key = await KEY(store);
    const last = (await store.readJournal(key, { after: 0, limit: 99 })).at(-1);
    const seq = (last?.seq ?? 0) + 1;
    const own = {
      at: 1_735_689_600_000,
      format: 1,
      id: "x",
      operations: [],
      previous: last?.hash,
      seq,
    };
    const text = new TextEncoder().encode(JSON.stringify(change(own)));
    const hash = createHash("sha256").update(text).digest("hex");
    const bytes = Uint8Array.of(0, ...text); // kept as it is, not packed
    const batch = { at: own.at, objects: [], deleteObjects: [], logs: [] };
    await store.write(key, { ...batch, entry: { seq, hash, bytes } });
    return store;
  }

  const opened = (store: StorageAdapter) => varveOn(store, 2).open("chat");

  test("the same entry in this version is read", async () => {
    const chat = await opened(await endingWith((entry) => entry));
    expect((await chat.history()).commits.length).toBeGreaterThan(5);
  });

  for (const [what, change] of Object.entries({
    "format: 2": (entry: object) => ({ ...entry, format: 2 }),
    "a format far ahead, of another shape": ({ seq }: Record<string, unknown>) => ({
      format: 1000,
      seq,
      everything: "different",
    }),
  })) {
    test(`an entry with ${what}: VersionTooNew, with both numbers`, async () => {
      const store = await endingWith(change);
      await expect(opened(store)).rejects.toMatchObject({
        code: "VersionTooNew",
        details: { found: (change({ seq: 1 }) as { format: number }).format, supported: 1 },
      });
      expect(await codeOf(() => opened(store))).toBe("VersionTooNew"); // and again
    });
  }

  test("a writer that meets a newer entry stops with VersionTooNew, and writes nothing", async () => {
    const store = memoryPlace().open();
    await furnish(store);
    const chat = await opened(store);
    const key = await KEY(store);
    const { seq = 0, hash } = (await store.readJournal(key, { after: 0, limit: 99 })).at(-1) ?? {};
    const text = new TextEncoder().encode(
      JSON.stringify({ format: 2, previous: hash, seq: seq + 1 }),
    );
    const entry = {
      seq: seq + 1,
      hash: createHash("sha256").update(text).digest("hex"),
      bytes: Uint8Array.of(0, ...text),
    };
    await store.write(key, { entry, at: 1e13, objects: [], deleteObjects: [], logs: [] });
    expect(await codeOf(() => chat.user("too old"))).toBe("VersionTooNew");
    expect(await store.readJournal(key, { after: seq, limit: 9 })).toEqual([entry]);
  });
});

describe("checkpoints", () => {
  const COUNT = 2010;
  // In memory that says of itself that it is memory, no checkpoint is worth its place.
  const store = memoryPlace({ durability: "strict" }).open();
  let expected: unknown;

  const shown = async (chat: Chat) => ({
    commits: (await chat.history({ limit: 50 })).commits,
    status: { ...(await chat.status()), checkpoint: undefined }, // which one was used is asked apart
    tags: await chat.tags(),
    notes: await chat.notes("2"),
    messages: (await chat.compile({ maxTokens: 200 })).messages,
  });

  beforeAll(async () => {
    const chat = await varveOn(store, 1).open("chat");
    await chat.user("zero", { id: "0" });
    await chat.tag("v0");
    const metadata = { trace: "0123456789".repeat(30) }; // enough for the platform to be asked for hashes
    for (let n = 1; n < COUNT; n++) await chat.user(`number ${n}`, { id: `${n}`, metadata });
    await chat.setNote("2", "mood", "calm");
    expected = await shown(
      await varveOn({ ...store, readCheckpoint: async () => undefined }, 2).open("chat"),
    );
  }, 60_000);

  /** Opens it; tells what is seen, the time of a commit made then, and after which entry reading began. */
  async function opened(changed: StorageAdapter) {
    const read: number[] = [];
    const storage: StorageAdapter = {
      ...changed,
      readJournal: (key, query) => {
        read.push(query.after);
        return changed.readJournal(key, query);
      },
      write: async () => ({}), // for the next one to find the same
      writeCheckpoint: async () => false,
      deleteCheckpoint: async () => {},
    };
    const chat = await varveOn(storage, 2).open("chat");
    const seen = await shown(chat);
    const { rebuilt } = (await chat.status()).checkpoint;
    const { hash } = await chat.user("on we go", { id: "next" });
    const { createdAt } = (await chat.history({ limit: 1 })).commits[0] ?? {};
    // The last entry of a checkpoint is read with those behind it.
    const from = read.includes(0) ? 0 : (read[0] ?? 0) + 1;
    return { seen, hash, rebuilt, createdAt, from };
  }

  const checkpoint = async () => {
    const found = await store.readCheckpoint(await KEY(store));
    if (found === undefined) throw new Error("no checkpoint");
    return found;
  };

  test("one that is whole is used, and says what the journal says", async () => {
    const { segments } = await checkpoint();
    expect(segments.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeGreaterThan(600_000);
    const { seen, from, createdAt, rebuilt } = await opened(store);
    expect(rebuilt).toBeUndefined();
    expect(seen).toEqual(expected);
    expect(from).toBe((await checkpoint()).seq);
    expect(from).toBeGreaterThan(1000);
    expect(createdAt).toBe(Date.UTC(2025, 0, 1));
  });

  /** Fails unless the journal is what counts. */
  async function passedOver(changed: StorageAdapter, what: string) {
    const { seen, from, createdAt, rebuilt } = await opened(changed);
    // A broken one is told; a newer one is whole, and left to those who can read it.
    const isTold = from === 0 && what !== "of a format that nobody knows";
    expect(rebuilt !== undefined, what).toBe(isTold);
    expect([what, seen, createdAt]).toEqual([what, expected, Date.UTC(2025, 0, 1)]);
    return from;
  }

  test("a bit that is flipped in the manifest changes nothing of what is read", async () => {
    const { manifest } = await checkpoint();
    for (const place of placesIn(manifest, 20)) {
      const change = (bytes: Uint8Array) => flipped(bytes, place, place % 3);
      await passedOver(tampered(store, { manifest: change }), `manifest, byte ${place}`);
    }
  }, 60_000);

  test("a bit that is flipped in a segment is found: the journal is read from its start", async () => {
    const { segments } = await checkpoint();
    expect(segments.length).toBeGreaterThan(3);
    for (const [n, { bytes }] of segments.entries()) {
      for (const place of placesIn(bytes, 2)) {
        const segment = only(n, () => flipped(bytes, place, place % 8));
        const from = await passedOver(tampered(store, { segment }), `segment ${n}, byte ${place}`);
        expect(from).toBe(0);
      }
    }
  }, 60_000);

  for (const [what, change] of Object.entries({
    "of a format that nobody knows": (text: string) => text.replace('"format":3', '"format":4'),
    "of another entry": (text: string) => text.replace(/"hash":"../, '"hash":"00'),
    "of another time": (text: string) => text.replace('"at":1', '"at":9'),
    "that is no JSON": () => "manifest",
    "that is empty": () => "",
    "that is of another number": (text: string) => text.replace(/"seq":\d+/, '"seq":1'),
  })) {
    test(`one ${what} is passed over`, async () => {
      const manifest: Change = (bytes) => {
        const text = change(new TextDecoder().decode(bytes));
        return new TextEncoder().encode(text);
      };
      const from = await passedOver(tampered(store, { manifest }), what);
      expect(from).toBe(0);
    });
  }

  test("an adapter whose segments are no bytes is told so: Corrupt", async () => {
    const { segments, ...rest } = await checkpoint();
    for (const bytes of [undefined, null, "bytes", 7, {}]) {
      const given = segments.map(({ hash }) => ({ hash, bytes: bytes as never }));
      const readCheckpoint = async () => ({ ...rest, segments: given });
      await expect(passedOver({ ...store, readCheckpoint }, `${bytes}`)).rejects.toMatchObject({
        code: "Corrupt",
        message: expect.stringContaining("bytes as a Uint8Array"),
      });
    }
  });

  test("one that misses a segment is passed over", async () => {
    const { segments, ...rest } = await checkpoint();
    for (const some of [segments.slice(1), segments.slice(0, -1), []]) {
      const readCheckpoint = async () => ({ ...rest, segments: some });
      expect(await passedOver({ ...store, readCheckpoint }, `${some.length} segments`)).toBe(0);
    }
  });
});
