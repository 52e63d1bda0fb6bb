import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decoded } from "../../../js/scripts/lib/instructions.mjs";
import { withLocalsAlike } from "../../../js/scripts/lib/locals.mjs";
import { inRoot } from "../../../js/scripts/lib/project.mjs";
import { functionBodies, parameterCounts, sections } from "../../../js/scripts/lib/wasm.mjs";

const I32 = 0x7f;
const I64 = 0x7e;
const section = (id, ...body) => [id, body.length, ...body];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const add = 0x6a;

/** A module of functions of one parameter and one result, exported as `0`, `1` …, with these locals and this code. */
const moduleOf = (functions) => {
  const bodies = functions.map(({ locals, code }) => [
    locals.length,
    ...locals.flat(),
    ...code,
    0x0b,
  ]);
  return Buffer.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 1, I32, 1, I32),
    ...section(3, bodies.length, ...bodies.map(() => 0)),
    ...section(7, bodies.length, ...bodies.flatMap((_, i) => [1, 0x30 + i, 0, i])),
    ...section(10, bodies.length, ...bodies.flatMap((body) => [body.length, ...body])),
  ]);
};

/** Adds up the parameter times 1, 2 and 3 in locals of these numbers. */
const sums = (a, b, c) => [
  ...[...get(0), ...set(a)],
  ...[...get(a), ...get(0), add, ...set(b)],
  ...[...get(b), ...get(0), add, ...set(c)],
  ...[...get(a), ...get(b), add, ...get(c), add],
];
const alike = moduleOf([
  { locals: [[3, I32]], code: sums(1, 2, 3) },
  { locals: [[3, I32]], code: sums(3, 1, 2) },
  {
    locals: [
      [1, I64],
      [3, I32],
    ],
    code: sums(4, 3, 2),
  },
]);

const run = (bytes) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return Object.values(exports).map((each) => each(7));
};
const locals = (body) => decoded(body).instructions.flatMap(({ local }) => local ?? []);

test("functions that do the same number their locals the same", () => {
  const [first, second] = functionBodies(alike);
  expect(first.equals(second)).toBe(false);
  const [one, two] = functionBodies(withLocalsAlike(alike));
  expect(one.equals(two)).toBe(true);
});

test("what the functions give stays as it was", () => {
  expect(run(alike)).toEqual([42, 42, 42]);
  expect(run(withLocalsAlike(alike))).toEqual([42, 42, 42]);
});

test("nothing but the locals' numbers changes, one for one, and parameters and types keep theirs", () => {
  const shipped = readFileSync(inRoot("pkg-summarize", "summarize.wasm"));
  for (const module of [alike, shipped]) {
    const after = withLocalsAlike(module);
    expect(WebAssembly.validate(after)).toBe(true);
    expect(after.length).toBe(module.length);
    const others = (bytes) => sections(bytes).filter(({ id }) => id !== 10);
    expect(others(after)).toEqual(others(module));
    const parameters = parameterCounts(module);
    const renumbered = functionBodies(after);
    functionBodies(module).forEach((body, i) => {
      const was = locals(body);
      const is = locals(renumbered[i]);
      const numbers = new Map(was.map((local, place) => [local, is[place]]));
      expect(is).toEqual(was.map((local) => numbers.get(local)));
      expect(new Set(numbers.values()).size).toBe(numbers.size);
      const { declared } = decoded(body);
      for (const [local, number] of numbers) {
        if (local < parameters[i]) expect(number).toBe(local);
        else expect(declared[number - parameters[i]]).toBe(declared[local - parameters[i]]);
      }
      const masked = Buffer.from(renumbered[i]);
      for (const { at, end, local } of decoded(body).instructions) {
        if (local !== undefined) body.copy(masked, at, at, end);
      }
      expect(masked.equals(body)).toBe(true);
    });
  }
});

test("the same module gives the same numbers", () => {
  expect(withLocalsAlike(alike)).toEqual(withLocalsAlike(alike));
});

test("an instruction that is not known is refused, not guessed", () => {
  const [body] = functionBodies(moduleOf([{ locals: [], code: [0xfe, 0x0f] }]));
  expect(() => decoded(body)).toThrow("opcode 0xfe is not known");
});

test("instructions on vectors end where they do, whatever follows their opcode", () => {
  const bytes = Array.from({ length: 16 }, (_, lane) => lane);
  const vectors = [
    [0x00, 0x04, 0x80, 0x01], // v128.load: alignment and offset
    [0x0b, 0x04, 0x00], // v128.store
    [0x0c, ...bytes], // v128.const
    [0x0d, ...bytes], // i8x16.shuffle
    [0x0f], // i8x16.splat
    [0x1b, 0x03], // i32x4.extract_lane
    [0x22, 0x01], // f64x2.replace_lane
    [0x51], // v128.xor
    [0x54, 0x00, 0x80, 0x01, 0x0f], // v128.load8_lane
    [0x5b, 0x03, 0x00, 0x01], // v128.store64_lane
    [0x5d, 0x03, 0x00], // v128.load64_zero
    [0x5f], // f64x2.promote_low_f32x4
    [0xae, 0x01], // i32x4.add
  ];
  for (const vector of vectors) {
    const body = [0, 0xfd, ...vector, ...get(7), 0x0b];
    const { instructions } = decoded(Buffer.from([body.length, ...body]));
    expect(instructions.map(({ at, end, local }) => [end - at, local])).toEqual([
      [vector.length + 1, undefined],
      [2, 7],
      [1, undefined],
    ]);
  }
  expect(() => decoded(Buffer.from([5, 0, 0xfd, 0x80, 0x02, 0x0b]))).toThrow("opcode 0xfd 256");
});
