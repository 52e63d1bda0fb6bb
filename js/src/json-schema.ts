// Checking payloads against JSON Schema. A chunk of its own, loaded when the first schema is to be checked: it
// weighs a quarter of all the rest.
import { type Schema, type SchemaDraft, Validator } from "@cfworker/json-schema";
import type { JsonSchema } from "./types/content-types.js";
import type { JsonObject } from "./types/json.js";

/** What is wrong with a payload. `pointer` is a JSON pointer into it. */
export interface Objection {
  pointer: string;
  message: string;
}

const DRAFTS: readonly [RegExp, SchemaDraft][] = [
  [/draft-04/, "4"],
  [/draft-0[67]/, "7"],
  [/2019-09/, "2019-09"],
];

/** The check of a schema, which the validator writes into. */
export function compileSchema(schema: JsonSchema): (payload: JsonObject) => Objection | undefined {
  const named = typeof schema === "object" ? String(schema.$schema ?? "") : "";
  const draft = DRAFTS.find(([pattern]) => pattern.test(named))?.[1] ?? "2020-12";
  const validator = new Validator(schema as Schema, draft);
  return (payload) => {
    const { valid, errors } = validator.validate(payload);
    if (valid) return undefined;
    // Those that contain others come first.
    const last = errors.at(-1);
    return {
      pointer: decodeURI((last?.instanceLocation ?? "#").slice(1)),
      message: last?.error ?? "does not match the schema of its type",
    };
  };
}
