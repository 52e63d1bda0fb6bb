// Bytes as a WebAssembly module.
import { expect, test } from "vitest";
import { dataModule } from "../../../js/scripts/lib/data-module.mjs";
import { vocabularyIn } from "../../../js/src/tokens/vocabulary/module.js";

const PAGE = 65_536;

test.each([0, 1, 63, 64, 127, 128, 8191, 8192, 65_535, 65_536, 65_537, 1_048_576])(
  "a module of %d bytes writes these where it is told, and says how many",
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + 7) % 251);
    const memory = new WebAssembly.Memory({ initial: 1 + Math.ceil(length / PAGE) });
    const { instance } = await WebAssembly.instantiate(dataModule(bytes), { to: { memory } });
    const { length: told, write } = instance.exports;
    expect(told.value).toBe(length);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
    write(17);
    expect(Buffer.from(memory.buffer, 17, length).equals(bytes)).toBe(true);
    const around = [
      ...Buffer.from(memory.buffer, 0, 17),
      ...Buffer.from(memory.buffer, 17 + length),
    ];
    expect(around.every((byte) => byte === 0)).toBe(true);
  },
);

test("a vocabulary comes out of its module as it went in; a module of something else is refused", async () => {
  const bytes = Buffer.from("AQIDBA==".repeat(20_000));
  const memory = new WebAssembly.Memory({ initial: 3 });
  const { length, write } = vocabularyIn(await WebAssembly.compile(dataModule(bytes)))(memory);
  write(8);
  expect(bytes.equals(Buffer.from(memory.buffer, 8, length))).toBe(true);
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  expect(() => vocabularyIn(empty)(memory)).toThrow(
    expect.objectContaining({
      code: "Internal",
      message: expect.stringMatching(/^the vocabulary cannot be loaded: TypeError/),
    }),
  );
});
