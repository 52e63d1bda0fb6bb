// Stores with one fault each, made from the store in memory, and a test runner that counts failures.
import {
  memoryPlace,
  type StorageTestOptions,
  type StorageUnderTest,
  testStorageAdapter,
} from "../../../../js/src/testing.js";
import type {
  RepositoryAddress,
  RepositoryKey,
  StorageAdapter,
  StorageCapabilities,
} from "../../../../js/src/types/storage.js";

/** A store with a fault. */
export interface Mutant {
  /** What it does wrong. */
  readonly fault: string;
  /** The case that finds it: `group > case`. */
  readonly caught: string;
  readonly capabilities: Partial<StorageCapabilities>;
  /** Called for each place: what handles share is made here. Gives what makes a handle faulty. */
  readonly make: () => (inner: StorageAdapter) => StorageAdapter;
}

type Changed = Partial<StorageAdapter>;

const CLAIMED = { durability: "relaxed", maxObjectBytes: 2 ** 20 } as const;

/** A mutant whose handles share nothing but the data. */
export function mutant(
  fault: string,
  caught: string,
  change: (inner: StorageAdapter) => Changed,
  capabilities: Partial<StorageCapabilities> = {},
): Mutant {
  return sharing(fault, caught, () => change, capabilities);
}

/** A mutant whose handles share what `make` makes. */
export function sharing(
  fault: string,
  caught: string,
  make: () => (inner: StorageAdapter) => Changed,
  capabilities: Partial<StorageCapabilities> = {},
): Mutant {
  const made = () => {
    const change = make();
    return (inner: StorageAdapter): StorageAdapter =>
      Object.defineProperties({ ...inner }, Object.getOwnPropertyDescriptors(change(inner)));
  };
  return { fault, caught, make: made, capabilities: { ...CLAIMED, ...capabilities } };
}

/** The capabilities as the kit is told them, and the place. */
export function placeOf({ make, capabilities }: Mutant): () => StorageUnderTest {
  return () => {
    const place = memoryPlace(capabilities);
    const change = make();
    return { open: () => change(place.open()) };
  };
}

/** The name of a repository, in one text. */
export const nameOf = ({ workspace, id }: RepositoryAddress): string =>
  JSON.stringify([workspace, id]);

/** A repository as one text, incarnation included. */
export const textOf = (key: RepositoryKey): string =>
  JSON.stringify([nameOf(key), key.incarnation]);

/** A case that failed, or was left out: then without an error. */
export interface Ran {
  readonly name: string;
  readonly error?: unknown;
  readonly skipped?: boolean;
}

/** Runs the kit to its end, with a runner of a few lines. */
export async function run(
  factory: () => StorageUnderTest | Promise<StorageUnderTest>,
  options: Omit<StorageTestOptions, "describe" | "it"> & { withoutSkip?: boolean },
): Promise<Ran[]> {
  const { withoutSkip = false, ...rest } = options;
  const cases: { name: string; body: (() => Promise<void>) | undefined }[] = [];
  let group = "";
  const it = (name: string, body: () => Promise<void>) => {
    cases.push({ name: `${group} > ${name}`, body });
  };
  const skip = (name: string) => {
    cases.push({ name: `${group} > ${name}`, body: undefined });
  };
  testStorageAdapter(factory, {
    ...rest,
    describe: (name, define) => {
      group = name;
      define();
    },
    it: withoutSkip ? it : Object.assign(it, { skip }),
  });
  const ran: Ran[] = [];
  for (const { name, body } of cases) {
    try {
      await body?.();
      ran.push(body === undefined ? { name, skipped: true } : { name });
    } catch (error) {
      ran.push({ name, error });
    }
  }
  return ran;
}
