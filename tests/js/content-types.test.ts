// Custom types: what is stored of a definition, and how payloads are checked against it.
import { describe, expect, test } from "vitest";
import { ContentTypeRegistry } from "../../js/src/content-types.js";
import { isVarveError } from "../../js/src/errors.js";
import type { ContentTypeDefinition, StandardSchema } from "../../js/src/types.js";

const stored = (definition: ContentTypeDefinition) =>
  JSON.parse(new ContentTypeRegistry({ ticket: definition }).registration("ticket") ?? "null")
    .definition;
const check = async (definition: ContentTypeDefinition, payload: object) => {
  const registry = new ContentTypeRegistry({ ticket: definition });
  const answer = await registry.validate(
    "ticket",
    JSON.stringify({ contentType: "ticket", ...payload }),
  );
  return answer === undefined ? undefined : JSON.parse(answer);
};

/** A schema as zod and the others have it, that wants `id` to be a string. */
const standard = (more: object = {}, asynchronous = false): StandardSchema<{ id: string }> => ({
  "~standard": {
    version: 1,
    vendor: "test",
    validate(value) {
      const { id } = value as { id: unknown };
      const issues = [{ message: "id must be text", path: ["id", { key: "a/b" }] }];
      const result = typeof id === "string" ? { value: { id } } : { issues };
      return asynchronous ? Promise.resolve(result) : result;
    },
    ...more,
  },
});

describe("JSON Schema", () => {
  const schema = {
    type: "object",
    properties: { id: { type: "string" }, "a/b ä": { type: "array", items: { type: "integer" } } },
    required: ["id"],
    additionalProperties: false,
  };

  test("is stored with the hints", () => {
    const hints = { defaultPriority: "pinned" } as const;
    expect(stored({ schema, hints })).toEqual({ schema, hints });
  });

  test("sees the payload without its contentType", async () => {
    expect(await check({ schema }, { id: "x" })).toBeUndefined();
  });

  test("says where the payload is wrong", async () => {
    expect(await check({ schema }, { id: 5 })).toMatchObject({ pointer: "/id" });
    expect(await check({ schema }, {})).toMatchObject({ pointer: "" });
    const deep = await check({ schema }, { id: "x", "a/b ä": [1, "2"] });
    expect(deep.pointer).toBe("/a~1b ä/1");
    expect(deep.message).toMatch(/integer/);
  });

  test("knows drafts by their $schema", async () => {
    const old = { $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "string" }] };
    expect(
      await check({ schema: { properties: { list: old } } }, { list: ["a", 1] }),
    ).toBeUndefined();
  });

  test("is checked at once when it was loaded", async () => {
    const registry = new ContentTypeRegistry({ ticket: { schema } });
    await registry.load();
    expect(registry.validate("ticket", '{"contentType":"ticket","id":"x"}')).toBeUndefined();
    expect(registry.validate("ticket", '{"contentType":"ticket","id":1}')).toMatch(/pointer/);
  });

  test("that only the repository has checks as well", async () => {
    const registry = new ContentTypeRegistry();
    const text = JSON.stringify(schema);
    const validate = (id: unknown) =>
      registry.validate("ticket", JSON.stringify({ contentType: "ticket", id }), text);
    expect(await validate("x")).toBeUndefined();
    expect(await validate(1)).toMatch(/pointer/);
  });

  test("false takes nothing, true everything", async () => {
    expect(await check({ schema: false }, {})).toBeDefined();
    expect(await check({ schema: true }, {})).toBeUndefined();
  });
});

describe("a Standard Schema", () => {
  test.each([false, true])("checks, asynchronous: %s", async (asynchronous) => {
    const schema = standard({}, asynchronous);
    expect(await check({ schema }, { id: "x" })).toBeUndefined();
    expect(await check({ schema }, { id: 1 })).toEqual({
      pointer: "/id/a~1b",
      message: "id must be text",
    });
  });

  test("is stored as JSON Schema where it or the application gives one", () => {
    const json = { type: "object" };
    expect(stored({ schema: standard(), toJsonSchema: () => json })).toEqual({ schema: json });
    expect(stored({ schema: standard({ jsonSchema: { input: () => json } }) })).toEqual({
      schema: json,
    });
  });

  test("is else known to be checked by the application only", () => {
    expect(stored({ schema: standard() })).toEqual({ validator: true });
    const refuses = () => {
      throw new Error("cannot be said");
    };
    expect(stored({ schema: standard({ jsonSchema: { input: refuses } }) })).toEqual({
      validator: true,
    });
  });
});

describe("a validator", () => {
  test.each<[string, unknown, object | undefined]>([
    ["nothing", undefined, undefined],
    ["true", true, undefined],
    ["false", false, { pointer: "", message: "the validator of its type refuses it" }],
    ["a text", "too long", { pointer: "", message: "too long" }],
    ["a place", { pointer: "/id", message: "too long" }, { pointer: "/id", message: "too long" }],
    ["a promise", Promise.resolve("too long"), { pointer: "", message: "too long" }],
    ["a promise of nothing", Promise.resolve(), undefined],
  ])("answers with %s", async (_, answer, expected) => {
    expect(await check({ validator: () => answer as never }, {})).toEqual(expected);
  });

  test("is asked after the schema, sync or async", async () => {
    const validator = async () => "from the validator";
    expect(await check({ schema: standard({}, true), validator }, { id: 1 })).toMatchObject({
      message: "id must be text",
    });
    expect(await check({ schema: standard({}, true), validator }, { id: "x" })).toMatchObject({
      message: "from the validator",
    });
  });

  test("gets a copy that it may change", async () => {
    const seen: unknown[] = [];
    const validator = (payload: object) => void seen.push(payload);
    await check({ validator }, { id: "x" });
    expect(seen).toEqual([{ id: "x" }]);
  });

  test("that is not here is an error that says what to do", () => {
    const registry = new ContentTypeRegistry();
    let error: unknown;
    try {
      registry.validate("ticket", "{}");
    } catch (caught) {
      error = caught;
    }
    expect(isVarveError(error, "Validation") && error.message).toMatch(
      /createVarve\(\{ contentTypes \}\)/,
    );
  });
});
