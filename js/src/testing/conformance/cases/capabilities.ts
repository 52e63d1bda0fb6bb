// What a store says of itself.
import { equal, holds } from "../assert.js";
import { type Group, group } from "../case.js";

const OPTIONAL = ["scrub", "migrate", "reproject", "watch"] as const;

export const capabilities: Group = group("capabilities", (test) => {
  test("the name is a text that is not empty", async ({ store }) => {
    holds(typeof store.name === "string" && store.name !== "", "name must be a text, not empty");
  });

  test("durability is memory, relaxed or strict", async ({ store }) => {
    const { durability } = store.capabilities;
    const known = ["memory", "relaxed", "strict"].includes(durability);
    holds(known, `durability must be memory, relaxed or strict, it is ${String(durability)}`);
  });

  test("multiWriter, multiKeyAtomic and projects are true or false", async ({ store }) => {
    const { multiWriter, multiKeyAtomic, projects = false } = store.capabilities;
    equal(typeof multiWriter, "boolean", "the type of multiWriter");
    equal(typeof multiKeyAtomic, "boolean", "the type of multiKeyAtomic");
    equal(typeof projects, "boolean", "the type of projects");
  });

  test("maxObjectBytes is a whole number, not negative", async ({ store }) => {
    const { maxObjectBytes } = store.capabilities;
    const valid = Number.isSafeInteger(maxObjectBytes) && maxObjectBytes >= 0;
    holds(valid, `maxObjectBytes must be a whole number, it is ${String(maxObjectBytes)}`);
  });

  test("capabilities do not change", async ({ store }) => {
    const before = { ...store.capabilities };
    await store.createRepository({ workspace: "acme", id: "chat" }, "00000000000000a1", 0);
    equal({ ...store.capabilities }, before, "the capabilities after a call");
    await store.close();
    equal({ ...store.capabilities }, before, "the capabilities after close");
  });

  for (const name of OPTIONAL) {
    test(`${name}, where the store has it, is a function`, async ({ store }) => {
      const member: unknown = store[name];
      const valid = member === undefined || typeof member === "function";
      holds(valid, `${name} must be a function or left out, it is ${String(member)}`);
    });
  }

  test("migrate, where the store has it, can be called again and leaves what is there", async (t) => {
    const { store } = t;
    await store.migrate?.();
    const address = { workspace: "acme", id: "chat" };
    await store.createRepository(address, "00000000000000a1", 0);
    await store.migrate?.();
    const handle = t.claims.multiWriter ? await t.open() : store;
    await handle.migrate?.();
    equal(await store.findRepository(address), "00000000000000a1", "the repository after migrate");
  });
});
