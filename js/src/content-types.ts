// Content types of the application: what is stored about them, and checking payloads against them.
import { VarveError } from "./errors.js";
import type { Objection } from "./json-schema.js";
import { later } from "./later.js";
import { toPlainJson } from "./plain.js";
import type {
  ContentTypeDefinition,
  ContentTypes,
  JsonSchema,
  StandardIssue,
  StandardSchema,
  TypeHints,
} from "./types/content-types.js";
import type { JsonObject } from "./types/json.js";

type Check = (payload: JsonObject) => Objection | undefined | Promise<Objection | undefined>;
type Loading = () => Promise<void>;

/** What the repository stores about a type. */
interface StoredDefinition {
  hints?: TypeHints | undefined;
  schema?: JsonSchema | undefined;
  validator?: true;
}

/** The types given to `createVarve`. */
export class ContentTypeRegistry {
  readonly #checks = new Map<string, Check[]>();
  readonly #definitions = new Map<string, string>();
  /** Schemas that only the repository knows, compiled. By their text. */
  readonly #stored = new Map<string, Check>();
  /** What loads the checks of schemas that were given. */
  readonly #loading: Loading[] = [];

  constructor(types: ContentTypes = {}) {
    for (const [name, type] of Object.entries(types)) {
      const { checks, definition } = read(name, type, this.#loading);
      this.#checks.set(name, checks);
      this.#definitions.set(name, toPlainJson({ name, definition }));
    }
  }

  /** The arguments that register a type, as JSON; undefined for types that were not given. */
  registration(contentType: unknown): string | undefined {
    return this.#definitions.get(contentType as string);
  }

  /** Loads what checks the schemas that were given; from then on their checks answer at once. */
  async load(): Promise<void> {
    for (const load of this.#loading) await load();
  }

  /** Whether there are none. */
  get empty(): boolean {
    return this.#definitions.size === 0;
  }

  /**
   * Checks a payload (JSON) of a registered type: undefined, or `{ pointer, message }` as JSON. `schema`
   * is what the repository stores, for types that were not given here.
   */
  validate(
    contentType: string,
    payload: string,
    schema?: string,
  ): string | undefined | Promise<string | undefined> {
    const { contentType: _, ...fields } = JSON.parse(payload) as JsonObject;
    const checks = this.#checks.get(contentType) ?? [this.#storedCheck(contentType, schema)];
    for (const [position, check] of checks.entries()) {
      const answer = check(fields);
      if (answer instanceof Promise) return finish(answer, checks.slice(position + 1), fields);
      if (answer !== undefined) return JSON.stringify(answer);
    }
    return undefined;
  }

  #storedCheck(contentType: string, schema: string | undefined): Check {
    if (schema === undefined) {
      const reason = `content type ${JSON.stringify(contentType)} is checked by a function that is not here`;
      throw invalid("", `${reason}; give it to createVarve({ contentTypes })`);
    }
    let check = this.#stored.get(schema);
    if (check === undefined) {
      check = schemaCheck(JSON.parse(schema) as JsonSchema, []);
      this.#stored.set(schema, check);
    }
    return check;
  }
}

async function finish(
  first: Promise<Objection | undefined>,
  rest: Check[],
  fields: JsonObject,
): Promise<string | undefined> {
  let objection = await first;
  for (const check of rest) objection ??= await check(fields);
  return objection && JSON.stringify(objection);
}

function read(
  name: string,
  type: ContentTypeDefinition,
  loading: Loading[],
): { checks: Check[]; definition: StoredDefinition } {
  const { schema, validator, hints } = type;
  const checks: Check[] = [];
  const definition: StoredDefinition = { hints };
  if (isStandard(schema)) {
    checks.push(standardCheck(schema));
    definition.schema = type.toJsonSchema?.() ?? standardJsonSchema(schema);
    if (definition.schema === undefined) definition.validator = true;
  } else if (schema !== undefined) {
    checks.push(schemaCheck(schema, loading));
    definition.schema = schema;
  }
  if (validator !== undefined) {
    if (typeof validator !== "function") {
      throw invalid(
        `/contentTypes/${name}/validator`,
        `the validator of ${name} must be a function`,
      );
    }
    checks.push(functionCheck(validator));
    definition.validator = true;
  }
  return { checks, definition };
}

function isStandard(schema: unknown): schema is StandardSchema {
  // Some libraries' schemas are functions.
  const holds = (typeof schema === "object" && schema !== null) || typeof schema === "function";
  return holds && "~standard" in schema;
}

/** Libraries that implement Standard JSON Schema give their own; others are checked here only. */
function standardJsonSchema(schema: StandardSchema): JsonSchema | undefined {
  const standard = schema["~standard"] as unknown as {
    jsonSchema?: { input(options: { target: string }): JsonSchema };
  };
  try {
    return standard.jsonSchema?.input({ target: "draft-2020-12" });
  } catch {
    return undefined; // not everything can be said in JSON Schema
  }
}

function standardCheck(schema: StandardSchema): Check {
  const answer = (result: {
    issues?: readonly StandardIssue[] | undefined;
  }): Objection | undefined => {
    const issue = result.issues?.[0];
    if (issue === undefined) return undefined;
    const path = issue.path ?? [];
    const keys = path.map((step) => (typeof step === "object" ? step.key : step));
    return {
      pointer: keys.map((key) => `/${segment(String(key))}`).join(""),
      message: issue.message,
    };
  };
  return (payload) => {
    const result = schema["~standard"].validate(payload);
    return result instanceof Promise ? result.then(answer) : answer(result);
  };
}

/** A check that waits, the first time, for what checks schemas. */
function schemaCheck(schema: JsonSchema, loading: Loading[]): Check {
  // A copy: the validator must not see later changes, nor write into what it was given.
  const own = JSON.parse(toPlainJson(schema)) as JsonSchema;
  let compiled: ((payload: JsonObject) => Objection | undefined) | undefined;
  const load: Loading = async () => {
    const { compileSchema } = await later(import("./json-schema.js"));
    compiled ??= compileSchema(own);
  };
  loading.push(load);
  return (payload) =>
    compiled === undefined ? load().then(() => compiled?.(payload)) : compiled(payload);
}

function functionCheck(validator: NonNullable<ContentTypeDefinition["validator"]>): Check {
  const answer = (result: Awaited<ReturnType<typeof validator>>): Objection | undefined => {
    if (result === undefined || result === true) return undefined;
    if (result === false) return { pointer: "", message: "the validator of its type refuses it" };
    if (typeof result === "string") return { pointer: "", message: result };
    return { pointer: result.pointer ?? "", message: result.message };
  };
  return (payload) => {
    const result = validator(payload);
    return result instanceof Promise ? result.then(answer) : answer(result);
  };
}

function segment(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function invalid(pointer: string, message: string): VarveError<"Validation"> {
  return new VarveError("Validation", message, { pointer });
}
