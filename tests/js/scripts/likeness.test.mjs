import { expect, test } from "vitest";
import { namedByLikeness } from "../../../js/scripts/lib/likeness.mjs";
import { functions, sections } from "../../../js/scripts/lib/wasm.mjs";

const text = (s) => [s.length, ...Buffer.from(s)];
const section = (id, ...body) => [id, body.length, ...body];

/** A module with one imported function and functions of this code. */
const moduleOf = (codes) =>
  Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 0, 0),
    ...section(2, 1, ...text("m"), ...text("f"), 0, 0),
    ...section(3, codes.length, ...codes.map(() => 0)),
    ...section(10, codes.length, ...codes.flatMap((code) => [code.length + 2, 0, ...code, 0x0b])),
    ...section(0, ...text("name"), 1, 4, 1, 1, ...text("a")),
  ]);

/** Constants that are dropped: of another number they have no piece in common. */
const drops = (number, times) => Array.from({ length: times }, () => [0x41, number, 0x1a]).flat();
const mixed = moduleOf([
  drops(1, 4),
  drops(2, 4),
  drops(3, 4),
  drops(2, 5),
  drops(1, 5),
  drops(3, 5),
]);

const ordered = (module) => namedByLikeness(module, 1)[0];
const places = (module) => functions(module).map(({ name }) => Number(name));

test("every function has a place of its own", () => {
  expect(places(ordered(mixed)).sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test("functions that are alike stand side by side", () => {
  const [a, b, c, likeB, likeA, likeC] = places(ordered(mixed));
  expect([likeA - a, likeB - b, likeC - c].map(Math.abs)).toEqual([1, 1, 1]);
});

test("what the module does stays as it is", () => {
  const named = ordered(mixed);
  expect(WebAssembly.validate(named)).toBe(true);
  const rest = (module) => sections(module).filter(({ id }) => id !== 0);
  expect(rest(named)).toEqual(rest(mixed));
  expect(sections(named).map(({ name }) => name)).toEqual([
    ...rest(mixed).map(() => undefined),
    "name",
  ]);
});

test("places have as many digits as the last one, for their names to sort as they do", () => {
  const many = ordered(moduleOf(Array.from({ length: 12 }, (_, i) => drops(i, 1))));
  expect(functions(many).every(({ name }) => /^\d\d$/.test(name))).toBe(true);
});

test("the same module gives the same order, and no function gives none", () => {
  expect(ordered(mixed)).toEqual(ordered(mixed));
  expect(functions(ordered(moduleOf([])))).toEqual([]);
});

test("of several orders the best one comes first", () => {
  const orders = namedByLikeness(mixed, 3);
  expect(orders).toHaveLength(3);
  expect(orders[0]).toEqual(ordered(mixed));
  for (const order of orders) expect(places(order).sort()).toEqual([0, 1, 2, 3, 4, 5]);
});
