import vm from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isVarveError, type VarveError } from "../../js/src/errors.js";
import { toPlainJson } from "../../js/src/plain.js";

function refusal(value: unknown): VarveError<"Validation"> {
  try {
    toPlainJson(value);
  } catch (error) {
    if (isVarveError(error, "Validation")) return error;
    throw error;
  }
  throw new Error("the value was taken");
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

describe("what JSON can hold is written like JSON.stringify writes it", () => {
  const table: [string, unknown][] = [
    ["null", null],
    ["booleans", [true, false]],
    ["numbers", [0, -0, 1.5, 1e21, 1e-7, Number.MAX_SAFE_INTEGER, 5e-324]],
    ["empty", { a: {}, b: [], c: "" }],
    ["escapes", '"\\\n\u0000\u001f\u007f\u2028'],
    ["long text with escapes", `${"x".repeat(100)}"${"é".repeat(100)}`],
    ["pairs", "😀 \u{10ffff}"],
    ["keys that need escapes", { '"': 1, "\n": 2, "a/b~c": 3, "": 4 }],
    ["long keys", { ["k".repeat(100)]: 1 }],
    ["integer keys come first", { b: 1, 2: 1, 1: 1 }],
    ["undefined properties", { a: undefined, b: 1, c: undefined }],
    ["no prototype", Object.assign(Object.create(null), { a: 1 })],
    ["another realm", vm.runInNewContext('({ a: [1, { b: "x" }], c: [] })')],
    ["frozen", Object.freeze({ a: Object.freeze([1]) })],
    ["100 levels", nested(100)],
    ["the same object twice", ((o) => [o, o, { o }])({ a: 1 })],
    ["not enumerable", Object.defineProperty({ a: 1 }, "hidden", { value: 2 })],
    ["a harmless proxy", new Proxy({ a: [1] }, {})],
    ["a proxied array", new Proxy([1, 2], {})],
    ["names of built-ins", { constructor: 1, toString: 2, hasOwnProperty: 3, length: 4, value: 5 }],
  ];
  test.each(table)("%s", (_name, value) => {
    expect(toPlainJson(value)).toBe(JSON.stringify(value));
  });

  test("any plain value", () => {
    const anyJson = fc.jsonValue({ maxDepth: 6 });
    fc.assert(fc.property(anyJson, (value) => toPlainJson(value) === JSON.stringify(value)));
  });

  test("any well-formed text, as value and as key", () => {
    const text = fc.string({ unit: "binary", maxLength: 80 });
    const same = (value: unknown) => toPlainJson(value) === JSON.stringify(value);
    fc.assert(fc.property(text, (s) => same(s) && same({ [s]: s })));
  });

  test("-0 is 0", () => expect(toPlainJson({ a: -0 })).toBe('{"a":0}'));

  test("__proto__ as a key of its own is data", () => {
    const value = JSON.parse('{"__proto__":{"a":1},"b":2}');
    expect(toPlainJson(value)).toBe('{"__proto__":{"a":1},"b":2}');
  });

  test("toJSON is not called", () => {
    const value = Object.defineProperty({ a: 1 }, "toJSON", { value: () => "no" });
    expect(toPlainJson(value)).toBe('{"a":1}');
  });
});

describe("what JSON would lose or change is refused, with the place", () => {
  class Thing {
    a = 1;
  }
  class List extends Array {}
  const cyclic: Record<string, unknown> = { a: { b: [0] } };
  (cyclic as { a: { b: unknown[] } }).a.b.push({ back: cyclic.a });
  // biome-ignore lint/suspicious/noSparseArray: the hole is the point
  const holes = [1, , 3];
  const table: [string, unknown, string, RegExp][] = [
    ["a function", { a: () => 1 }, "/a", /is a function/],
    ["a symbol", [Symbol("x")], "/0", /is a symbol/],
    ["a bigint", { n: 10n }, "/n", /is the bigint 10/],
    ["NaN", { n: Number.NaN }, "/n", /is NaN/],
    ["an infinity", { n: -Infinity }, "/n", /is -Infinity/],
    ["half of a pair", { t: "a\ud800" }, "/t", /surrogate/],
    ["the other half, in a long text", { t: `\udc00${"x".repeat(100)}` }, "/t", /surrogate/],
    ["half of a pair in a key", { "\ud800": 1 }, "/\ud800", /surrogate/],
    ["undefined", undefined, "", /^the value is undefined/],
    ["undefined in an array", { a: [1, undefined] }, "/a/1", /is undefined/],
    ["a hole", { a: holes }, "/a/1", /hole/],
    ["a huge empty array", new Array(4_000_000_000), "/0", /hole/],
    ["a date", { at: new Date(0) }, "/at", /instance of Date/],
    ["a map", new Map(), "", /^the value is an instance of Map/],
    ["bytes", { b: new Uint8Array(1) }, "/b", /instance of Uint8Array/],
    ["an error", { e: new Error("x") }, "/e", /instance of Error/],
    ["a boxed string", { s: Object("x") }, "/s", /instance of String/],
    ["an instance", { x: [new Thing()] }, "/x/0", /instance of Thing/],
    ["a class of arrays", { x: List.from([1]) }, "/x", /class of arrays/],
    ["a date of another realm", vm.runInNewContext("new Date(0)"), "", /instance of Date/],
    ["an inherited object", { x: Object.create({ a: 1 }) }, "/x", /instance of/],
    ["a symbol as a key", { x: { [Symbol("k")]: 1 } }, "/x", /symbol as a key/],
    ["a module", { m: Math }, "/m", /symbol as a key/],
    ["101 levels", nested(101), "/0".repeat(100), /nests too deep, expected at most 100/],
    ["10,000 levels", nested(10_000), "/0".repeat(100), /nests too deep/],
    ["a cycle", cyclic, "/a/b/1/back", /contains itself/],
    ["a slash and a tilde in the place", { "a/b~c": { d: 1n } }, "/a~1b~0c/d", /bigint/],
  ];
  test.each(table)("%s", (_name, value, pointer, message) => {
    const error = refusal(value);
    expect(error.details.pointer).toBe(pointer);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`, expected ${error.details.expected}`);
    expect(error.retryable).toBe(false);
  });

  test("a getter, which does not run", () => {
    let ran = false;
    const value = {
      get a() {
        ran = true;
        return 1;
      },
    };
    expect(refusal({ x: [value] }).details.pointer).toBe("/x/0/a");
    const array = Object.defineProperty([1], 0, { get: () => (ran = true), enumerable: true });
    expect(refusal({ array }).details.pointer).toBe("/array/0");
    expect(ran).toBe(false);
  });

  test("a direct cycle in an array", () => {
    const array: unknown[] = [];
    array.push(array);
    expect(refusal(array)).toMatchObject({ details: { pointer: "/0" } });
  });

  test("a proxy that throws, with what it threw as cause", () => {
    const cause = new Error("trap");
    const thrower = () => {
      throw cause;
    };
    for (const trap of ["ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf"]) {
      const error = refusal({ p: new Proxy({ a: 1 }, { [trap]: thrower }) });
      expect(error.details.pointer).toMatch(/^\/p/);
      expect(error.cause).toBe(cause);
    }
  });

  test("a proxy that throws something that is no text either", () => {
    const thrower = () => {
      throw Object.create(null);
    };
    expect(refusal(new Proxy({}, { ownKeys: thrower })).message).toContain("cannot be read");
  });

  test("a revoked proxy", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(refusal({ proxy }).details.pointer).toBe("/proxy");
  });

  test("a few objects that would unfold into more than memory holds", () => {
    let value: unknown = "x".repeat(1000);
    for (let i = 0; i < 60; i++) value = [value, value];
    expect(() => toPlainJson(value)).toThrow(
      expect.objectContaining({ code: "TooLarge", details: { limit: 2 ** 28 } }),
    );
  });
});

