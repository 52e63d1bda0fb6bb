// A WebAssembly module that holds nothing but bytes. Runtimes that compile modules ahead of time take it beside a script,
// where the same bytes as a string would be parsed with the script at every start.

const PAGE = 65_536;
const MEMORY = 0x02;
const GLOBAL = 0x03;
const I32 = 0x7f;
const CONST = 0x41;
const END = 0x0b;

/** The module: it exports `memory`, which begins with the bytes, and the global `length`. */
export function dataModule(bytes) {
  const section = (id, ...parts) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.of(id), leb(body.length), body]);
  };
  const exported = (name, kind) =>
    Buffer.concat([leb(name.length), Buffer.from(name), Buffer.of(kind, 0)]);
  return Buffer.concat([
    Buffer.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00), // \0asm, version 1
    section(5, Buffer.of(1, 0), leb(Math.ceil(bytes.length / PAGE))),
    section(6, Buffer.of(1, I32, 0, CONST), leb(bytes.length, 0x40), Buffer.of(END)),
    section(7, Buffer.of(2), exported("memory", MEMORY), exported("length", GLOBAL)),
    section(11, Buffer.of(1, 0, CONST, 0, END), leb(bytes.length), bytes),
  ]);
}

/** A number as LEB128. Its last byte is less than `last`: 0x40 where the bit above would be a sign. */
function leb(value, last = 0x80) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < last) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
