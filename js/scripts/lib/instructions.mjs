// The instructions of WebAssembly functions, as far as scripts have to know them: where each begins and ends, and which
// local it names. Format: the core specification, chapter 5.4. What is not known here is refused, not guessed.

/** An unsigned LEB128 number: its value, and where it ends. */
export function numberAt(bytes, at) {
  let value = 0;
  let end = at;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[end++];
    if (byte === undefined) throw new Error(`a function ends within the number at byte ${at}`);
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, end];
  }
}

/** What follows an opcode: how many numbers, or how many bytes. */
const NUMBERS = new Map([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x41, 0x42, 0xd0, 0xd2].map((op) => [op, 1]),
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40].map((op) => [op, 1]),
  ...Array.from({ length: 0x3e - 0x28 + 1 }, (_, i) => [0x28 + i, 2]),
  [0x11, 2],
]);
const BYTES = new Map([
  [0x43, 4],
  [0x44, 8],
]);
/** How many numbers follow the opcodes behind the prefix 0xfc. */
const PREFIXED = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

const plain = (op) => op <= 0x01 || op === 0x05 || op === 0x0b || op === 0x0f;
const simple = (op) =>
  plain(op) || op === 0x1a || op === 0x1b || (op >= 0x45 && op <= 0xc4) || op === 0xd1;

/** A function, its length before it: the types of the locals it declares, and its instructions. */
export function decoded(body) {
  let [, at] = numberAt(body, 0);
  let count;
  [count, at] = numberAt(body, at);
  const declared = [];
  for (; count > 0; count--) {
    let times;
    [times, at] = numberAt(body, at);
    for (; times > 0; times--) declared.push(body[at]);
    at++;
  }
  const instructions = [];
  while (at < body.length) {
    const instruction = instructionAt(body, at);
    instructions.push(instruction);
    at = instruction.end;
  }
  if (at !== body.length) throw new Error("a function ends within an instruction");
  return { declared, instructions };
}

/** Which local an instruction reads or writes: `local.get`, `local.set`, `local.tee`. */
function instructionAt(body, at) {
  const op = body[at];
  if (op >= 0x20 && op <= 0x22) {
    const [local, end] = numberAt(body, at + 1);
    return { at, end, local };
  }
  return { at, end: endOf(body, op, at + 1) };
}

function endOf(body, op, after) {
  if (simple(op)) return after;
  if (op === 0x0e) return listEnd(body, after) + 1;
  if (op === 0x1c) return listEnd(body, after);
  if (op === 0xfc) return prefixedEnd(body, after);
  if (op === 0xfd) return vectorEnd(body, after);
  if (BYTES.has(op)) return after + BYTES.get(op);
  const numbers = NUMBERS.get(op);
  if (numbers === undefined) throw new Error(`opcode 0x${op.toString(16)} is not known`);
  return skipped(body, after, numbers);
}

function prefixedEnd(body, after) {
  const [op, end] = numberAt(body, after);
  if (PREFIXED[op] === undefined) throw new Error(`opcode 0xfc ${op} is not known`);
  return skipped(body, end, PREFIXED[op]);
}

/** Behind the prefix 0xfd: an alignment and an offset, where memory is read or written; a lane; or 16 bytes. */
function vectorEnd(body, after) {
  const [op, end] = numberAt(body, after);
  if (op > 0xff) throw new Error(`opcode 0xfd ${op} is not known`);
  const isMemory = op <= 0x0b || (op >= 0x54 && op <= 0x5d);
  const hasLane = (op >= 0x15 && op <= 0x22) || (op >= 0x54 && op <= 0x5b);
  const behind = isMemory ? skipped(body, end, 2) : end;
  if (op === 0x0c || op === 0x0d) return behind + 16;
  return hasLane ? behind + 1 : behind;
}

function skipped(body, at, numbers) {
  let end = at;
  for (let left = numbers; left > 0; left--) [, end] = numberAt(body, end);
  return end;
}

function listEnd(body, at) {
  const [count, end] = numberAt(body, at);
  return skipped(body, end, count);
}
