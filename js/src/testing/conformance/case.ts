// What a case is, and how it is run.
import type { Awaitable, StorageAdapter, StorageCapabilities } from "../../types/storage.js";
import { fail } from "./assert.js";

/** An empty place of its own for one case: a folder, a schema, a database, a prefix. */
export interface StorageUnderTest {
  /** A new handle on the same data, each time. */
  open(): Awaitable<StorageAdapter>;
  /** Takes the place away; all its handles were closed before. */
  destroy?(): Awaitable<void>;
}

/** What the kit has to know of a store before it can ask it. */
export interface Claims extends StorageCapabilities {
  /** Whether it keeps checkpoints. */
  readonly checkpoints: boolean;
}

/** What a case works with. */
export interface Trial {
  /** The first handle. */
  readonly store: StorageAdapter;
  /** Opens another. The kit closes it. */
  readonly open: () => Promise<StorageAdapter>;
  readonly claims: Claims;
}

/** Why a case does not apply to a store; undefined where it does. */
export type Need = (claims: Claims) => string | undefined;

/** What distinguishes a case. */
export interface CaseOptions {
  readonly needs?: Need;
  /** It writes much, or often. */
  readonly slow?: boolean;
}

/** One promise of the contract. */
export interface Case extends CaseOptions {
  readonly name: string;
  readonly run: (trial: Trial) => Promise<void>;
}

/** Cases of one call or subject. */
export interface Group {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** Adds a case to a group. */
export interface AddCase {
  (name: string, run: Case["run"]): void;
  (name: string, options: CaseOptions, run: Case["run"]): void;
}

/** Collects the cases of a group. */
export function group(name: string, define: (add: AddCase) => void): Group {
  const cases: Case[] = [];
  define((caseName: string, ...rest: [Case["run"]] | [CaseOptions, Case["run"]]) => {
    const [options, run] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (cases.some((other) => other.name === caseName)) fail(`two cases are called ${caseName}`);
    cases.push({ name: caseName, ...options, run });
  });
  return { name, cases };
}

/** The store must survive being closed. */
export const isDurable: Need = ({ durability }) =>
  durability === "memory" ? 'its durability is "memory": nothing is left to reopen' : undefined;

/** Two handles must be able to write. */
export const hasSeveralWriters: Need = ({ multiWriter }) =>
  multiWriter ? undefined : "its multiWriter is false: there is no second handle";

/** Checkpoints must be kept. */
export const keepsCheckpoints: Need = ({ checkpoints }) =>
  checkpoints ? undefined : "it keeps no checkpoints";

/** Both needs. */
export const both =
  (first: Need, second: Need): Need =>
  (claims) =>
    first(claims) ?? second(claims);

/** Runs a case in a fresh place, closes what it opened and takes the place away. */
export async function runCase(
  factory: () => Awaitable<StorageUnderTest>,
  { run, needs }: Case,
  claims: Claims,
): Promise<void> {
  const place = await factory();
  const handles: StorageAdapter[] = [];
  const open = async (): Promise<StorageAdapter> => {
    const handle = await place.open();
    handles.push(handle);
    return handle;
  };
  const body = async (): Promise<void> => {
    const store = await open();
    const actual = { ...store.capabilities, checkpoints: claims.checkpoints };
    const reason = needs?.(actual);
    if (reason !== undefined) {
      fail(`does not apply to this store: ${reason}; give testStorageAdapter its \`capabilities\``);
    }
    await run({ store, open, claims: actual });
  };
  const tidy = async (): Promise<void> => {
    try {
      for (const handle of handles) await handle.close();
    } finally {
      await place.destroy?.();
    }
  };
  try {
    await body();
  } catch (error) {
    await tidy().catch(() => {}); // the case's own failure is the one to tell
    throw error;
  }
  await tidy();
}
