// A WebAssembly module that holds nothing but bytes. Runtimes that compile modules ahead of time take it beside a script,
// where the same bytes as a string would be parsed with the script at every start.

const I32 = 0x7f;
const CONST = 0x41;
const END = 0x0b;

/**
 * The module: it imports `memory` of `to`, and exports the global `length` and `write(address)`, which puts the bytes
 * into that memory. So they are copied once, and no memory is taken where they stand in between.
 */
export function dataModule(bytes) {
  const section = (id, ...parts) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.of(id), leb(body.length), body]);
  };
  const name = (text) => Buffer.concat([leb(text.length), Buffer.from(text)]);
  const length = Buffer.concat([Buffer.of(CONST), leb(bytes.length, 0x40)]);
  const write = Buffer.concat([
    Buffer.of(0, 0x20, 0, CONST, 0), // no locals; local.get 0, i32.const 0
    length,
    Buffer.of(0xfc, 8, 0, 0, END), // memory.init
  ]);
  return Buffer.concat([
    Buffer.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00), // \0asm, version 1
    section(1, Buffer.of(1, 0x60, 1, I32, 0)), // a function of an address that gives nothing
    section(2, Buffer.of(1), name("to"), name("memory"), Buffer.of(2, 0, 0)),
    section(3, Buffer.of(1, 0)),
    section(6, Buffer.of(1, I32, 0), length, Buffer.of(END)),
    section(7, Buffer.of(2), name("write"), Buffer.of(0, 0), name("length"), Buffer.of(3, 0)),
    section(12, Buffer.of(1)),
    section(10, Buffer.of(1), leb(write.length), write),
    section(11, Buffer.of(1, 1), leb(bytes.length), bytes),
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
