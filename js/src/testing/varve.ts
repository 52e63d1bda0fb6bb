// A varve whose time and ids a test decides.
import { RANDOM } from "../host.js";
import type { BuiltInPayload } from "../types/content.js";
import type { ContentTypes, Payload } from "../types/content-types.js";
import type { VarveOptions } from "../types/varve.js";
import { createVarve, type Varve } from "../varve.js";
import { type ManualClock, manualClock, seeded } from "./clock.js";

/** What `testVarve` takes: what `createVarve` does, but for these. */
export interface TestVarveOptions<T extends ContentTypes = ContentTypes>
  extends Omit<VarveOptions<T>, "clock"> {
  /** A clock to share, or where one starts. Default: 2025-01-01T00:00:00Z. */
  readonly clock?: ManualClock | number | Date | undefined;
  /** Ids come from this number: the same calls give the same ids and hashes. Default: 1. */
  readonly ids?: number | undefined;
}

/** A varve, and the clock that it looks at. */
export type TestVarve<P = BuiltInPayload> = Varve<P> & { readonly clock: ManualClock };

/**
 * A varve for tests: its clock stands still until it is moved, and the same calls give the same ids,
 * hashes and times. Tokens are counted approximately unless an encoding or counter is given. Varves that
 * write to one store at once need different `ids`, or they would give different things one name.
 *
 * @throws as `createVarve`.
 */
export function testVarve<const T extends ContentTypes>(
  options: TestVarveOptions<T> & { contentTypes: T },
): TestVarve<Payload<T>>;
export function testVarve(options?: TestVarveOptions<Record<never, never>>): TestVarve;
export function testVarve(options: TestVarveOptions = {}): TestVarve<Payload<ContentTypes>> {
  const { clock: given, ids = 1, ...rest } = options;
  const clock = typeof given === "function" ? given : manualClock(given);
  const encoding = rest.counter === undefined ? (rest.encoding ?? "approximate") : rest.encoding;
  const decided = { ...rest, encoding, clock, [RANDOM]: seeded(ids) };
  const varve = createVarve(decided as VarveOptions);
  return Object.assign(varve as Varve<Payload<ContentTypes>>, { clock });
}
