// Plain JSON, as it is stored.

/** Any JSON value. Numbers are finite; strings hold no lone surrogates. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | JsonValue[]
  | { [name: string]: JsonValue };

/** A JSON object. */
export interface JsonObject {
  [name: string]: JsonValue;
}

/**
 * JSON as it is taken in: deeply readonly, members may be `undefined` (then they are left out).
 * A read value (`JsonValue`) can always be given back.
 */
export type JsonInput =
  | null
  | boolean
  | number
  | string
  | readonly JsonInput[]
  | { readonly [name: string]: JsonInput | undefined };
