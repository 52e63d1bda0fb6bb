// What is known of models by their names.

/** How many tokens a prefix must have to be cached, by the first pattern that fits; else 1024. */
const MINIMUM_TOKENS: readonly (readonly [RegExp, number])[] = [
  [/opus-5|fable-5|mythos-5/, 512],
  [/opus-4-[567]|haiku-4-5|mythos-preview/, 4096],
  [/3-5-haiku|3-haiku|haiku-3/, 2048],
];

/** How many tokens a prefix must have for a model to cache it ("Prompt caching", Claude's documentation). */
export function minimumTokens(model = ""): number {
  return MINIMUM_TOKENS.find(([pattern]) => pattern.test(model))?.[1] ?? 1024;
}

/** Whether a model refuses requests that end with an assistant's message ("Errors", ibidem). */
export function refusesPrefill(model: string): boolean {
  return /opus-4-[6-9]|sonnet-4-6|(opus|sonnet|haiku|fable|mythos)-5/.test(model);
}

/** Whether two names are of one model: its date does not matter, nor who serves it. */
export function isSameModel(one: string, other: string): boolean {
  return plainName(one) === plainName(other);
}

function plainName(model: string): string {
  return model
    .replace(/^.*(?=claude-)/, "")
    .replace(/[-@]\d{8}.*$/, "")
    .replace(/-latest$/, "");
}
