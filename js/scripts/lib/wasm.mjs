// Reads what the scripts need to know of a WebAssembly binary: its sections, the features it uses,
// how many bytes of code each function takes. Format: the WebAssembly core specification, chapter 5,
// and the tool conventions for the `target_features` and `name` sections.

class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
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

/** All sections in order: `{ id, name?, body }`; `name` only for custom sections (id 0). */
export function sections(bytes) {
  const reader = new Reader(bytes, 8);
  const found = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const body = reader.take(reader.number());
    if (id !== 0) found.push({ id, body });
    else {
      const inner = new Reader(body);
      found.push({ id, name: inner.text(), body: body.subarray(inner.at) });
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
  const all = sections(bytes);
  const body = (id) => all.find((s) => s.id === id)?.body;
  const imported = body(2) ? importedFunctions(new Reader(body(2))) : 0;
  const sizes = new Reader(body(10)).list((r) => {
    const start = r.at;
    r.take(r.number());
    return r.at - start;
  });
  const names = functionNames(all.find((s) => s.name === "name")?.body);
  return sizes.map((size, i) => ({
    name: names.get(imported + i) ?? `function ${imported + i}`,
    size,
  }));
}

function importedFunctions(reader) {
  let count = 0;
  reader.list((r) => {
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
