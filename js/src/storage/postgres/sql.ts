// Statements, put together from pieces. Values are bound, never part of the text; all of them are text
// and cast in the statement, so that no driver has a say in how they travel.

/** What a parameter may be. */
export type Param = string | null;

/** A parameter. Used twice in a statement it is still one. */
export interface Bound {
  readonly value: Param;
}

/** A piece of a statement. */
export interface Sql {
  readonly parts: readonly (string | Bound)[];
}

/** A statement for a driver. */
export interface Statement {
  readonly text: string;
  readonly params: readonly Param[];
}

/** Binds a value. */
export function bind(value: Param): Bound {
  return { value };
}

/** Binds an integer. */
export function int(value: number): Sql {
  return sql`${bind(String(value))}::bigint`;
}

/** A moment, from UTC milliseconds. */
export function time(milliseconds: Bound | Sql): Sql {
  return sql`('epoch'::timestamptz + ${milliseconds}::bigint * interval '1 millisecond')`;
}

/** A moment as UTC milliseconds, in text. */
export function milliseconds(column: Sql): Sql {
  return sql`(extract(epoch from ${column}) * 1000)::bigint::text`;
}

/** Text of the code: never anything from outside. */
export function raw(text: string): Sql {
  return { parts: [text] };
}

/** A piece of SQL: pieces are put in, parameters bound. */
export function sql(strings: TemplateStringsArray, ...values: (Sql | Bound)[]): Sql {
  const parts: (string | Bound)[] = [];
  strings.forEach((string, i) => {
    parts.push(string);
    const value = values[i];
    if (value === undefined) return;
    if ("parts" in value) parts.push(...value.parts);
    else parts.push(value);
  });
  return { parts };
}

/** Pieces, with something between. */
export function join(pieces: readonly Sql[], between: string): Sql {
  return { parts: pieces.flatMap(({ parts }, i) => (i === 0 ? parts : [between, ...parts])) };
}

/** The statement: `place` says what stands for parameter 1, 2, 3 … */
export function render(piece: Sql, place: (number: number) => string): Statement {
  const numbers = new Map<Bound, number>();
  const text = piece.parts.map((part) => {
    if (typeof part === "string") return part;
    const number = numbers.get(part) ?? numbers.size + 1;
    numbers.set(part, number);
    return place(number);
  });
  return { text: text.join(""), params: Array.from(numbers.keys(), ({ value }) => value) };
}

/** A `text[]`, as a literal. */
export function arrayLiteral(values: readonly Param[]): string {
  const element = (value: Param) =>
    value === null ? "NULL" : `"${value.replace(/["\\]/g, "\\$&")}"`;
  return `{${values.map(element).join(",")}}`;
}

/** Binds a list of texts. */
export function texts(values: readonly Param[]): Sql {
  return sql`${bind(arrayLiteral(values))}::text[]`;
}

/** Binds a list of hashes, given in hex, as a `bytea[]`. */
export function hashes(values: readonly string[]): Sql {
  return sql`ARRAY(SELECT decode(listed, 'hex') FROM unnest(${texts(values)}) AS listed)`;
}
