// The conformance kit: gives the cases to a test runner.
import type { Awaitable, StorageCapabilities } from "../../types/storage.js";
import { equal, fail } from "./assert.js";
import { type Case, type Claims, type Group, runCase, type StorageUnderTest } from "./case.js";
import { GROUPS } from "./cases/index.js";

/** The functions of a test runner: those of Vitest, Jest, Mocha, node:test, bun:test or your own. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: ((name: string, run: () => Promise<void>, timeout?: number) => unknown) & {
    /** Reports a case that is left out. Without it, such a case passes, with the reason in its name. */
    readonly skip?: ((name: string, run: () => void) => unknown) | undefined;
  };
}

/** What `testStorageAdapter` takes. */
export interface StorageTestOptions extends TestRunner {
  /**
   * What the store says of itself, where that leaves cases out: `{ durability: "memory" }` those that
   * reopen it, `{ multiWriter: false }` those with two handles, `{ projects: true }` brings those with a
   * projection. A case checks that it is true.
   */
  readonly capabilities?: Partial<StorageCapabilities> | undefined;
  /** False: the store keeps no checkpoints. Default: true. */
  readonly checkpoints?: boolean | undefined;
  /** Only cases whose full name, `group > case`, holds this text or matches. */
  readonly only?: string | RegExp | undefined;
  /** Cases to leave out, by full name, and why. They are reported with the reason. */
  readonly skip?: { readonly [name: string]: string } | undefined;
  /** False leaves out cases that write much or often. Default: true. */
  readonly slow?: boolean | undefined;
  /** How long a case may take, in milliseconds, where the runner takes a limit. Default: 60,000. */
  readonly timeout?: number | undefined;
}

const ASSUMED: Claims = {
  durability: "strict",
  multiWriter: true,
  multiKeyAtomic: true,
  maxObjectBytes: 16 * 1024 * 1024,
  projects: false,
  checkpoints: true,
};

/**
 * Tests that a store keeps every promise of `StorageAdapter`: call it in a test file. `factory` is called
 * for each case, and gives a fresh, empty place. What does not apply to a store, by its capabilities or by
 * choice, is reported with its reason.
 *
 * @throws where `skip` names a case that is not there, or `only` matches none.
 */
export function testStorageAdapter(
  factory: () => Awaitable<StorageUnderTest>,
  options: StorageTestOptions,
): void {
  const { describe, it, timeout = 60_000 } = options;
  const claims = claimsOf(options);
  const chosen = choose([...GROUPS, told(claims)], options);
  for (const { name, cases } of chosen) {
    describe(name, () => {
      for (const each of cases) {
        const reason = reasonToSkip(name, each, claims, options);
        if (reason === undefined) it(each.name, () => runCase(factory, each, claims), timeout);
        else leaveOut(it, `${each.name} (left out: ${reason})`);
      }
    });
  }
}

function claimsOf({ capabilities = {}, checkpoints = true }: StorageTestOptions): Claims {
  return { ...ASSUMED, ...capabilities, checkpoints };
}

const fullName = (group: string, { name }: Case): string => `${group} > ${name}`;

function choose(groups: readonly Group[], { only, skip = {} }: StorageTestOptions): Group[] {
  const names = groups.flatMap(({ name, cases }) => cases.map((each) => fullName(name, each)));
  const unknown = Object.keys(skip).find((name) => !names.includes(name));
  if (unknown !== undefined)
    fail(`skip names ${JSON.stringify(unknown)}, and no case is called so`);
  if (only === undefined) return [...groups];
  const isMeant = (name: string) =>
    typeof only === "string" ? name.includes(only) : name.search(only) >= 0;
  const chosen = groups.map(({ name, cases }) => ({
    name,
    cases: cases.filter((each) => isMeant(fullName(name, each))),
  }));
  const some = chosen.filter(({ cases }) => cases.length > 0);
  if (some.length === 0) fail(`only is ${String(only)}, and no case is called so`);
  return some;
}

function reasonToSkip(
  group: string,
  each: Case,
  claims: Claims,
  { skip = {}, slow = true }: StorageTestOptions,
): string | undefined {
  const name = fullName(group, each);
  if (Object.hasOwn(skip, name)) return skip[name];
  if (each.slow && !slow) return "slow cases were not asked for";
  return each.needs?.(claims);
}

/** A runner without `skip` shows it as passed: the reason stands in its name, so it does not hide. */
function leaveOut(it: TestRunner["it"], name: string): void {
  if (it.skip === undefined) it(name, async () => {});
  else it.skip(name, () => {});
}

/** Nothing is left out that applies. */
function told(claims: Claims): Group {
  const run: Case["run"] = async ({ store }) => {
    const actual = { ...store.capabilities, checkpoints: claims.checkpoints };
    for (const { name, cases } of GROUPS) {
      for (const each of cases) {
        const what = `why "${fullName(name, each)}" does not apply, by the \`capabilities\` of the store`;
        equal(each.needs?.(claims), each.needs?.(actual), what);
      }
    }
  };
  return {
    name: "the kit",
    cases: [{ name: "was told the capabilities that the store has", run }],
  };
}
