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
