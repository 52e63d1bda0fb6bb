// Content types of the application's own.
import type { BuiltInPayload } from "./content.js";
import type { JsonInput, JsonObject } from "./json.js";

/** How a compile treats a custom type. */
export interface TypeHints {
  /** Default: normal. */
  defaultPriority?: "skip" | "normal" | "pinned" | undefined;
  /** Default: assistant. */
  defaultRole?: "system" | "developer" | "user" | "assistant" | undefined;
  /** 0 to 100: the lowest goes first when space is short. Default: 50. */
  compressionPriority?: number | undefined;
  /** Whether neighbouring entries of the type become one message. Default: separate. */
  aggregationRule?: "separate" | "concatenate" | undefined;
  /** A whole number. Lower stands before higher; built-in types have 0. */
  materializationOrder?: number | undefined;
}

/** A schema of zod, valibot, arktype …: https://standardschema.dev, version 1. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a Standard Schema answers. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** What a Standard Schema objects to. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * A check of your own, sync or async. Nothing, or true: the payload is fine; a text, or an object
 * with a JSON pointer, says what is wrong.
 */
export type Validator = (payload: JsonObject) => ValidatorAnswer | Promise<ValidatorAnswer>;

// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return is a validator
type ValidatorAnswer = void | undefined | boolean | string | { pointer?: string; message: string };

/** JSON Schema, of any draft from 4 to 2020-12. */
export type JsonSchema = boolean | { readonly [name: string]: JsonInput | undefined };

/**
 * A custom type. Schemas and validators see the payload without `contentType`. What is stored is the
 * payload as it was given: transformations and defaults of a schema are not applied.
 */
export interface ContentTypeDefinition {
  /** JSON Schema, or a Standard Schema. JSON Schema is stored with the repository. */
  schema?: JsonSchema | StandardSchema | undefined;
  /**
   * The JSON Schema of a Standard Schema that does not give its own (`z.toJSONSchema`, …): stored
   * with the repository, so that processes without your code check it too.
   */
  toJsonSchema?: (() => JsonSchema) | undefined;
  /** A check by a function: not stored. A process without it can read the type, not write it. */
  validator?: Validator | undefined;
  hints?: TypeHints | undefined;
}

/** Custom types by name: 1 to 64 of `a-z`, `0-9`, `_`, `-`, `.`, beginning with a letter. */
export interface ContentTypes {
  readonly [name: string]: ContentTypeDefinition;
}

type Fields<D> = D extends { schema: StandardSchema<infer Input> }
  ? Input
  : { readonly [name: string]: JsonInput | undefined };

/** The payloads of custom types, from their schemas. */
export type CustomPayload<T extends ContentTypes> = {
  [Name in keyof T & string]: { readonly contentType: Name } & Fields<T[Name]>;
}[keyof T & string];

/** Everything that can be committed. */
export type Payload<T extends ContentTypes = Record<never, never>> =
  | BuiltInPayload
  | CustomPayload<T>;

/** A registered type, as the repository stores it. */
export interface RegisteredType {
  hints: TypeHints;
  schema?: JsonSchema;
  /** Whether payloads are checked by a function of the application. */
  validator?: boolean;
}
