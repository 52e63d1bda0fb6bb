// What converters keep under `provider.<name>`, so that what came in comes out exactly.
import type { ProviderData } from "../types/content.js";
import type { JsonObject } from "../types/json.js";

/** The hints that are defined, to be spread into a message or part. */
export function remember(provider: string, hints: object): { provider?: ProviderData } {
  let known: Record<string, unknown> | undefined;
  for (const name of Object.keys(hints)) {
    const hint = (hints as Record<string, unknown>)[name];
    if (hint === undefined) continue;
    known ??= {};
    known[name] = hint;
  }
  return known === undefined ? {} : { provider: { [provider]: known as JsonObject } };
}

/** The hints of a message or part; an empty object where a provider has none. */
export function recall<T extends object>(
  provider: string,
  data: ProviderData | undefined,
): Partial<T> {
  const hints = data?.[provider];
  const ours = typeof hints === "object" && hints !== null && !Array.isArray(hints);
  return (ours ? hints : {}) as Partial<T>;
}

type Loose<T> = { [K in keyof T]?: T[K] | undefined };

/** What a converter writes down and reads again under one provider's name: `M` of messages, `P` of parts. */
export interface Hints<M extends object, P extends object> {
  /** The hints that are defined, to be spread into a message or part. */
  remember(hints: Loose<M> | Loose<P>): { provider?: ProviderData };
  /** The hints of a message. */
  recallMessage(data: ProviderData | undefined): Partial<M>;
  /** The hints of a part. */
  recallPart(data: ProviderData | undefined): Partial<P>;
}

/** The hints of a provider. */
export function hintsOf<M extends object, P extends object>(provider: string): Hints<M, P> {
  return {
    remember: (hints) => remember(provider, hints),
    recallMessage: (data) => recall<M>(provider, data),
    recallPart: (data) => recall<P>(provider, data),
  };
}
