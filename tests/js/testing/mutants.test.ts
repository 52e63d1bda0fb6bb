// The kit finds what it is for: a store with one planted fault fails the case that names the promise.
import { expect, test } from "vitest";
import { CHECKPOINTS } from "./mutants/checkpoints.js";
import { CLOSING } from "./mutants/closing.js";
import { LIFE } from "./mutants/life.js";
import { LISTING } from "./mutants/listing.js";
import { LOGS } from "./mutants/logs.js";
import { NAMES } from "./mutants/names.js";
import { OBJECTS } from "./mutants/objects.js";
import { RACING } from "./mutants/racing.js";
import { placeOf, run } from "./mutants/support.js";
import { WRITING } from "./mutants/writing.js";

const MUTANTS = [
  ...LIFE,
  ...WRITING,
  ...OBJECTS,
  ...NAMES,
  ...LISTING,
  ...LOGS,
  ...CHECKPOINTS,
  ...CLOSING,
  ...RACING,
];

test("no two mutants are the same", () => {
  const names = MUTANTS.map(({ fault, caught }) => `${fault}: ${caught}`);
  expect(new Set(names).size).toBe(names.length);
});

test.each(MUTANTS)("a store that $fault fails", async (mutant) => {
  const { capabilities, caught } = mutant;
  const ran = await run(placeOf(mutant), { capabilities, only: caught });
  const [found] = ran.filter(({ name }) => name === caught);
  // It failed at an assertion of the kit, or with what the store threw; not by a slip of the mutant.
  expect(found?.error).toBeInstanceOf(Error);
  expect(found?.error).not.toBeInstanceOf(TypeError);
});