test("a proxy's values are read once, through descriptors", () => {
  let reads = 0;
  const proxy = new Proxy(
    { role: "user" },
    {
      get: () => {
        throw new Error("get was called");
      },
      getOwnPropertyDescriptor: (target, key) => {
        const property = Reflect.getOwnPropertyDescriptor(target, key);
        return property && { ...property, value: `read ${++reads}` };
      },
    },
  );
  expect(toPlainJson(proxy)).toMatch(/^\{"role":"read \d"\}$/);
});

test("a polluted prototype changes nothing", () => {
  const polluted: [object, string][] = [
    [Object.prototype, "extra"],
    [Object.prototype, "get"],
    [Object.prototype, "value"],
    [Object.prototype, "toJSON"],
    [Array.prototype, "1"],
    [String.prototype, "toJSON"],
  ];
  const getter = Object.defineProperty({}, "a", { enumerable: true, get: () => 1 });
  // biome-ignore lint/suspicious/noSparseArray: the hole is the point
  const hole = [1, , 3];
  const pollution = Object.assign(Object.create(null), {
    value: () => "polluted",
    configurable: true,
  });
  const attempt = (value: unknown) => {
    try {
      return toPlainJson(value);
    } catch (error) {
      return (error as VarveError).code;
    }
  };

  for (const [prototype, key] of polluted) Object.defineProperty(prototype, key, pollution);
  const results = [attempt({ a: ["x", { b: 1 }] }), attempt(getter), attempt(hole)];
  for (const [prototype, key] of polluted) Reflect.deleteProperty(prototype, key);

  expect(results).toEqual(['{"a":["x",{"b":1}]}', "Validation", "Validation"]);
});

test("bytes go apart where they are taken, and are refused elsewhere", () => {
  const [one, two] = [new Uint8Array(1), Buffer.from("ab")];
  const files: Uint8Array[] = [];
  const value = [{ data: one }, { a: { data: two } }, { data: one, other: 5 }];
  expect(toPlainJson(value, files)).toBe('[{"data":0},{"a":{"data":1}},{"data":2,"other":5}]');
  expect(files).toEqual([one, two, one]);
  for (const [wrong, taken] of [
    [{ data: one }, undefined],
    [{ date: one }, []],
    [one, []],
    [{ data: new Uint16Array(1) }, []],
    [{ data: new DataView(new ArrayBuffer(1)) }, []],
  ] as const) {
    expect(() => toPlainJson(wrong, taken && [])).toThrow(/expected a plain object/);
  }
});

test("a value that writes another one while it is read gets its bytes nevertheless", () => {
  const files: Uint8Array[] = [];
  const bytes = new Uint8Array(2);
  const ownKeys = () => {
    toPlainJson({ a: 1 });
    return [];
  };
  const meddling = new Proxy({}, { ownKeys });
  expect(toPlainJson([meddling, { data: bytes }], files)).toBe('[{},{"data":0}]');
  expect(files).toEqual([bytes]);
});
