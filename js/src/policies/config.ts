// When and how the context is compressed, as the owner of a repository says it.
import { VarveError } from "../errors.js";
import type { JsonObject } from "../types/json.js";
import type { PolicyConfig } from "../types/policies.js";

/** What `resolvePolicy({})` gives. */
export const DEFAULT_POLICY: Readonly<PolicyConfig> = Object.freeze({
  threshold: 0.8,
  preserveRecentCount: 10,
  enabled: true,
});

/** JSON Schema (2020-12) of what `setPolicyConfig` takes. Not frozen: validators leave marks in schemas. */
export const policyConfigSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    threshold: { type: "number", exclusiveMinimum: 0, maximum: 1, default: 0.8 },
    preserveRecentCount: { type: "integer", minimum: 0, maximum: 4294967295, default: 10 },
    enabled: { type: "boolean", default: true },
  },
  additionalProperties: false,
};

/**
 * Completes a policy by the defaults.
 *
 * @throws `Validation` with the place of what is out of range.
 */
export function resolvePolicy(partial: Partial<PolicyConfig> = {}): PolicyConfig {
  if (typeof partial !== "object" || partial === null || Array.isArray(partial))
    throw wrong("", "a policyConfig is an object");
  for (const name of Object.keys(partial))
    if (!Object.hasOwn(DEFAULT_POLICY, name))
      throw wrong(
        `/${name}`,
        `policyConfig has no ${name}; it has threshold, preserveRecentCount, enabled`,
      );
  const given = { ...DEFAULT_POLICY, ...defined(partial) };
  const { threshold, preserveRecentCount, enabled } = given;
  if (typeof threshold !== "number" || !(threshold > 0 && threshold <= 1))
    throw wrong("/threshold", `threshold must be above 0 and at most 1, found ${threshold}`);
  const whole = Number.isInteger(preserveRecentCount) && preserveRecentCount >= 0;
  if (!whole || preserveRecentCount > 0xffffffff)
    throw wrong(
      "/preserveRecentCount",
      `preserveRecentCount must be a whole number from 0, found ${preserveRecentCount}`,
    );
  if (typeof enabled !== "boolean")
    throw wrong("/enabled", `enabled must be true or false, found ${enabled}`);
  return { threshold, preserveRecentCount, enabled };
}

function defined<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

function wrong(pointer: string, message: string): VarveError {
  return new VarveError("Validation", message, { pointer });
}
