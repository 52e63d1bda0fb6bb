import { expect, test } from "vitest";
import { functions, sections, targetFeatures } from "../../../js/scripts/lib/wasm.mjs";

const text = (s) => [s.length, ...Buffer.from(s)];
const section = (id, ...body) => [id, body.length, ...body];
const custom = (name, ...body) => section(0, ...text(name), ...body);

/** One imported function, two of its own (2 and 3 bytes of code), names, a used and an unused feature. */
const module = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 0, 0),
  ...section(2, 2, ...text("m"), ...text("f"), 0, 0, ...text("m"), ...text("mem"), 2, 0, 1),
  ...section(3, 2, 0, 0),
  ...section(10, 2, 2, 0, 0x0b, 3, 0, 0x01, 0x0b),
  ...custom("name", 1, 13, 2, 1, ...text("a::b"), 2, ...text("c::d")),
  ...custom("target_features", 2, 0x2b, ...text("sign-ext"), 0x2d, ...text("atomics")),
]);

test("the sample is a module", () => {
  expect(WebAssembly.validate(module)).toBe(true);
});

test("sections are listed in order, custom ones by name", () => {
  expect(sections(module).map(({ id, name }) => name ?? id)).toEqual([
    1,
    2,
    3,
    10,
    "name",
    "target_features",
  ]);
});

test("functions have their names, counted after the imported ones, and their code's size", () => {
  expect(functions(module)).toEqual([
    { name: "a::b", size: 3 },
    { name: "c::d", size: 4 },
  ]);
});

test("only features in use are told", () => {
  expect(targetFeatures(module)).toEqual(["sign-ext"]);
});
