// What converters return: a request to be spread into the SDK's call, and what it could not say.
import type { FormatWarning } from "./warnings.js";

/** The request with its warnings, which are not enumerable: no spread sends them to the provider. */
export function withWarnings<T extends object>(
  request: T,
  warnings: FormatWarning[],
): T & { readonly warnings: FormatWarning[] } {
  return Object.defineProperty(request, "warnings", { value: warnings }) as T & {
    readonly warnings: FormatWarning[];
  };
}

/** What stands in front of a conversation that does not begin with the user. */
export const PLACEHOLDER = "(The conversation begins earlier.)";
