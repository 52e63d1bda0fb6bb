// Reads what the scripts need to know of a WebAssembly binary: its sections, the features it uses,
// how many bytes of code each function takes; and gives its functions other names. Format: the WebAssembly core specification, chapter 5,
// and the tool conventions for the `target_features` and `name` sections.

class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    if (this.at >= this.bytes.length) throw new Error(`the module ends at byte ${this.at}`);
    return this.bytes[this.at++];
  }
  /** An unsigned LEB128 number. */
  number() {
    let result = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      result += (byte & 0x7f) * factor;
      if (byte < 0x80) return result;
    }
  }
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  text() {
    return new TextDecoder().decode(this.take(this.number()));
  }
  list(read) {
    return Array.from({ length: this.number() }, () => read(this));
  }
}

/** All sections in order: `{ id, name?, body, whole }`; `name` only for custom sections (id 0). */
export function sections(bytes) {
  const reader = new Reader(bytes, 8);
  const found = [];
  while (reader.at < bytes.length) {
    const start = reader.at;
    const id = reader.byte();
    const body = reader.take(reader.number());
    const whole = bytes.subarray(start, reader.at);
    if (id !== 0) found.push({ id, body, whole });
    else {
      const inner = new Reader(body);
      found.push({ id, name: inner.text(), body: body.subarray(inner.at), whole });
    }
  }
  return found;
}

/** The features the compiler used, as LLVM names them: "bulk-memory", "sign-ext" … */
export function targetFeatures(bytes) {
  const section = sections(bytes).find((s) => s.name === "target_features");
  if (!section) return undefined;
  return new Reader(section.body)
    .list((r) => ({ used: r.byte() === 0x2b, name: r.text() }))
    .filter((f) => f.used)
    .map((f) => f.name);
}

/** Every function of the module with its name (from the name section) and its bytes of code. */
export function functions(bytes) {
  const names = functionNames(sections(bytes).find((s) => s.name === "name")?.body);
  const imported = importedFunctions(bytes);
  return functionBodies(bytes).map((body, i) => ({
    name: names.get(imported + i) ?? `function ${imported + i}`,
    size: body.length,
  }));
}

/** The code of every function of the module, its length before it. */
export function functionBodies(bytes) {
  const code = sections(bytes).find((s) => s.id === 10).body;
  return new Reader(code).list((r) => {
    const start = r.at;
    r.take(r.number());
    return code.subarray(start, r.at);
  });
}

/** How many parameters each function of the module has. */
export function parameterCounts(bytes) {
  const all = sections(bytes);
  const read = (id, item) => {
    const section = all.find((s) => s.id === id);
    return section ? new Reader(section.body).list(item) : [];
  };
  const types = read(1, (r) => {
    r.byte();
    const parameters = r.list((p) => p.byte()).length;
    r.list((p) => p.byte());
    return parameters;
  });
  return read(3, (r) => types[r.number()]);
}

/** The module with other code in its functions; their lengths before them. */
export function withBodies(bytes, bodies) {
  const code = Buffer.concat([number(bodies.length), ...bodies]);
  const parts = sections(bytes).map(({ id, whole }) =>
    id === 10 ? Buffer.concat([Buffer.from([10]), number(code.length), code]) : whole,
  );
  return Buffer.concat([bytes.subarray(0, 8), ...parts]);
}

/** The module with a name section that names its functions so, and no other. */
export function renamed(bytes, names) {
  const imported = importedFunctions(bytes);
  const map = names.flatMap((name, i) => [number(imported + i), text(name)]);
  const functions = Buffer.concat([number(names.length), ...map]);
  const inner = [text("name"), number(1), number(functions.length), functions];
  const section = Buffer.concat(inner);
  const others = [];
  for (const { id, name, whole } of sections(bytes)) {
    if (id !== 0 || name !== "name") others.push(whole);
  }
  return Buffer.concat([
    bytes.subarray(0, 8),
    ...others,
    number(0),
    number(section.length),
    section,
  ]);
}

/** An unsigned LEB128 number. */
function number(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

function text(value) {
  return Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
}

function importedFunctions(bytes) {
  let count = 0;
  const imports = sections(bytes).find((s) => s.id === 2);
  if (!imports) return count;
  new Reader(imports.body).list((r) => {
    r.text();
    r.text();
    const kind = r.byte();
    if (kind === 0) {
      count++;
      r.number();
    } else if (kind === 1) {
      r.byte();
      limits(r);
    } else if (kind === 2) limits(r);
    else r.take(2);
  });
  return count;
}

function limits(reader) {
  const hasMaximum = reader.byte() & 1;
  reader.number();
  if (hasMaximum) reader.number();
}

function functionNames(body) {
  const names = new Map();
  if (!body) return names;
  const reader = new Reader(body);
  while (reader.at < body.length) {
    const id = reader.byte();
    const part = new Reader(reader.take(reader.number()));
    if (id === 1) part.list((r) => names.set(r.number(), r.text()));
  }
  return names;
}
